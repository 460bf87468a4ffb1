import { Fault } from '../core/fault.ts'
import { printSuggestion } from '../core/nearest.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import type { Publication } from '../store/publication-store.ts'

/**
 * The serial of a list that `text` names, or the newest when it is left out. Throws `usage/invalid` for what is no number, and
 * `snapshot/not-found` with the serials that there are.
 */
export function findPublication(store: Store, list: StoredList, text?: string): Publication {
  const latest = store.publications.latest(list.rowId)
  if (latest === null) {
    throw new Fault(
      'snapshot/not-found',
      `expected a published serial of ${JSON.stringify(list.id)}, got none yet: «bailiwick publish ${list.id}» makes the first`,
    )
  }
  if (text === undefined) return latest
  const serial = /^[0-9]{1,10}$/.test(text) ? Number(text) : NaN
  if (Number.isNaN(serial)) {
    throw new Fault(
      'usage/invalid',
      `expected a serial, a whole number, got ${JSON.stringify(text)}`,
    )
  }
  const found = store.publications.find(list.rowId, serial)
  if (found !== null) return found
  const near = serial > latest.serial ? latest.serial : 1
  const hint = printSuggestion(String(near), [String(near)])
  throw new Fault(
    'snapshot/not-found',
    `expected a serial of ${JSON.stringify(list.id)} from 1 to ${latest.serial}, got ${serial}${hint}`,
  )
}
