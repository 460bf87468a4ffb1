import { LineCursor } from '../../core/line-cursor.ts'
import { ByteWriter } from './byte-writer.ts'
import { EntryFields } from './entry-fields.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'

const LF = 0x0a
const QUOTE = 0x22
const COMMA = 0x2c

/** All entries as RFC 4180 has it, but for LF line ends; category and reference are empty for none. `docs/spec/exports.md` §12. */
export function* printCsv(source: ExportSource): Generator<Uint8Array, ExportSummary> {
  const out = new ByteWriter()
  const lines = new LineCursor(source.lines())
  const fields = new EntryFields()
  out.text('value,kind,action,category,reference\n')
  let written = 0
  while (lines.next()) {
    fields.read(lines)
    writeRow(out, lines, fields)
    written++
    if (out.isFull()) yield out.take()
  }
  if (!out.isEmpty()) yield out.take()
  return { written, omitted: {}, changed: {} }
}

function writeRow(out: ByteWriter, lines: LineCursor, { starts, ends }: EntryFields): void {
  out.reserve(2 * (lines.end - lines.start) + 16)
  const to = out.bytes
  let at = writeValue(to, out.length, lines, ends[0] as number)
  for (let field = 1; field < 5; field++) {
    to[at++] = COMMA
    const end = ends[field] as number
    for (let i = starts[field] as number; i < end; i++) to[at++] = lines.block[i] as number
  }
  to[at++] = LF
  out.length = at
}

/** Only a URL can have a comma or a quote in it. Gives back where the next byte goes. */
function writeValue(to: Uint8Array, from: number, lines: LineCursor, end: number): number {
  let at = from
  for (let i = lines.start; i < end; i++) {
    const byte = lines.block[i] as number
    if (byte === COMMA || byte === QUOTE) return writeQuoted(to, from, lines, end)
    to[at++] = byte
  }
  return at
}

function writeQuoted(to: Uint8Array, from: number, lines: LineCursor, end: number): number {
  let at = from
  to[at++] = QUOTE
  for (let i = lines.start; i < end; i++) {
    const byte = lines.block[i] as number
    if (byte === QUOTE) to[at++] = QUOTE
    to[at++] = byte
  }
  to[at++] = QUOTE
  return at
}
