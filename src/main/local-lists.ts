import type { Store } from '../store/open-store.ts'
import { findList, withStore } from './find-list.ts'
import type { GlobalOptions } from './global-options.ts'
import type { ListDeeds, ListState } from './list-deeds.ts'

/** What commands read of lists, in a data folder: whoever can read the folder may. */
export function localLists({ data }: Pick<GlobalOptions, 'data'>): ListDeeds {
  return {
    lists: () =>
      withStore(data, (store) =>
        store.lists.all().map((list) => {
          const { id, title, visibility } = list.definition
          return { id, title, visibility, ...stateOf(store, list.rowId) }
        }),
      ),
    list: (id) =>
      withStore(data, (store) => {
        const { rowId, place, definition } = findList(store, id)
        return { ...stateOf(store, rowId), place, definition }
      }),
  }
}

function stateOf(store: Store, listRowId: number): ListState {
  const latest = store.publications.latest(listRowId)
  return {
    entries: store.entries.count(listRowId),
    serial: latest?.serial ?? null,
    publishedAt: latest?.publishedAt ?? null,
    isPending: store.decisions.lastDecision(listRowId) > (latest?.decision ?? 0),
  }
}
