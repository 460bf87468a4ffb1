import { isFault } from '../core/fault.ts'
import type { LogLeaf } from '../core/log-leaf.ts'
import { parseCheckpoint } from '../core/log/checkpoint.ts'
import { parseLogProof } from '../core/log/log-proof.ts'
import { parseNote } from '../core/log/note.ts'
import { MAX_BEGINNING } from './limits.ts'
import { typeOf } from './parse-signed.ts'

/** A leaf and its place. */
export interface KeptLeaf {
  readonly index: number
  readonly leaf: LogLeaf
}

/**
 * What a log began with: the leaves under its first checkpoint. An authority that had a history tells it there, in no order that readers could
 * follow; they are kept until all of them are there. It ends with the first snapshot behind a targets role (`docs/spec/log.md` §8), and at
 * the latest with the checkpoint in the proof of leaf 0, which is a later one where the policy has changed since. A checkpoint that the
 * auditor had before sets a limit to it, too.
 */
export class LogBeginning {
  readonly #most: number
  readonly #leaves: KeptLeaf[] = []
  #size = 0
  #hasTargets = false

  constructor(earlierSize: number | null) {
    this.#most = Math.min(earlierSize ?? MAX_BEGINNING, MAX_BEGINNING)
  }

  /** Told of the proof of leaf 0. */
  open(proof: Uint8Array | null): void {
    this.#size = Math.min(sizeOf(proof), this.#most)
  }

  /** Whether the leaf is one of the beginning, and so kept. */
  keep(index: number, leaf: LogLeaf): boolean {
    if (index >= this.#size) return false
    this.#leaves.push({ index, leaf })
    if (leaf.kind !== 'metadata') return true
    this.#hasTargets ||= leaf.role === 'targets'
    if (this.#hasTargets && typeOf(leaf.role) === 'snapshot') this.#size = index + 1
    return true
  }

  isLast(index: number): boolean {
    return index + 1 === Math.max(this.#size, 1)
  }

  /** What was kept: metadata first, each role behind those that say whose keys sign it. */
  take(): readonly KeptLeaf[] {
    return this.#leaves
      .splice(0)
      .sort((a, b) => rank(a.leaf) - rank(b.leaf) || version(a.leaf) - version(b.leaf))
  }
}

function sizeOf(proof: Uint8Array | null): number {
  try {
    if (proof === null) return 0
    return parseCheckpoint(parseNote(Buffer.from(parseLogProof(proof).checkpoint)).text).size
  } catch (error) {
    // That the proof is none is told by whoever checks it.
    if (isFault(error)) return 0
    throw error
  }
}

function rank(leaf: LogLeaf): number {
  if (leaf.kind !== 'metadata') return 4
  if (leaf.role === 'root') return 0
  if (leaf.role === 'targets') return 1
  return typeOf(leaf.role) === 'snapshot' ? 3 : 2
}

function version(leaf: LogLeaf): number {
  // Manifests stay in their order.
  return leaf.kind === 'metadata' ? leaf.version : 0
}
