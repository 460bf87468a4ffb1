import { workerData } from 'node:worker_threads'
import { Fault } from '../core/fault.ts'
import { condenseZone } from '../formats/zone/condense-zone.ts'
import { makeZone, type MadeZone } from '../formats/zone/make-zone.ts'
import { hasZone } from '../formats/zone/zone-files.ts'
import type { ZoneKey } from '../formats/zone/zone-key.ts'
import { openZoneFolder } from '../platform/zone-folder.ts'
import { readCopyNote } from '../agent/copy-note.ts'
import { copiedZones } from './edge-zone-wanted.ts'
import { answerQuestions } from './serve-thread.ts'
import type { ZoneQuestion } from './serve-zones.ts'

/** What such a thread is given. */
export interface ZoneThreadData {
  /** The edge's folder, and that of its zones. */
  readonly state: string
  readonly zones: string
  readonly keepSerials: number
}

/** The threads behind the zones of an edge: one makes them of copied lists, the other differences between their serials. */
const { state, keepSerials, zones } = workerData as ZoneThreadData
const folder = openZoneFolder(zones)

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

/** The zone of the newest serial that was copied; before it those between, which other edges may have given away. */
function makeNewest(place: string): MadeZone | null {
  const list = readCopyNote(state, place)
  if (list === null) throw new Fault('list/not-found', `expected a copy of ${place}, got none`)
  let made: MadeZone | null = null
  const isMade = (key: ZoneKey): boolean => hasZone(folder, key)
  for (const wanted of copiedZones({ state, keepSerials, isMade }, list)) {
    made = makeZone(folder, wanted)
  }
  return made
}
