import { workerData } from 'node:worker_threads'
import { isFault } from '../core/fault.ts'
import { condenseZone } from '../formats/zone/condense-zone.ts'
import { makeZone, type MadeZone } from '../formats/zone/make-zone.ts'
import { dataPaths } from '../platform/data-folder.ts'
import { openLineCache } from '../platform/line-cache.ts'
import { openZoneFolder } from '../platform/zone-folder.ts'
import { openStore } from '../store/open-store.ts'
import { answerQuestions } from './serve-thread.ts'
import { zoneWanted, type LineOrigin } from './serve-zone-wanted.ts'
import type { ZoneQuestion } from './serve-zones.ts'

/** The threads behind the zones of an authority: one makes them, the other differences between their serials. */
const paths = dataPaths((workerData as { readonly data: string }).data)
const store = openStore(paths.database, { readonly: true })
const cache = openLineCache(paths.work)
const folder = openZoneFolder(paths.zones)

answerQuestions((asked) => {
  const question = asked as ZoneQuestion
  switch (question.ask) {
    case 'nothing':
      return null
    case 'make':
      return makeNewest(question.place)
    case 'condense':
      return condenseZone(folder, question.key, question.from, question.maxBytes)
  }
})

/** The zone of the newest publication of the list at a place. */
function makeNewest(place: string): MadeZone | null {
  try {
    return makeFrom(place, 'cache')
  } catch (error) {
    if (!isFault(error, 'snapshot/invalid', 'delta/mismatch')) throw error
    return makeFrom(place, 'store')
  }
}

function makeFrom(place: string, origin: LineOrigin): MadeZone | null {
  const list = store.lists.all().find((one) => one.place === place)
  const publication = list && store.publications.latest(list.rowId)
  if (!list || !publication) return null
  const wanted = zoneWanted({ store, cache }, list, publication, origin)
  return wanted === null ? null : makeZone(folder, wanted)
}
