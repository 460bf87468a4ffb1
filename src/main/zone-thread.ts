import { workerData } from 'node:worker_threads'
import { Fault, isFault } from '../core/fault.ts'
import { condenseZone } from '../formats/zone/condense-zone.ts'
import { makeZone, type MadeZone } from '../formats/zone/make-zone.ts'
import { dataPaths } from '../platform/data-folder.ts'
import { openLineCache } from '../platform/line-cache.ts'
import { openZoneFolder } from '../platform/zone-folder.ts'
import { openStore } from '../store/open-store.ts'
import { findList } from './find-list.ts'
import { answerQuestions } from './serve-thread.ts'
import { zoneWanted, type LineOrigin } from './serve-zone-wanted.ts'
import type { ZoneQuestion } from './serve-zones.ts'

/** The threads behind `openZones`: one makes zones, the other differences between their serials. */
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
      return makeNewest(question.list)
    case 'condense':
      return condenseZone(folder, question.key, question.from, question.maxBytes)
  }
})

/** The zone of the list's newest publication. */
function makeNewest(id: string): MadeZone | null {
  try {
    return makeFrom(id, 'cache')
  } catch (error) {
    if (!isFault(error, 'snapshot/invalid', 'delta/mismatch')) throw error
    return makeFrom(id, 'store')
  }
}

function makeFrom(id: string, origin: LineOrigin): MadeZone | null {
  const list = findList(store, id)
  const publication = store.publications.latest(list.rowId)
  if (publication === null) throw new Fault('snapshot/not-found', `expected a serial of ${id}`)
  const wanted = zoneWanted({ store, cache }, list, publication, origin)
  return wanted === null ? null : makeZone(folder, wanted)
}
