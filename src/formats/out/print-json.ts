import type { ByteWriter } from './byte-writer.ts'
import type { EntryFields } from './entry-fields.ts'
import type { ExportSource, ExportSummary } from './export-source.ts'
import { renderRows } from './render-rows.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c

/** What stands before each field's text, and behind the last. */
const [VALUE, KIND, ACTION, CATEGORY, REFERENCE, END] = [
  '\n{"value":"',
  '","kind":"',
  '","action":"',
  '","category":"',
  '","reference":"',
  '"}',
].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer]

const BEFORE_FIELDS = [VALUE, KIND, ACTION, CATEGORY, REFERENCE] as const

/** How much longer a row is than its line at most, besides what is escaped. */
const ROW_EXTRA = 80

/** One JSON object in ASCII, keys always in the same order, one entry a line. `docs/spec/exports.md` §13. */
export function* printJson(source: ExportSource): Generator<Uint8Array, ExportSummary> {
  return yield* renderRows(source, {
    head: printHead(source),
    write: writeRow,
    tail: (rows) => (rows === 0 ? ']}\n' : '\n]}\n'),
  })
}

function printHead({ definition, serial, state }: ExportSource): string {
  const { id, title } = definition
  return asciiJson({ list: id, title, serial, state, entries: [] }).slice(0, -2)
}

/** JSON in ASCII: what is not stands as `\uXXXX`, which is the same text (RFC 8259 §7). */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function writeRow(out: ByteWriter, fields: EntryFields, row: number): void {
  const { block, start, end, starts, ends } = fields
  out.reserve(2 * (end - start) + ROW_EXTRA)
  const to = out.bytes
  let at = out.length
  if (row > 0) to[at++] = COMMA
  for (let field = 0; field < 5; field++) {
    at = put(to, at, BEFORE_FIELDS[field] ?? END)
    const fieldEnd = ends[field] ?? 0
    for (let i = starts[field] ?? 0; i < fieldEnd; i++) {
      const byte = block[i] ?? 0
      if (byte === QUOTE || byte === BACKSLASH) to[at++] = BACKSLASH
      to[at++] = byte
    }
  }
  out.length = put(to, at, END)
}

function put(to: Uint8Array, from: number, bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) to[from + i] = bytes[i] ?? 0
  return from + bytes.length
}
