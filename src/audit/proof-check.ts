import { Fault, isFault } from '../core/fault.ts'
import { parseLogProof, type LogProof } from '../core/log/log-proof.ts'
import { parseCheckpoint } from '../core/log/checkpoint.ts'
import { parseNote, type Note, type NoteSignature } from '../core/log/note.ts'
import { printKeyId, type NoteKey } from '../core/log/note-key.ts'
import type { LogPolicy } from '../core/log/policy.ts'
import { isSameHash, type TreeHead } from '../core/log/tree-hash.ts'
import { verifyCheckpoint, type TrustedCheckpoint } from '../core/log/verify-checkpoint.ts'
import { verifyNote } from '../core/log/verify-note.ts'
import { verifyInclusion } from '../core/log/verify-proof.ts'
import type { FindingLog } from './finding-log.ts'

/** Checkpoints whose signatures have been verified are not verified again as long as they are among the last so many. */
const REMEMBERED = 64

/** Keys that have signed, known and unknown ones together. */
const MAX_SIGNERS = 10_000

/** Checkpoints that wait for a policy which comes later in the log. */
const MAX_DEFERRED = 1000

/**
 * Checks the proofs that are published beside what they prove. Their checkpoints are older than the newest one, but must hold under the policy
 * of today, or under the auditor's: when the policy changes, all proofs are made again (docs/spec/log.md §9). Who signed under an earlier one must
 * have signed well. What counts beyond that is that each is a root of the very log that was hashed: `wanted` has those still to be compared.
 */
export class ProofCheck {
  readonly #findings: FindingLog
  readonly #policies: LogPolicy[] = []
  #today: readonly LogPolicy[] = []
  readonly #verified = new Set<string>()
  /** The paths of proofs whose checkpoints no policy covers so far, by the text of the checkpoint. */
  readonly #deferred = new Map<string, string[]>()
  /** Checkpoints, with their paths, that somebody signed whom no policy names so far. */
  readonly #strange = new Map<string, string>()
  /** Everybody who has signed a checkpoint, with the first path. */
  readonly #signers = new Map<string, Signer>()
  readonly #wanted = new Map<number, { readonly root: Uint8Array; readonly path: string }[]>()
  readonly #size: number

  /** `size`: that of the newest checkpoint. */
  constructor(findings: FindingLog, size: number) {
    this.#findings = findings
    this.#size = size
  }

  /** From here on checkpoints under `policy` count too. */
  allow(policy: LogPolicy): void {
    this.#policies.unshift(policy)
  }

  /** From here on checkpoints must hold under one of `policies`; until told so, or by none, under any that is allowed. */
  require(policies: readonly LogPolicy[]): void {
    this.#today = policies
  }

  /** All that count, the newest first. */
  get policies(): readonly LogPolicy[] {
    return this.#policies
  }

  /** Checks the proof in `bytes` that the leaf with this hash has this index. */
  check(path: string, bytes: Uint8Array | null, leaf: ProvenLeaf): void {
    if (bytes === null) {
      this.#findings.add('proof/missing', path, `a proof of leaf ${leaf.index}`, 'none')
      return
    }
    try {
      const proof = parseLogProof(bytes)
      this.#checkInclusion(path, proof, leaf)
      this.#checkSignatures(path, proof.checkpoint)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.#findings.add('proof/invalid', path, `a proof of leaf ${leaf.index}`, error)
    }
  }

  /** Checks again, with all policies that were met, what the first ones did not cover. */
  end(): void {
    for (const [text, paths] of this.#deferred) {
      const failed = this.#verify(paths[0] ?? '', text)
      if (failed === null) continue
      for (const path of paths) {
        this.#findings.add('proof/invalid', path, 'a checkpoint under the policy of today', failed)
      }
    }
    this.#deferred.clear()
    for (const [text, path] of this.#strange) {
      orFault(
        () => verifyKnown(this.#policies, text),
        (failed) => {
          this.#findings.add(
            'proof/invalid',
            path,
            'good signatures of whoever was a witness',
            failed,
          )
        },
      )
    }
    this.#strange.clear()
    for (const { path, ...signature } of this.#signers.values()) {
      tellStrangers(this.#findings, path, this.#policies, [signature])
    }
  }

  isWanted(size: number): boolean {
    return this.#wanted.has(size)
  }

  /** Wants the root of `checkpoint`, found at `path`, to be one of this log. */
  want(path: string, { size, root }: TreeHead): void {
    const wanted = this.#wanted.get(size) ?? []
    if (wanted.some((other) => isSameHash(other.root, root))) return
    this.#wanted.set(size, [...wanted, { root, path }])
  }

  /** Told of the root that the log has at a size. */
  root(size: number, root: Uint8Array): void {
    for (const wanted of this.#wanted.get(size) ?? []) {
      if (isSameHash(wanted.root, root)) continue
      this.#findings.add(
        'checkpoint/fork',
        wanted.path,
        `a checkpoint with the root of this log at size ${size}`,
        'one of another log',
      )
    }
    this.#wanted.delete(size)
  }

  #checkInclusion(path: string, proof: LogProof, leaf: ProvenLeaf): void {
    const checkpoint = parseCheckpoint(parseNote(Buffer.from(proof.checkpoint)).text)
    if (proof.index !== leaf.index || proof.extra !== null || checkpoint.size > this.#size) {
      throw new Fault(
        'log/mismatch',
        `expected a proof of leaf ${leaf.index} in a tree of ${this.#size} at most, got one of ${proof.index} in ${checkpoint.size}`,
      )
    }
    verifyInclusion(checkpoint, leaf, proof.hashes)
    this.want(path, checkpoint)
  }

  #checkSignatures(path: string, text: string): void {
    if (this.#verified.has(text)) return
    const deferred = this.#deferred.get(text)
    if (deferred !== undefined) {
      deferred.push(path)
      return
    }
    const failed = this.#verify(path, text)
    if (failed === null) return
    if (this.#deferred.size >= MAX_DEFERRED) throw failed
    this.#deferred.set(text, [path])
  }

  /** Who has signed is looked up at the end, when all policies are known. */
  #meet(path: string, { signatures }: Note): void {
    for (const { name, keyId } of signatures) {
      if (this.#signers.size >= MAX_SIGNERS) return
      const identity = `${name}+${printKeyId(keyId)}`
      if (!this.#signers.has(identity)) this.#signers.set(identity, { path, name, keyId })
    }
  }

  #verify(path: string, text: string): Fault | null {
    const note = parseNote(Buffer.from(text))
    const required = this.#today.length > 0 ? this.#today : this.#policies
    const failed = orFault(() => {
      const { policy } = verifyUnderAny(required, text)
      // All of its own keys that signed have been verified.
      if (note.signatures.some((line) => !isKeyOf([policy], line)))
        verifyKnown(this.#policies, text)
      this.#keepStrange(path, text, note)
    })
    if (failed !== null) return failed
    this.#meet(path, note)
    if (this.#verified.size >= REMEMBERED) this.#verified.clear()
    this.#verified.add(text)
    return null
  }

  #keepStrange(path: string, text: string, { signatures }: Note): void {
    const stranger = signatures.find((line) => !isKeyOf(this.#policies, line))
    if (stranger === undefined || this.#strange.has(text)) return
    if (this.#strange.size < MAX_DEFERRED) this.#strange.set(text, path)
    else
      throw new Fault(
        'log/signature',
        `expected a signature by a known key, got ${JSON.stringify(stranger.name)}`,
      )
  }
}

interface Signer extends Pick<NoteSignature, 'name' | 'keyId'> {
  readonly path: string
}

export interface ProvenLeaf {
  readonly index: number
  readonly hash: Uint8Array
}

/** Gives the policy that it holds under, too. Throws what the first of the policies says. */
export function verifyUnderAny(
  policies: readonly LogPolicy[],
  text: string,
): TrustedCheckpoint & { readonly policy: LogPolicy } {
  let first: unknown
  for (const policy of policies) {
    try {
      return { ...verifyCheckpoint(policy, Buffer.from(text)), policy }
    } catch (error) {
      if (!isFault(error)) throw error
      first ??= error
    }
  }
  throw first instanceof Fault ? first : new Fault('log/policy', 'expected a policy, got none')
}

/** Throws where a signature by any key that one of the policies names is wrong. */
export function verifyKnown(policies: readonly LogPolicy[], text: string): void {
  verifyNote(
    policies.flatMap(({ logs, witnesses }) => [...logs, ...witnesses].map(({ key }) => key)),
    parseNote(Buffer.from(text)),
  )
}

/** A signature that nobody's policy knows says nothing, and is not what the authority puts there. */
export function tellStrangers(
  findings: FindingLog,
  path: string,
  policies: readonly LogPolicy[],
  signatures: readonly Pick<NoteSignature, 'name' | 'keyId'>[],
): void {
  for (const line of signatures) {
    if (isKeyOf(policies, line)) continue
    findings.add(
      'checkpoint/stranger',
      path,
      'signatures of keys that a policy of the authority or of the auditor names',
      `one of ${JSON.stringify(line.name)}`,
    )
  }
}

function isKeyOf(
  policies: readonly LogPolicy[],
  { name, keyId }: Pick<NoteSignature, 'name' | 'keyId'>,
): boolean {
  const isOne = ({ key }: { readonly key: NoteKey }): boolean =>
    key.name === name && key.id === keyId
  return policies.some(({ logs, witnesses }) => logs.some(isOne) || witnesses.some(isOne))
}

/** The fault that `act` throws, after it was told; null where it throws none. */
function orFault(act: () => void, tell: (fault: Fault) => void = () => undefined): Fault | null {
  try {
    act()
    return null
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    tell(error)
    return error
  }
}
