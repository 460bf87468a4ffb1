import { workerData } from 'node:worker_threads'
import { Fault } from '../core/fault.ts'
import { condenseZone } from '../formats/zone/condense-zone.ts'
import { makeZone, type MadeZone } from '../formats/zone/make-zone.ts'
import { openZoneFolder } from '../platform/zone-folder.ts'
import { readCopyNote } from '../agent/mirror-list.ts'
import type { EdgeZoneQuestion } from './edge-zones.ts'
import { copiedZones } from './edge-zone-wanted.ts'
import { answerQuestions } from './serve-thread.ts'

/** The threads behind `openEdgeZones`: one makes zones of copied lists, the other differences between their serials. */
const { state, keepSerials, zones } = workerData as {
  readonly state: string
  readonly keepSerials: number
  readonly zones: string
}
const folder = openZoneFolder(zones)

answerQuestions((asked) => {
  const question = asked as EdgeZoneQuestion
  return question.ask === 'make'
    ? makeNewest(question.place)
    : condenseZone(folder, question.key, question.from, question.maxBytes)
})

/** The zone of the newest serial that was copied; before it those between, which other edges may have given away. */
function makeNewest(place: string): MadeZone | null {
  const list = readCopyNote(state, place)
  if (list === null) throw new Fault('list/not-found', `expected a copy of ${place}, got none`)
  let made: MadeZone | null = null
  for (const wanted of copiedZones({ state, keepSerials }, list)) {
    made = makeZone(folder, wanted)
  }
  return made
}
