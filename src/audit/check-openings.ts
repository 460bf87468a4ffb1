import { createHash } from 'node:crypto'
import type { ChainEvent, ChainHead } from '../core/event.ts'
import { Fault } from '../core/fault.ts'
import { publicationProofPath } from '../core/layout.ts'
import { commitBasis } from '../core/log-leaf.ts'
import { MAX_LOG_PROOF_BYTES, parseLogProof, verifyLogProof } from '../core/log/log-proof.ts'
import type { LogPolicy } from '../core/log/policy.ts'
import { hashLeaf } from '../core/log/tree-hash.ts'
import { openedLeaves, type LogOpening } from '../core/log-opening.ts'
import type { Published } from './published.ts'

/** What can be wrong with what an authority opens; `docs/audit.md` §6 says what each proves. */
export const OPENING_FINDINGS = [
  'opening/basis',
  'opening/decisions',
  'opening/order',
  'opening/unproven',
] as const

export interface OpeningFinding {
  readonly code: (typeof OPENING_FINDINGS)[number]
  /** `phishing 3`: the list and the serial. */
  readonly place: string
  readonly expected: string
  readonly got: string
}

/** So many are told; who has that many needs no more. */
export const MAX_OPENING_FINDINGS = 100

export interface OpeningsDeps {
  readonly source: Pick<Published, 'read'>
  readonly policy: LogPolicy
}

/**
 * Checks what an authority says that it has committed to: each opening's manifest is in the log, its basis is the one that the manifest
 * commits to, and with `events`, the chain of decisions from its beginning, that basis is what the chain says. The openings are of one
 * list, by serial. The chain itself is for `checkEvents`, with the heads that this gives back.
 */
export async function checkOpenings(
  deps: OpeningsDeps,
  openings: readonly LogOpening[],
  events: Iterable<ChainEvent> | null,
): Promise<{ readonly findings: readonly OpeningFinding[]; readonly heads: readonly ChainHead[] }> {
  const findings: OpeningFinding[] = []
  const tell = (
    code: OpeningFinding['code'],
    opening: LogOpening,
    expected: string,
    got: string,
  ): void => {
    const { list, serial } = opening.manifest
    if (findings.length === MAX_OPENING_FINDINGS) return
    findings.push({ code, place: `${list} ${serial}`, expected, got })
  }
  const decisions = events === null ? null : new DecisionDigests(openings, events)
  for (const [i, opening] of openings.entries()) {
    const { manifest, basis, salt } = opening
    const why = await disproof(deps, opening)
    if (why !== null) tell('opening/unproven', opening, 'a manifest that is in the log', why)
    const committed = commitBasis(basis, salt)
    if (committed !== manifest.decisions) {
      tell('opening/basis', opening, `a basis of the commitment ${manifest.decisions}`, committed)
    }
    const before = openings[i - 1]
    if (before !== undefined && !follows(before, opening)) {
      tell(
        'opening/order',
        opening,
        `what follows serial ${before.manifest.serial} of ${before.manifest.list}`,
        'another',
      )
    }
    const digest = decisions?.of(i) ?? null
    if (digest !== null && digest !== basis.decisions) {
      tell('opening/decisions', opening, `the decisions ${basis.decisions}`, digest)
    }
  }
  return { findings, heads: openings.map(({ basis: { number, hash } }) => ({ number, hash })) }
}

function follows(
  { manifest: before, basis: earlier }: LogOpening,
  { manifest, basis }: LogOpening,
): boolean {
  return (
    manifest.list === before.list &&
    manifest.serial === before.serial + 1 &&
    manifest.previous === before.state &&
    basis.number >= earlier.number &&
    basis.through >= earlier.through
  )
}

/** Why the manifest isn't proven to be in the log; null where it is. */
async function disproof(
  { source, policy }: OpeningsDeps,
  opening: LogOpening,
): Promise<string | null> {
  const { place, serial } = opening.manifest
  const path = publicationProofPath(place, serial)
  try {
    const bytes = await source.read(path, MAX_LOG_PROOF_BYTES)
    if (bytes === null) return `no ${path}`
    const proof = parseLogProof(bytes)
    return openedLeaves(opening)
      .map((leaf) => faultOf(() => verifyLogProof(policy, proof, hashLeaf(leaf))))
      .reduce((first, next) => (first === null || next === null ? null : next))
  } catch (error) {
    if (error instanceof Fault) return error.message
    throw error
  }
}

function faultOf(act: () => unknown): string | null {
  try {
    act()
    return null
  } catch (error) {
    if (error instanceof Fault) return error.message
    throw error
  }
}

/** The digests of each opening's decisions, made anew from the chain in one pass. */
class DecisionDigests {
  readonly #digests: (string | null)[]

  constructor(openings: readonly LogOpening[], events: Iterable<ChainEvent>) {
    const [first] = openings
    const hashes = openings.map(() => createHash('sha256'))
    let at = 0
    for (const { act, number, subject } of events) {
      while (at < openings.length && number > (openings[at]?.basis.through ?? 0)) at++
      const isOurs = act === 'decision' && subject['list'] === first?.manifest.list
      const digest = subject['digest']
      if (isOurs && typeof digest === 'string') hashes[at]?.update(`${digest}\n`)
    }
    // What came before the first is unknown, unless it is the first of all.
    const isFromStart = first?.manifest.serial === 1
    this.#digests = hashes.map((hash, i) => (i > 0 || isFromStart ? hash.digest('hex') : null))
  }

  of(index: number): string | null {
    return this.#digests[index] ?? null
  }
}
