import { LineCursor } from '../../core/line-cursor.ts'
import { ByteWriter } from './byte-writer.ts'
import { EntryFields } from './entry-fields.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c

const KEYS = ['value', 'kind', 'action', 'category', 'reference'].map((key, at) =>
  Buffer.from(`${at === 0 ? '\n{' : '",'}"${key}":"`),
)
const ROW_END = Buffer.from('"}')

/** How much longer a row is than its line at most, without what is escaped. */
const ROW_EXTRA = 80

/** One JSON object in ASCII, keys always in the same order, one entry a line. `docs/spec/exports.md` §13. */
export function* printJson(source: ExportSource): Generator<Uint8Array, ExportSummary> {
  const out = new ByteWriter()
  const lines = new LineCursor(source.lines())
  const fields = new EntryFields()
  out.text(printHead(source))
  let written = 0
  while (lines.next()) {
    fields.read(lines)
    if (written > 0) out.byte(COMMA)
    writeRow(out, lines, fields)
    written++
    if (out.isFull()) yield out.take()
  }
  out.text(written === 0 ? ']}\n' : '\n]}\n')
  yield out.take()
  return { written, omitted: {}, changed: {} }
}

function printHead({ definition, serial, state }: ExportSource): string {
  const { id, title } = definition
  const head = { list: id, title, serial, state, entries: [] }
  return asciiJson(head).slice(0, -2)
}

/** JSON in ASCII: what is not stands as `\uXXXX`, which is the same text (RFC 8259 §7). */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function writeRow(out: ByteWriter, { block, start, end }: LineCursor, fields: EntryFields): void {
  out.reserve(2 * (end - start) + ROW_EXTRA)
  const to = out.bytes
  let at = out.length
  for (let field = 0; field < 5; field++) {
    at = put(to, at, KEYS[field] as Uint8Array)
    for (let i = fields.starts[field] as number; i < (fields.ends[field] as number); i++) {
      const byte = block[i] as number
      if (byte === QUOTE || byte === BACKSLASH) to[at++] = BACKSLASH
      to[at++] = byte
    }
  }
  out.length = put(to, at, ROW_END)
}

function put(to: Uint8Array, from: number, bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) to[from + i] = bytes[i] as number
  return from + bytes.length
}
