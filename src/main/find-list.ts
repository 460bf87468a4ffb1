import { existsSync } from 'node:fs'
import { Fault } from '../core/fault.ts'
import { printSuggestion } from '../core/nearest.ts'
import { dataPaths } from '../platform/data-folder.ts'
import type { StoredList } from '../store/list-store.ts'
import { openStore, type Store, type StoreOptions } from '../store/open-store.ts'

/**
 * Runs `work` with the database of the data folder, and closes it whatever happens. For commands that need no key and
 * publish nothing. Throws `data/not-found`, and what `openStore` throws.
 */
export async function withStore<T>(
  data: string,
  work: (store: Store) => T | Promise<T>,
  options: StoreOptions = {},
): Promise<T> {
  const { database } = dataPaths(data)
  if (!existsSync(database)) {
    throw new Fault(
      'data/not-found',
      `expected an authority in ${JSON.stringify(data)}, got none: run «bailiwick init», or check --data`,
    )
  }
  const store = openStore(database, options)
  try {
    return await work(store)
  } finally {
    store.close()
  }
}

/** The list with that id. Throws `list/not-found`, with the nearest. */
export function findList(store: Store, id: string): StoredList {
  const found = store.lists.find(id)
  if (found !== null) return found
  const known = store.lists.all().map((list) => list.id)
  const hint = printSuggestion(id, known)
  const cure =
    hint !== ''
      ? hint
      : known.length === 0
        ? ': there is none yet; «bailiwick list apply FILE» makes one'
        : `: there ${known.length === 1 ? 'is' : 'are'} ${known.slice(0, 10).join(', ')}`
  throw new Fault('list/not-found', `expected the id of a list, got ${JSON.stringify(id)}${cure}`)
}
