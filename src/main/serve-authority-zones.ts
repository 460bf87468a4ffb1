import type { ZoneKey } from '../formats/zone/zone-image.ts'
import type { Store } from '../store/open-store.ts'
import type { WantedZone } from './serve-zone-queue.ts'

type ZoneStore = Pick<Store, 'lists' | 'publications' | 'read'>

/** The zones of what is published now: those of lists whose newest publication has one. */
export function wantedZones({ lists, publications, read }: ZoneStore): WantedZone[] {
  return read(() =>
    lists.all().flatMap(({ rowId, id, place }) => {
      const latest = publications.latest(rowId)
      if (latest === null || lists.definition(latest.definitionId).zone === null) return []
      const { serial, state, entries } = latest
      return [{ id, place, serial, state, entries }]
    }),
  )
}

/** A zone and, for as many serials as the list keeps, those before it. */
export function* serialsOf(
  { lists, publications }: ZoneStore,
  { id, place, serial: newest }: WantedZone,
): Generator<ZoneKey> {
  const list = lists.find(id)
  if (list === null) return
  const oldest = newest - list.definition.keep.serials
  for (let serial = newest; serial > 0 && serial >= oldest; serial--) {
    const found = publications.find(list.rowId, serial)
    if (found !== null) yield { place, serial, state: found.state }
  }
}
