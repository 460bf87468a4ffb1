/** One record of a zone file, its owner as it was written; an empty owner means that of the record before. */
export interface ZoneRecord {
  readonly owner: string
  readonly type: string
  readonly data: readonly string[]
}

/**
 * Gathers the lines of a zone file into records: drops comments, joins what stands in parentheses (RFC 1035 §5.1). Gives null while a
 * record goes on and for lines without one.
 */
export class ZoneLines {
  #depth = 0
  #open = ''

  /** The text of a whole record or directive, or null. */
  push(line: string): string | null {
    this.#open += `${this.#strip(line)} `
    if (this.#depth > 0) return null
    const record = this.#open.trimEnd()
    this.#open = ''
    return record === '' ? null : record
  }

  /** Whether a record is still open: at the end of a file that has been cut off. */
  get isOpen(): boolean {
    return this.#depth > 0
  }

  #strip(line: string): string {
    let text = ''
    for (const [part] of line.matchAll(/"(?:[^"\\]|\\.)*"?|\\.|[;()]|[^";()\\]+/g)) {
      if (part === ';') break
      if (part === '(') this.#depth++
      else if (part === ')') this.#depth = Math.max(0, this.#depth - 1)
      else text += part
    }
    return text
  }
}

/** The record in `text`, or null when it is none. Lifetime and class may stand in either order, or be left out. */
export function parseZoneRecord(text: string): ZoneRecord | null {
  const words = [...text.matchAll(/"((?:[^"\\]|\\.)*)"|[^\s"]+/g)].map((word) => word[1] ?? word[0])
  const owner = /^\s/.test(text) ? '' : (words.shift() ?? '')
  while (words.length > 0 && LIFETIME_OR_CLASS.test(words[0] ?? '')) words.shift()
  const [type = '', ...data] = words
  return /^[a-z][a-z0-9]*$/i.test(type) && data.length > 0
    ? { owner, type: type.toUpperCase(), data }
    : null
}

const LIFETIME_OR_CLASS = /^(?:\d+(?:[smhdw]\d*)*|IN|CH|HS)$/i
