import type { Entry } from '../core/entry.ts'

/**
 * SQL for the snapshot line of a row of `entries`. The columns hold the fields as they stand in the line
 * (`-` for an empty category or reference), so that reading a list back is one concatenation a row.
 */
export const LINE_SQL =
  'value || char(9) || kind || char(9) || action || char(9) || category || char(9) || reference'

/** Rows that fit one call of json_each: large enough to forget the call, small enough to stay in the cache. */
const BATCH_ROWS = 5000

/** What follows the value in a line, and the values that have it, in the order of the lines. */
export interface LineBatch {
  readonly fields: Omit<Entry, 'value'>
  readonly values: readonly string[]
}

/**
 * Cuts blocks of whole lines into batches of equal fields, as bulk inserts want them. Lines are ASCII
 * (`docs/spec/snapshot.md` §1), so latin1, the cheapest decoding, is exact.
 */
export function* batchLines(blocks: Iterable<Uint8Array>): Generator<LineBatch> {
  for (const block of blocks) {
    const text = Buffer.from(block.buffer, block.byteOffset, block.byteLength).toString('latin1')
    let start = 0
    while (start < text.length) {
      const groups = new Map<string, string[]>()
      for (let rows = 0; rows < BATCH_ROWS && start < text.length; rows++) {
        const tab = text.indexOf('\t', start)
        const end = text.indexOf('\n', tab)
        const fields = text.slice(tab, end)
        const value = text.slice(start, tab)
        const group = groups.get(fields)
        if (group === undefined) groups.set(fields, [value])
        else group.push(value)
        start = end + 1
      }
      for (const [fields, values] of groups) yield { fields: splitFields(fields), values }
    }
  }
}

function splitFields(text: string): Omit<Entry, 'value'> {
  const [, kind = '', action = '', category = '', reference = ''] = text.split('\t')
  return { kind, action, category, reference } as Omit<Entry, 'value'>
}
