import type { CopiedList, CopiedSerial } from '../agent/copy-note.ts'
import type { PublicDefinition } from '../core/list-definition.ts'
import type {
  CatalogSource,
  Publication,
  PublicationSource,
  Restoration,
  Subscriber,
} from '../distribute/ports.ts'

/** What an edge serves, in the words of `distribute`: from the copy and the credentials, with no database. */
export interface EdgeCatalog {
  readonly source: CatalogSource
  readonly publications: PublicationSource
  /** Takes in a new copy; false when it is as it was. */
  readonly setLists: (lists: readonly CopiedList[]) => boolean
  readonly setSubscribers: (
    subscribers: readonly Subscriber[],
    restorations: readonly Restoration[],
  ) => void
  /** The copy of a list by the number that `source` gives it. */
  readonly copied: (rowId: number) => CopiedList | null
}

/** `keepSerials`: how many serials back a secondary gets a difference. */
export function openEdgeCatalog(keepSerials: number): EdgeCatalog {
  const rowIds = new Map<string, number>()
  let lists = new Map<number, CopiedList>()
  let subscribers: readonly Subscriber[] = []
  let restorations: readonly Restoration[] = []
  let changes = 0
  const rowIdOf = (place: string): number => {
    const rowId = rowIds.get(place) ?? rowIds.size + 1
    rowIds.set(place, rowId)
    return rowId
  }
  const find = (rowId: number, serial: number): Publication | null => {
    const found = lists.get(rowId)?.serials.find((one) => one.serial === serial)
    return found ? asPublication(found) : null
  }
  return {
    source: {
      read: (work) => work(),
      changeCounter: () => changes,
      lists: {
        all: () =>
          [...lists].map(([rowId, { id, place, definition }]) => ({
            ...{ rowId, id, place },
            definition: fillDefinition(definition, keepSerials),
          })),
      },
      publications: {
        latest: (rowId) => {
          const last = lists.get(rowId)?.serials.at(-1)
          return last ? asPublication(last) : null
        },
      },
      subscribers: { all: () => subscribers },
      restorations: { all: () => restorations },
    },
    publications: {
      find,
      at: () => null,
      page: (rowId, page) => pageOf(lists.get(rowId)?.serials ?? [], page),
    },
    copied: (rowId) => lists.get(rowId) ?? null,
    setLists: (copied) => {
      const sorted = copied.toSorted((a, b) => (a.id < b.id ? -1 : 1))
      const next = new Map(sorted.map((list) => [rowIdOf(list.place), list]))
      const isSame = JSON.stringify([...next]) === JSON.stringify([...lists])
      if (isSame) return false
      lists = next
      changes++
      return true
    },
    setSubscribers: (next, restored) => {
      subscribers = next
      restorations = restored
      changes++
    },
  }
}

function pageOf(
  serials: readonly CopiedSerial[],
  { before, limit }: { readonly before: number; readonly limit: number },
): readonly Publication[] {
  const newestFirst = serials.filter(({ serial }) => serial < before).toReversed()
  return newestFirst.slice(0, limit).map(asPublication)
}

function asPublication({ serial, state, entries, told, copiedAt }: CopiedSerial): Publication {
  return {
    ...{ serial, state, entries },
    added: told?.added ?? 0,
    removed: told?.removed ?? 0,
    // An edge has no decisions.
    decision: 0,
    publishedAt: new Date(told?.publishedAt ?? copiedAt),
  }
}

/** The public part of a definition is what an edge has; the rest is about deciding, which it doesn't. */
function fillDefinition(
  definition: PublicDefinition,
  keepSerials: number,
): ReturnType<CatalogSource['lists']['all']>[number]['definition'] {
  return {
    ...definition,
    approvals: {
      needed: 1,
      organisations: 1,
      retire: { needed: 1, organisations: 1 },
      urgentAdd: false,
    },
    review: { afterDays: 0, expireAfterDays: null, warnDays: 0, urgentDays: 0 },
    liveness: null,
    guard: { maxGrowth: 0, maxShrink: 0, minEntries: 0 },
    publish: { cron: null },
    keep: { serials: keepSerials },
  }
}
