import { createHash } from 'node:crypto'
import { Fault, isFault } from '../core/fault.ts'
import { LOG_CHECKPOINT_PATH, metadataProofPath } from '../core/layout.ts'
import { metadataLeaf, printLeaf } from '../core/log-leaf.ts'
import { decodeHash, encodeBase64 } from '../core/log/base64.ts'
import { parseCheckpoint } from '../core/log/checkpoint.ts'
import { MAX_LOG_PROOF_BYTES, parseLogProof, type LogProof } from '../core/log/log-proof.ts'
import { MAX_NOTE_BYTES, parseNote } from '../core/log/note.ts'
import { hashLeaf, type TreeHead } from '../core/log/tree-hash.ts'
import { verifyCheckpoint } from '../core/log/verify-checkpoint.ts'
import { verifyInclusion } from '../core/log/verify-proof.ts'
import { accuse, type EvidenceDeps, type Exhibit } from './evidence.ts'
import {
  NEW_LOG,
  withCheckpoint,
  writeKeptLog,
  type KeptCheckpoint,
  type KeptLog,
  type KeptPolicy,
} from './kept-log.ts'
import type { ChosenPolicy } from './log-policy.ts'
import type { SignedBytes } from './open-source.ts'
import { openGrowth, type GrowthDeps, type VerifyGrowth } from './verify-growth.ts'

export interface LogCheckDeps extends GrowthDeps, EvidenceDeps {
  /** Where proofs are laid for others; one that isn't there is fetched again. */
  readonly shelf?: ProofShelf
}

/** Proofs by their published path. */
export interface ProofShelf {
  readonly has: (path: string) => boolean
  readonly put: (path: string, proof: Buffer) => void
}

/**
 * Checks the log in one pull: that the newest checkpoint goes on from the one that was kept, and that each metadata file that is about to be
 * trusted is in its tree. Fetches nothing where everything was proven before. Throws `log/…` and `fetch/…`.
 */
export class LogCheck {
  readonly #deps: LogCheckDeps
  readonly #chosen: ChosenPolicy
  readonly #verifyGrowth: VerifyGrowth
  /** As it was before this pull. */
  readonly #before: KeptLog
  #log: KeptLog
  #saved: string
  #newest: KeptCheckpoint | null = null

  /** Of what was proven before, only `roles` are remembered any longer. */
  constructor(
    deps: LogCheckDeps,
    chosen: ChosenPolicy,
    kept: KeptLog | null,
    roles: readonly string[],
  ) {
    this.#deps = deps
    this.#chosen = chosen
    this.#verifyGrowth = openGrowth(deps)
    this.#before = kept ?? NEW_LOG
    this.#saved = JSON.stringify(kept)
    const { sha256 } = chosen
    // What another policy has let through was proven to somebody else.
    const proven = this.#before.provenUnder === sha256 ? this.#before.proven : {}
    this.#log = {
      ...this.#before,
      provenUnder: sha256,
      proven: Object.fromEntries(Object.entries(proven).filter(([role]) => roles.includes(role))),
    }
  }

  /** The largest tree that was verified, in this pull or before. */
  get checkpoint(): KeptCheckpoint | null {
    return this.#newest ?? this.#log.checkpoints.at(-1) ?? null
  }

  /** Whether a role's file has its proof; the timestamp has none. */
  isProven(role: string, bytes: Uint8Array): boolean {
    return role === 'timestamp' || this.#log.proven[role]?.sha256 === digest(bytes)
  }

  /** The file of a role is in the log. With `isOptional` there may be no proof: but where there is one, it is a good one. */
  async assertProven(file: SignedBytes, isOptional = false): Promise<void> {
    const { role, version, bytes } = file
    const path = metadataProofPath(role, version)
    const isThere = this.#deps.shelf?.has(path) ?? true
    if (this.isProven(role, bytes) && (isThere || isOptional)) return
    // Before the proof: the log is not asked for more when it has forked.
    await this.#findNewest()
    const proof = await this.#fetch(path, MAX_LOG_PROOF_BYTES)
    if (proof !== null) {
      await this.#assertInTree(this.#verifyProof(file, proof))
      this.#deps.shelf?.put(path, proof)
    } else if (!isOptional) {
      throw this.#unproven(`expected a proof that ${nameOf(file)} is in the log, got none`)
    }
    const sha256 = digest(bytes)
    this.#log = { ...this.#log, proven: { ...this.#log.proven, [role]: { version, sha256 } } }
  }

  /** The policy of the source, whose metadata is proven: it is the one to expect from now on. */
  remember(policy: KeptPolicy | null): void {
    const isNext = policy !== null && this.#chosen.next !== null
    const provenUnder = isNext ? policy.sha256 : this.#log.provenUnder
    this.#log = { ...this.#log, policy, provenUnder }
  }

  /** Keeps what was found. Nothing is to be applied before. Throws `agent/disk`. */
  save(): void {
    const now = JSON.stringify(this.#log)
    if (now !== this.#saved) writeKeptLog(this.#deps.disk, this.#deps.state, this.#log)
    this.#saved = now
  }

  async #findNewest(): Promise<KeptCheckpoint> {
    if (this.#newest !== null) return this.#newest
    const note = await this.#fetch(LOG_CHECKPOINT_PATH, MAX_NOTE_BYTES)
    if (note === null) {
      const message = 'expected the newest checkpoint of the log, got none'
      throw this.#accuse('log/absent', message, null)
    }
    const newest = this.#verifyNote(note)
    const before = this.#keptOf(newest.origin)
    if (before !== null) await this.#assertGrown(before, newest)
    this.#advance(newest)
    return newest
  }

  #advance(newest: KeptCheckpoint): void {
    this.#newest = newest
    this.#log = withCheckpoint(this.#log, newest)
  }

  #verifyNote(note: Buffer): KeptCheckpoint {
    try {
      const { origin, size, root, witnesses } = verifyCheckpoint(this.#chosen.policy, note)
      return {
        ...{ origin, size, root: encodeBase64(root), note: note.toString('utf8') },
        witnesses: witnesses.map(({ name }) => name),
        checkedAt: this.#deps.now().toISOString(),
      }
    } catch (error) {
      if (!isFault(error, 'log/quorum', 'log/signature')) throw error
      const hint =
        this.#chosen.next === null
          ? ''
          : '; the source names another policy now, but not in a way that the one before allows'
      const message = error.message + hint
      if (error.code === 'log/signature') throw new Fault(error.code, message, { cause: error })
      // The log has signed it, and its witnesses have not: a fork looks like this.
      throw this.#accuse('log/quorum', message, exhibitOf(note))
    }
  }

  /** The checkpoint of a proof, which is verified. */
  #verifyProof(file: SignedBytes, bytes: Buffer): KeptCheckpoint {
    const { index, hashes, checkpoint } = this.#parseProof(file, bytes)
    const at = this.#verifyNote(Buffer.from(checkpoint))
    try {
      const leaf = printLeaf(metadataLeaf(file.role, file.version, file.bytes))
      verifyInclusion(headOf(at), { index, hash: hashLeaf(leaf) }, hashes)
      return at
    } catch (error) {
      if (!isFault(error, 'log/mismatch')) throw error
      throw this.#unproven(
        `expected a proof that ${nameOf(file)} is in the log, got one of other bytes: ${error.message}`,
      )
    }
  }

  #parseProof(file: SignedBytes, bytes: Buffer): LogProof {
    try {
      return parseLogProof(bytes)
    } catch (error) {
      if (!isFault(error, 'log/invalid')) throw error
      throw this.#unproven(
        `expected a proof that ${nameOf(file)} is in the log, got something else: ${error.message}`,
      )
    }
  }

  /** A checkpoint of this log, of whatever size, is of the same tree as the newest. */
  async #assertInTree(at: KeptCheckpoint): Promise<void> {
    const newest = await this.#findNewest()
    if (at.origin !== newest.origin) {
      throw this.#unproven(
        `expected a proof of the log ${JSON.stringify(newest.origin)}, got one of ${JSON.stringify(at.origin)}`,
      )
    }
    const before = this.#keptOf(at.origin)
    if (before?.size === at.size) await this.#assertGrown(before, at)
    else if (at.size <= newest.size) await this.#assertGrown(at, newest)
    else {
      // It came out after the checkpoint was read.
      await this.#assertGrown(newest, at)
      this.#advance(at)
    }
  }

  async #assertGrown(from: KeptCheckpoint, to: KeptCheckpoint): Promise<void> {
    if (to.size < from.size) {
      const message = `expected a checkpoint of size ${from.size} or more, got one of ${to.size}`
      throw accuse(this.#deps, { code: 'log/rewound', message }, [from, to])
    }
    if (to.size === from.size) {
      if (to.root === from.root) return
      const message = `expected one root at size ${from.size}, got two`
      throw accuse(this.#deps, { code: 'log/split', message }, [from, to])
    }
    try {
      await this.#verifyGrowth(headOf(from), headOf(to))
    } catch (error) {
      if (!isFault(error, 'log/split', 'log/unproven')) throw error
      const { code, message } = error
      throw accuse(this.#deps, { code, message, cause: error }, [from, to])
    }
  }

  #unproven(message: string): Fault {
    return this.#accuse('log/unproven', message, this.#newest)
  }

  #accuse(
    code: 'log/absent' | 'log/quorum' | 'log/unproven',
    message: string,
    got: Exhibit | null,
  ): Fault {
    return accuse(this.#deps, { code, message }, [this.#before.checkpoints.at(-1) ?? null, got])
  }

  /** What was kept of a log before this pull. */
  #keptOf(origin: string): KeptCheckpoint | null {
    return this.#before.checkpoints.find((one) => one.origin === origin) ?? null
  }

  /** From the network, not yet verified. Null where there is nothing. */
  async #fetch(path: string, maxBytes: number): Promise<Buffer | null> {
    const { fetch, source, metadataTimeoutMs } = this.#deps
    try {
      return await fetch.bytes(`${source}/${path}`, { maxBytes, timeoutMs: metadataTimeoutMs })
    } catch (error) {
      if (isFault(error, 'fetch/not-found')) return null
      throw error
    }
  }
}

function headOf({ size, root }: KeptCheckpoint): TreeHead {
  return { size, root: decodeHash(root) }
}

function exhibitOf(note: Buffer): Exhibit {
  const { size, root } = parseCheckpoint(parseNote(note).text)
  return { size, root: encodeBase64(root), note: note.toString('utf8') }
}

function nameOf({ role, version }: SignedBytes): string {
  return `version ${version} of ${JSON.stringify(role)}`
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
