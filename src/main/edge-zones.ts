import type { CopiedList } from '../agent/mirror-list.ts'
import { Fault } from '../core/fault.ts'
import type { ZoneDifference } from '../formats/zone/condense-zone.ts'
import type { MadeZone } from '../formats/zone/make-zone.ts'
import type { ZoneKey } from '../formats/zone/zone-image.ts'
import { openThread } from './serve-thread.ts'
import { ZoneQueue, type BehindZone, type WantedZone } from './serve-zone-queue.ts'

/** What a thread that works on zones is asked. */
export type EdgeZoneQuestion =
  | { readonly ask: 'make'; readonly place: string }
  | {
      readonly ask: 'condense'
      readonly key: ZoneKey
      readonly from: number
      readonly maxBytes: number
    }

/** The zones of the copied lists, kept up with the copy. */
export interface EdgeZones {
  readonly update: (lists: readonly CopiedList[]) => void
  /** Tries again what could not be made, where its time has come. */
  readonly retry: () => void
  /** Lists of which the zone of the newest serial is not there. */
  readonly behind: () => readonly BehindZone[]
  /** The difference from a serial to a zone; null where there is none of at most so many bytes. Faults: `serve/busy`. */
  readonly condense: (
    key: ZoneKey,
    from: number,
    maxBytes: number,
  ) => Promise<ZoneDifference | null>
  readonly close: () => Promise<void>
}

export interface EdgeZonesDeps {
  /** The edge's folder, and that of its zones. */
  readonly state: string
  readonly zones: string
  readonly keepSerials: number
  readonly onMade: (zone: MadeZone) => void
  readonly onFault: (list: WantedZone, error: unknown) => void
  readonly now: () => number
}

/** Differences that may wait to be made; whoever asks for one more is better served with the whole zone. */
const MAX_CONDENSING = 32

export function openEdgeZones({ now, ...deps }: EdgeZonesDeps): EdgeZones {
  const { state, zones, keepSerials, onMade, onFault } = deps
  const url = new URL('./edge-zone-thread.js', import.meta.url)
  const workerData = { state, zones, keepSerials }
  const making = openThread(url, { workerData })
  const condensing = openThread(url, { workerData })
  const make = ({ place }: WantedZone): Promise<MadeZone | null> =>
    making.ask({ ask: 'make', place } satisfies EdgeZoneQuestion) as Promise<MadeZone | null>
  const queue = new ZoneQueue<MadeZone>({ onMade, onFault, make }, now)
  return {
    update: (lists) => queue.update(wantedZones(lists)),
    retry: () => queue.retry(),
    behind: () => queue.behind(),
    condense: (key, from, maxBytes) => {
      if (condensing.waiting() >= MAX_CONDENSING) return Promise.reject(busy())
      const question: EdgeZoneQuestion = { ask: 'condense', key, from, maxBytes }
      return condensing.ask(question) as Promise<ZoneDifference | null>
    },
    // What is cut off is made again at the next start.
    close: async () => {
      queue.update([])
      await Promise.all([making.close(0), condensing.close(0)])
    },
  }
}

function wantedZones(lists: readonly CopiedList[]): WantedZone[] {
  return lists.flatMap(({ id, place, definition, serials }) => {
    const last = serials.at(-1)
    if (last === undefined || definition.zone === null) return []
    const { serial, state, entries } = last
    return [{ id, place, serial, state, entries }]
  })
}

function busy(): Fault {
  return new Fault('serve/busy', 'expected a difference by now, got a long queue')
}
