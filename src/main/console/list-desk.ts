import type {
  DifferenceRequest,
  DifferenceView,
  ListDesk,
  PublicationsRequest,
} from '../../console/ports/lists.ts'
import type { Person } from '../../core/person.ts'
import { pageDifference, type DifferencePage } from '../../curation/page-difference.ts'
import type { Store } from '../../store/open-store.ts'
import { findPublication } from '../find-publication.ts'
import { linesBetween } from './lines-between.ts'
import { readableList, readableLists } from './readable-lists.ts'
import { viewList, viewPublication } from './view-list.ts'

/** Lists and their serials, over a store. */
export function listDesk({ store }: { readonly store: Store }): ListDesk {
  return {
    all: (person) =>
      store.read(() => readableLists(store, person).map((list) => viewList(store, list))),
    find: (person, id) =>
      store.read(() => {
        const list = readableList(store, person, { id })
        const { place, definition } = list
        return { ...viewList(store, list), place, definition }
      }),
    publications: (person, request) => store.read(() => pagePublications(store, person, request)),
    difference: (person, request) => store.read(() => viewDifference(store, person, request)),
  }
}

function pagePublications(
  store: Store,
  person: Person,
  { list: id, before, limit }: PublicationsRequest,
): ReturnType<ListDesk['publications']> {
  const lists =
    id === undefined ? readableLists(store, person) : [readableList(store, person, { id })]
  const byRowId = new Map(lists.map((list) => [list.rowId, list]))
  const page = { before: before ?? Number.MAX_SAFE_INTEGER, limit }
  return store.figures
    .serials([...byRowId.keys()], page)
    .flatMap(({ number, listRowId, serial }) => {
      const publication = store.publications.find(listRowId, serial)
      const list = byRowId.get(listRowId)
      if (publication === null || list === undefined) return []
      return [{ ...viewPublication(list.id, publication), number }]
    })
}

/** Up to so many changed lines are counted. */
const COUNTED = 5_000

function viewDifference(
  store: Store,
  person: Person,
  { list: id, from: first, to: second, behind, limit }: DifferenceRequest,
): DifferenceView {
  const list = readableList(store, person, { id })
  const from = findPublication(store, list, String(first))
  const to = findPublication(store, list, String(second))
  const [low, high] = from.serial <= to.serial ? [from, to] : [to, from]
  const most = store.figures.serialChanges(list.rowId, low.serial, high.serial)
  const lines = most.added + most.removed
  const arms = linesBetween(store, list, { from: from.decision, to: to.decision, lines })
  return {
    ...{ list: id, from: viewPublication(id, from), to: viewPublication(id, to) },
    ...pageDifference(arms, { behind, limit }),
    counted: lines > COUNTED ? null : count(pageDifference(arms, ALL)),
  }
}

const ALL = { behind: null, limit: 2 * COUNTED }

function count({ items }: DifferencePage): NonNullable<DifferenceView['counted']> {
  const added = items.filter(({ change }) => change === 'added').length
  return { added, removed: items.length - added }
}
