import { snapshotLineChecker } from '../core/check-snapshot-lines.ts'
import { Fault } from '../core/fault.ts'
import { MAX_HEADER_BYTES } from '../core/header-lines.ts'
import { parseSnapshotHeader, type SnapshotHeader } from '../core/snapshot.ts'
import type { LineSpool } from './line-spool.ts'

export interface TakenSnapshot {
  readonly header: SnapshotHeader
  /** Of the lines, as they were hashed. */
  readonly state: string
}

const LF = 0x0a

/** Reads a snapshot that comes in pieces: the header, and every line as strictly as `docs/spec/snapshot.md` §2. Throws `snapshot/invalid`. */
export class SnapshotIntake {
  readonly #spool: LineSpool
  readonly #checker = snapshotLineChecker()
  #header: SnapshotHeader | null = null
  #rest: Buffer = Buffer.alloc(0)
  #lines = 0

  constructor(spool: LineSpool) {
    this.#spool = spool
  }

  take(piece: Buffer): void {
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
    if (this.#header === null) {
      if (this.#rest.length < MAX_HEADER_BYTES) return
      this.#takeHeader()
    }
    this.#takeLines()
  }

  /** Throws `snapshot/invalid` too where the header doesn't say what the lines are. */
  end(): TakenSnapshot {
    if (this.#header === null) this.#takeHeader()
    this.#takeLines()
    const state = this.#spool.end()
    const header = this.#header
    if (header === null || this.#rest.length > 0) {
      throw new Fault('snapshot/invalid', 'expected whole lines, got one without an end')
    }
    if (header.state === state && header.entries === this.#lines) return { header, state }
    throw new Fault(
      'snapshot/invalid',
      `expected ${header.entries} lines with the state ${header.state}, got ${this.#lines} with ${state}`,
    )
  }

  #takeHeader(): void {
    const { header, bodyOffset } = parseSnapshotHeader(this.#rest)
    this.#header = header
    this.#rest = this.#rest.subarray(bodyOffset)
  }

  #takeLines(): void {
    const end = this.#rest.lastIndexOf(LF) + 1
    const lines = this.#rest.subarray(0, end)
    this.#rest = this.#rest.subarray(end)
    this.#lines += this.#checker.check(lines)
    if (lines.length > 0) this.#spool.write(lines)
  }
}
