import { decodeLine, type Intake } from './intake.ts'
import { takeRecord } from './record.ts'
import { VALUE_COLUMNS } from './recognise-format.ts'
import type { LineReader } from './scan-lines.ts'

/** Which cell of a row says what; -1 for nothing. */
interface Columns {
  readonly value: number
  readonly kind: number
  readonly action: number
  readonly category: number
  readonly reference: number
}

/**
 * Reads tables (RFC 4180, or with `;` or tabs between the cells) whose first row may name the columns. Without such a row the first cell is
 * the value. A cell with a line end in it is refused.
 */
export class CsvReader implements LineReader {
  readonly #intake: Intake
  #delimiter = ','
  #columns: Columns | undefined

  constructor(intake: Intake) {
    this.#intake = intake
  }

  readLine(bytes: Uint8Array, start: number, end: number): void {
    this.#intake.beginLine(bytes, start, end)
    const line = decodeLine(bytes, start, end).trim()
    if (line === '' || line.startsWith('#')) return
    if (this.#columns === undefined && this.#readTitles(line)) return
    const cells = splitRow(line, this.#delimiter)
    if (cells === null) this.#intake.refuse('open-quote')
    else this.#readRow(cells, this.#columns ?? BARE)
  }

  readLongLine(bytes: Uint8Array, start: number, end: number): void {
    this.#intake.beginLine(bytes, start, end)
    this.#intake.refuse('long-line')
  }

  finish(): void {
    // Every row stands alone.
  }

  /** Whether the line names the columns. */
  #readTitles(line: string): boolean {
    this.#delimiter = [',', ';', '\t'].find((mark) => line.includes(mark)) ?? ','
    const titles = (splitRow(line, this.#delimiter) ?? []).map((title) => title.toLowerCase())
    const value = titles.findIndex((title) => VALUE_COLUMNS.includes(title))
    this.#columns = value < 0 ? BARE : columnsOf(titles, value)
    return value >= 0
  }

  #readRow(cells: readonly string[], columns: Columns): void {
    const cell = (at: number): string => cells[at] ?? ''
    const refusal = takeRecord(this.#intake, {
      value: cell(columns.value),
      kind: cell(columns.kind),
      action: cell(columns.action),
      category: cell(columns.category),
      reference: cell(columns.reference),
    })
    if (refusal !== null) this.#intake.refuse(refusal)
  }
}

const BARE: Columns = { value: 0, kind: -1, action: -1, category: -1, reference: -1 }

function columnsOf(titles: readonly string[], value: number): Columns {
  const find = (title: string): number => titles.indexOf(title)
  return {
    value,
    kind: find('kind'),
    action: find('action'),
    category: find('category'),
    reference: find('reference'),
  }
}

/** The cells of a row, or null when a quote is not closed. */
function splitRow(line: string, delimiter: string): string[] | null {
  const cells: string[] = []
  for (let at = 0; at <= line.length;) {
    if (line[at] !== '"') {
      const end = line.indexOf(delimiter, at)
      cells.push(line.slice(at, end < 0 ? line.length : end).trim())
      if (end < 0) return cells
      at = end + 1
      continue
    }
    const close = closingQuote(line, at)
    if (close < 0) return null
    cells.push(
      line
        .slice(at + 1, close)
        .replaceAll('""', '"')
        .trim(),
    )
    const end = line.indexOf(delimiter, close)
    if (end < 0) return cells
    at = end + 1
  }
  return cells
}

function closingQuote(line: string, from: number): number {
  let at = line.indexOf('"', from + 1)
  while (at >= 0 && line[at + 1] === '"') at = line.indexOf('"', at + 2)
  return at
}
