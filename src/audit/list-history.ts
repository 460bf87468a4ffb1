import { Fault } from '../core/fault.ts'
import { metadataPath } from '../core/layout.ts'
import {
  parseLeaf,
  type CommittedLeaf,
  type MetadataLeaf,
  type PublicationLeaf,
} from '../core/log-leaf.ts'
import { MAX_LOG_PROOF_BYTES } from '../core/log/log-proof.ts'
import { readCheckpoint, type ClaimedCheckpoint } from './check-checkpoint.ts'
import { FindingLog } from './finding-log.ts'
import { maxBytesOf, placeOf, proofPath } from './leaf-audit.ts'
import { LogBeginning, type KeptLeaf } from './log-beginning.ts'
import { serialFacts, type SerialFacts } from './list-facts.ts'
import { MetadataAudit } from './metadata-audit.ts'
import type { SignedFile } from './parse-signed.ts'
import type { Published } from './published.ts'
import { targetsOf } from './targets-of.ts'
import { walkLog } from './walk-log.ts'

/** A serial of a list as the log and the signed metadata tell it. */
export interface HistorySerial {
  /** Whether nothing is known before it: its snapshot is where the list begins. */
  readonly isFirst: boolean
  readonly facts: SerialFacts
  /** The metadata that first had it. */
  readonly metadata: { readonly leaf: MetadataLeaf; readonly index: number }
  /** Its manifest; null before the log had any. */
  readonly manifest: {
    readonly leaf: PublicationLeaf | CommittedLeaf
    readonly index: number
  } | null
}

export interface ListHistory {
  readonly place: string
  readonly serials: readonly HistorySerial[]
}

export interface PublishedHistory {
  readonly head: ClaimedCheckpoint
  readonly lists: readonly ListHistory[]
  /** The versions of root and of targets that the log has. */
  readonly metadata: ReadonlyMap<string, readonly number[]>
}

interface Draft {
  serials: HistorySerial[]
}

/**
 * The serials of every list that is shown, from the log and the metadata in it. The
 * log is hashed on the way and signatures are verified, as in an audit: what is wrong with what is needed stops it. Throws
 * `audit/source`, `trust/…`, `fetch/…`.
 */
export async function readHistory(source: Published): Promise<PublishedHistory> {
  const findings = new FindingLog()
  const head = await readCheckpoint({ source, findings })
  if (head === null) throw notThere('a checkpoint of the log', findings)
  const run: HistoryRun = {
    ...{ source, metadata: new MetadataAudit(findings), drafts: new Map() },
    versions: new Map(),
  }
  const beginning = new LogBeginning(null)
  const root = await walkLog({ source, findings }, head.claim.size, {
    isWanted: () => false,
    root: () => undefined,
    batch: async ({ first, leaves }) => {
      if (leaves === null) throw notThere('every entry of the log', findings)
      for (const [i, bytes] of leaves.entries()) {
        const [leaf, index] = [parseLeaf(bytes), first + i]
        if (index === 0) beginning.open(await source.read(proofPath(leaf), MAX_LOG_PROOF_BYTES))
        if (!beginning.keep(index, leaf)) await addLeaf(run, { leaf, index })
        if (beginning.isLast(index)) await addBeginning(run, beginning)
      }
    },
  })
  // A log that is all beginning.
  await addBeginning(run, beginning)
  if (root === null || !Buffer.from(root).equals(head.claim.root)) {
    throw notThere(`a log of ${head.claim.size} leaves with the root in its checkpoint`, findings)
  }
  const [finding] = findings.findings
  if (finding !== undefined) throw notThere('a log and signatures without a flaw', findings)
  return {
    head,
    metadata: run.versions,
    lists: [...run.drafts].map(([place, { serials }]) => ({ place, serials })),
  }
}

interface HistoryRun {
  readonly source: Published
  readonly metadata: MetadataAudit
  readonly drafts: Map<string, Draft>
  /** Of root and targets. */
  readonly versions: Map<string, number[]>
}

async function addBeginning(run: HistoryRun, beginning: LogBeginning): Promise<void> {
  for (const kept of beginning.take()) await addLeaf(run, kept)
  run.metadata.isBeginning = false
}

async function addLeaf(run: HistoryRun, { leaf, index }: KeptLeaf): Promise<void> {
  if (leaf.kind === 'publication') {
    addManifest(run.drafts.get(leaf.place), leaf, index)
    return
  }
  const { role, version } = leaf
  if (role === 'root' || role === 'targets') {
    run.versions.set(role, [...(run.versions.get(role) ?? []), version])
  }
  await addMetadata(run, leaf, index)
}

async function addMetadata(
  { source, metadata, drafts }: HistoryRun,
  leaf: MetadataLeaf,
  index: number,
): Promise<void> {
  const place = placeOf(leaf.role)
  // Of snapshots nothing is needed here.
  if (leaf.role === 'snapshot') return
  const bytes = await source.read(metadataPath(leaf.role, leaf.version), maxBytesOf(leaf.role))
  // A restricted list that is not shown has no history for this reader.
  const file: SignedFile | null = metadata.take(leaf, bytes, place !== null)
  if (place === null || file === null) return
  const facts = serialFacts(place, targetsOf(file))
  const draft = drafts.get(place) ?? { serials: [] }
  drafts.set(place, draft)
  const last = draft.serials.at(-1)
  if (facts === null || facts.serial === last?.facts.serial) return
  draft.serials.push({
    ...{ facts, metadata: { leaf, index }, manifest: null },
    isFirst: last === undefined,
  })
}

function addManifest(
  draft: Draft | undefined,
  leaf: PublicationLeaf | CommittedLeaf,
  index: number,
): void {
  const last = draft?.serials.at(-1)
  if (draft === undefined || last?.facts.serial !== leaf.serial) return
  draft.serials[draft.serials.length - 1] = { ...last, manifest: { leaf, index } }
}

function notThere(what: string, findings: FindingLog): Fault {
  const [finding] = findings.findings
  const got = finding === undefined ? 'none' : `${finding.path}: ${finding.got} (${finding.code})`
  return new Fault('audit/source', `expected ${what}, got ${got}`)
}
