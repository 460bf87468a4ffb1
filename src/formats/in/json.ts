import type { Intake } from './intake.ts'
import { JsonElements } from './json-elements.ts'
import { takeRecord } from './record.ts'
import { VALUE_COLUMNS } from './recognise-format.ts'

/**
 * Reads JSON as it streams by: an array of values or of objects, or an object with such an array (as our own export is). Gives the
 * number of lines, and whether the text was whole.
 */
export class JsonReader {
  readonly #intake: Intake
  readonly #elements: JsonElements

  constructor(intake: Intake) {
    this.#intake = intake
    this.#elements = new JsonElements({ element: (text, line) => this.#readElement(text, line) })
  }

  push(chunk: Uint8Array): void {
    this.#elements.push(chunk)
  }

  /** Whether the outermost value was closed. */
  get isWhole(): boolean {
    return this.#elements.state === 'after'
  }

  get lines(): number {
    return this.#elements.line
  }

  #readElement(text: string, line: number): void {
    this.#intake.line = line
    const value = parseElement(text)
    const refusal = value === null ? 'no-json' : this.#take(value)
    if (refusal !== null) this.#intake.refuse(refusal, text)
  }

  #take(value: unknown): string | null {
    if (typeof value === 'string')
      return takeRecord(this.#intake, { ...NO_FIELDS, value: value.trim() })
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'no-value'
    const record = value as Record<string, unknown>
    const key = VALUE_COLUMNS.find((column) => typeof record[column] === 'string') ?? ''
    return takeRecord(this.#intake, {
      value: textOf(record[key]).trim(),
      kind: textOf(record['kind']),
      action: textOf(record['action']),
      category: textOf(record['category']),
      reference: textOf(record['reference']),
    })
  }
}

const NO_FIELDS = { value: '', kind: '', action: '', category: '', reference: '' }

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The element's value, or null when it is no JSON (or is `null`, which is no entry either). */
function parseElement(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    // Counted by the caller as one bad element; the others may be good.
    return null
  }
}
