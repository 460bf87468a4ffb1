/** What can be wrong with the form of a message. Each is a word for the log; none carries bytes of the sender. */
export type WireProblem =
  | 'message-cut'
  | 'name-label'
  | 'name-long'
  | 'name-pointer'
  | 'record-place'
  | 'record-form'
  | 'records'
  | 'questions'
  | 'trailing-bytes'
  | 'opcode'

/**
 * Walks through a message from the network, of which nothing is true yet. It never throws and never reads past the end: the first
 * problem stays in `problem`, and everything that is read after it is zero or empty. So a reader of a structure asks once, at its
 * end, and garbage costs no exception.
 */
export class WireReader {
  readonly bytes: Uint8Array
  at: number
  problem: WireProblem | null = null
  /** Whether a name had capital letters, which its text no longer shows. */
  folded = false

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  /** Notes the first problem, and moves to the end. */
  fail(problem: WireProblem): void {
    this.problem ??= problem
    this.at = this.bytes.length
  }

  hasFailed(): boolean {
    return this.problem !== null
  }

  u16(): number {
    return this.#number(2)
  }

  u32(): number {
    return this.#number(4)
  }

  /** The time of a TSIG record; as a double it is exact. */
  u48(): number {
    return this.#number(6)
  }

  /** A view of the next octets, not a copy. */
  take(length: number): Uint8Array {
    const from = this.at
    if (length > this.bytes.length - from) {
      this.fail('message-cut')
      return EMPTY
    }
    this.at = from + length
    return this.bytes.subarray(from, this.at)
  }

  #number(octets: number): number {
    const { bytes, at } = this
    if (octets > bytes.length - at) {
      this.fail('message-cut')
      return 0
    }
    let value = 0
    for (let i = at; i < at + octets; i++) value = value * 256 + (bytes[i] ?? 0)
    this.at = at + octets
    return value
  }
}

const EMPTY = new Uint8Array(0)
