import { Fault } from '../core/fault.ts'
import type { ZoneDifference } from '../formats/zone/condense-zone.ts'
import type { MadeZone } from '../formats/zone/make-zone.ts'
import type { ZoneKey } from '../formats/zone/zone-image.ts'
import type { Store } from '../store/open-store.ts'
import { openThread } from './serve-thread.ts'
import { ZoneQueue, type BehindZone, type WantedZone } from './serve-zone-queue.ts'

/** What a thread that works on zones is asked. */
export type ZoneQuestion =
  | { readonly ask: 'nothing' }
  | { readonly ask: 'make'; readonly list: string }
  | ({ readonly ask: 'condense' } & Condensing)

interface Condensing {
  readonly key: ZoneKey
  readonly from: number
  readonly maxBytes: number
}

/** The zones of an authority's lists, kept up with what is published. */
export interface Zones {
  /** Looks what is published; to be called after every change of it. */
  readonly update: () => void
  /** Somebody seems to be publishing: a thread that takes a tenth of a second to start may do so now. */
  readonly warmUp: () => void
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

/** A zone, and how long it took. */
export type TimedZone = MadeZone & { readonly ms: number }

export interface ZonesDeps {
  readonly store: Store
  /** The authority's folder. */
  readonly data: string
  readonly onMade: (zone: TimedZone) => void
  readonly onFault: (list: WantedZone, error: unknown) => void
  readonly now: () => number
}

/** Differences that may wait to be made; whoever asks for one more is better served with the whole zone. */
const MAX_CONDENSING = 32

/** How long a zone that is being made may still take when the server stops: it is made again otherwise, at the next start. */
const CLOSE_PATIENCE_MS = 2_000

/** Opens two threads, which end when they are idle: whoever waits for a difference need not wait for a zone. */
export function openZones({ store, data, now, ...deps }: ZonesDeps): Zones {
  const url = new URL('./zone-thread.js', import.meta.url)
  const making = openThread(url, { workerData: { data } })
  const condensing = openThread(url, { workerData: { data } })
  const make = async (list: string): Promise<TimedZone | null> => {
    const beganMs = now()
    const made = await making.ask({ ask: 'make', list } satisfies ZoneQuestion)
    return made === null ? null : { ...(made as MadeZone), ms: now() - beganMs }
  }
  const queue = new ZoneQueue<TimedZone>({ ...deps, make }, now)
  return {
    update: () => queue.update(wantedZones(store)),
    warmUp: () => {
      if (!making.isRunning())
        void making.ask({ ask: 'nothing' } satisfies ZoneQuestion).catch(() => undefined)
    },
    retry: () => queue.retry(),
    behind: () => queue.behind(),
    condense: (key, from, maxBytes) => {
      if (condensing.waiting() >= MAX_CONDENSING) return Promise.reject(busy())
      const question: ZoneQuestion = { ask: 'condense', key, from, maxBytes }
      return condensing.ask(question) as Promise<ZoneDifference | null>
    },
    close: async () => {
      queue.update([])
      await Promise.all([making.close(CLOSE_PATIENCE_MS), condensing.close(0)])
    },
  }
}

/** The zones of what is published now. */
export function wantedZones(store: Store): WantedZone[] {
  return store.read(() =>
    store.lists.all().flatMap(({ rowId, id, place }) => {
      const latest = store.publications.latest(rowId)
      if (latest === null || store.lists.definition(latest.definitionId).zone === null) return []
      const { serial, state, entries } = latest
      return [{ id, place, serial, state, entries }]
    }),
  )
}

function busy(): Fault {
  return new Fault('serve/busy', 'expected a difference by now, got a long queue')
}
