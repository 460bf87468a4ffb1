import { domainToUnicode } from 'node:url'
import type {
  SearchAnswer,
  SearchDesk,
  SearchHit,
  SearchPlace,
  SearchRequest,
} from '../../console/ports/search.ts'
import { splitEntryLine } from '../../core/entry.ts'
import { findNames, stagesOf, type FoundName } from '../../core/search/find-names.ts'
import type { NameBlocks } from '../../core/search/name-blocks.ts'
import { readSearchText, type SearchText } from '../../core/search/read-search-text.ts'
import type { StoredList } from '../../store/list-store.ts'
import type { Store } from '../../store/open-store.ts'
import type { SearchRow } from '../../store/search-store.ts'
import { ListNames, type ListNamesDeps } from './list-names.ts'
import { readableList, readableLists } from './readable-lists.ts'

/** Search over the lists of a store, in memory. */
export function searchDesk({ store, limits }: ListNamesDeps): SearchDesk {
  const names = new ListNames({ store, ...(limits !== undefined && { limits }) })
  return {
    find: async (person, request) => {
      const { text, list } = request
      const lists =
        list === undefined
          ? readableLists(store, person)
          : [readableList(store, person, { id: list })]
      const search = readSearchText(text)
      if (search !== null) return find({ store, names, lists }, search, request)
      if (text === '') for (const one of lists) warm(names, one)
      return { understood: null, hits: [], next: null }
    },
  }
}

function warm(names: ListNames, list: StoredList): void {
  // What goes wrong here goes wrong again for whoever searches, and is told to them.
  names.of(list).catch(() => undefined)
}

interface Searched {
  readonly store: Store
  readonly names: ListNames
  readonly lists: readonly StoredList[]
}

/** Stage by stage, and in each list by list: what is most likely meant comes first, whichever list it is on. */
async function find(
  { store, names, lists }: Searched,
  search: SearchText,
  { from, limit }: SearchRequest,
): Promise<SearchAnswer> {
  const hits: SearchHit[] = []
  const told = { understood: search.text, hits }
  // One reading for all stages: of a list that isn't held each would be another.
  const read = new Map<number, NameBlocks>()
  for (const { stage, list, behind } of stepsFrom(search, lists, from)) {
    const wanted = limit - hits.length
    const blocks = read.get(list.rowId) ?? (await names.of(list))
    read.set(list.rowId, blocks)
    const step = { search, stage, behind, limit: wanted }
    const { found, isDone, last } = findNames(blocks, step, domainToUnicode)
    hits.push(...tell(store, list, found))
    if (!isDone) return { ...told, next: { stage, list: list.id, line: last ?? '' } }
  }
  return { ...told, next: null }
}

interface Step {
  readonly stage: SearchPlace['stage']
  readonly list: StoredList
  readonly behind: string | null
}

function* stepsFrom(
  search: SearchText,
  lists: readonly StoredList[],
  from: SearchPlace | null,
): Generator<Step> {
  const stages = stagesOf(search)
  const first = from === null ? 0 : stages.indexOf(from.stage)
  for (const [i, stage] of stages.entries()) {
    for (const list of lists) {
      if (i < first || (i === first && from !== null && list.id < from.list)) continue
      const isSame = from !== null && i === first && list.id === from.list
      yield { stage, list, behind: isSame && from.line !== '' ? from.line : null }
    }
  }
}

/** As the database has them now: what has gone since the names were brought along is left out. */
function tell(store: Store, { rowId, id }: StoredList, found: readonly FoundName[]): SearchHit[] {
  return store.read(() => {
    const published = store.publications.latest(rowId)?.decision ?? 0
    return found.flatMap(({ value, kind }) => {
      const hit = hitOf(store.search.rows(rowId, { value, kind, published }), published)
      return hit === null ? [] : [{ list: id, ...hit }]
    })
  })
}

function hitOf(rows: readonly SearchRow[], published: number): Omit<SearchHit, 'list'> | null {
  const live = rows.find(({ retiredBy }) => retiredBy === null)
  const past = rows.find(({ retiredBy }) => retiredBy !== null)
  if (live === undefined) {
    return past === undefined ? null : { ...splitEntryLine(past.line), state: 'retired' }
  }
  const isNew = live.addedBy > published
  const isOther = past !== undefined && past.line !== live.line
  const state = isOther ? 'amended' : isNew && past === undefined ? 'unpublished' : 'published'
  return { ...splitEntryLine(live.line), state }
}
