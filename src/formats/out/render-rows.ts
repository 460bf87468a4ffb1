import { assertWholeLines, lineEnd } from '../../core/line-cursor.ts'
import { ByteWriter } from './byte-writer.ts'
import { EntryFields } from './entry-fields.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'

/** A format that can say everything, row by row. */
export interface RowFormat {
  readonly head: string
  /** Writes the row of the entry whose fields these are; `row` counts from 0. */
  readonly write: (out: ByteWriter, fields: EntryFields, row: number) => void
  readonly tail: (rows: number) => string
}

/** The export's bytes, in one pass: nothing has to be counted before. */
export function* renderRows(
  source: ExportSource,
  format: RowFormat,
): Generator<Uint8Array, ExportSummary> {
  const out = new ByteWriter()
  const fields = new EntryFields()
  out.text(format.head)
  let rows = 0
  for (const block of source.lines()) {
    assertWholeLines(block)
    for (let start = 0; start < block.length; start = fields.end + 1) {
      fields.read(block, start, lineEnd(block, start))
      format.write(out, fields, rows++)
      if (out.isFull()) yield out.take()
    }
  }
  out.text(format.tail(rows))
  if (!out.isEmpty()) yield out.take()
  return { written: rows, omitted: {}, changed: {} }
}
