import { blocksOfLines } from '../core/hash-lines.ts'
import type { LineBlocks } from '../core/line-cursor.ts'
import { publicDefinition } from '../core/list-definition.ts'
import { verifiedLines } from '../core/verified-lines.ts'
import type { ZoneWanted } from '../formats/zone/make-zone.ts'
import type { LineCache } from '../platform/line-cache.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import type { Publication } from '../store/publication-store.ts'

interface WantedDeps {
  readonly store: Pick<Store, 'lists' | 'publications'>
  readonly cache: Pick<LineCache, 'passingLines'>
}

/** Where the lines come from: from the cache, quickly, when it has them; or from the decisions, which are always right. */
export type LineOrigin = 'cache' | 'store'

/** What it takes to make the zone of a publication; null when its definition has none. */
export function zoneWanted(
  { store, cache }: WantedDeps,
  list: StoredList,
  publication: Publication,
  origin: LineOrigin,
): ZoneWanted | null {
  const definition = publicDefinition(store.lists.definition(publication.definitionId))
  if (definition.zone === null) return null
  const { serial, state, entries, decision } = publication
  const stored = (): LineBlocks => blocksOfLines(store.publications.lines(list.rowId, decision))
  return {
    ...{ place: list.place, serial, state, entries, definition },
    keepSerials: list.definition.keep.serials,
    lines: () => {
      const cached = origin === 'cache' ? cache.passingLines(list.place, serial) : null
      return cached === null ? stored() : verifiedLines(cached, state)
    },
    changesSince: (from, stateThen) => {
      const before = store.publications.find(list.rowId, from)
      // After a restored backup a serial may have come a second time, with another state.
      if (before?.state !== stateThen || before.serial > serial) return null
      const changes = store.publications.changes(list.rowId, before.decision, decision)
      return { added: againAndAgain(changes.added), removed: againAndAgain(changes.removed) }
    },
  }
}

function againAndAgain(lines: Iterable<string>): LineBlocks {
  return { [Symbol.iterator]: () => blocksOfLines(lines)[Symbol.iterator]() }
}
