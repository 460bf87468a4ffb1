import type { ByteWriter } from './byte-writer.ts'
import type { EntryFields } from './entry-fields.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'
import { renderRows } from './render-rows.ts'

const LF = 0x0a
const QUOTE = 0x22
const COMMA = 0x2c

/** All entries as RFC 4180 has it, but for LF line ends; category and reference are empty for none. `docs/spec/exports.md` §12. */
export function* printCsv(source: ExportSource): Generator<Uint8Array, ExportSummary> {
  return yield* renderRows(source, {
    head: 'value,kind,action,category,reference\n',
    write: writeRow,
    tail: () => '',
  })
}

function writeRow(out: ByteWriter, fields: EntryFields): void {
  const { block, start, end, starts, ends } = fields
  out.reserve(2 * (end - start) + 16)
  const to = out.bytes
  let at = writeValue(to, out.length, fields)
  for (let field = 1; field < 5; field++) {
    to[at++] = COMMA
    const fieldEnd = ends[field] ?? 0
    for (let i = starts[field] ?? 0; i < fieldEnd; i++) to[at++] = block[i] ?? 0
  }
  to[at++] = LF
  out.length = at
}

/** Only a URL can have a comma or a quote in it. Gives back where the next byte goes. */
function writeValue(to: Uint8Array, from: number, fields: EntryFields): number {
  const { block, start, ends } = fields
  const end = ends[0] ?? 0
  let at = from
  for (let i = start; i < end; i++) {
    const byte = block[i] ?? 0
    if (byte === COMMA || byte === QUOTE) return writeQuoted(to, from, fields)
    to[at++] = byte
  }
  return at
}

function writeQuoted(to: Uint8Array, from: number, { block, start, ends }: EntryFields): number {
  const end = ends[0] ?? 0
  let at = from
  to[at++] = QUOTE
  for (let i = start; i < end; i++) {
    const byte = block[i] ?? 0
    if (byte === QUOTE) to[at++] = QUOTE
    to[at++] = byte
  }
  to[at++] = QUOTE
  return at
}
