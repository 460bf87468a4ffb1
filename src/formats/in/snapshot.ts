import { Fault } from '../../core/fault.ts'
import { parseSnapshotLine } from '../../core/parse-entry.ts'
import { decodeLine, type Intake } from './intake.ts'
import type { LineReader } from './scan-lines.ts'

/** Reads a snapshot (`docs/spec/snapshot.md`) as a list among others: header lines up to the empty line, then its entries. */
export class SnapshotReader implements LineReader {
  readonly #intake: Intake
  #isHeader = true

  constructor(intake: Intake) {
    this.#intake = intake
  }

  readLine(bytes: Uint8Array, start: number, end: number): void {
    this.#intake.beginLine(bytes, start, end)
    if (this.#isHeader) {
      if (start === end) this.#isHeader = false
      return
    }
    try {
      const { value, kind, ...attributes } = parseSnapshotLine(decodeLine(bytes, start, end))
      const refusal = this.#intake.takeEntry(value, kind, attributes)
      if (refusal !== null) this.#intake.refuse(refusal)
    } catch (error) {
      if (!(error instanceof Fault) || error.code === 'import/too-large') throw error
      this.#intake.refuse(error.code)
    }
  }

  readLongLine(bytes: Uint8Array, start: number, end: number): void {
    this.#intake.beginLine(bytes, start, end)
    this.#intake.refuse('long-line')
  }

  finish(): void {
    // Every line stands alone.
  }
}
