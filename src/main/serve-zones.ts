import { Fault } from '../core/fault.ts'
import type { ZoneDifference } from '../formats/zone/condense-zone.ts'
import type { MadeZone } from '../formats/zone/make-zone.ts'
import type { ZoneKey } from '../formats/zone/zone-image.ts'
import { openThread, type ThreadOptions } from './serve-thread.ts'
import { ZoneQueue, type BehindZone, type WantedZone } from './serve-zone-queue.ts'

/** What a thread that works on zones is asked. */
export type ZoneQuestion =
  | { readonly ask: 'nothing' }
  /** The zone of the newest serial of the list at a place: `MadeZone`, or null where it has none. */
  | { readonly ask: 'make'; readonly place: string }
  /** `condenseZone` */
  | ({ readonly ask: 'condense' } & Condensing)

interface Condensing {
  readonly key: ZoneKey
  readonly from: number
  readonly maxBytes: number
}

/** The zones of lists, kept up with what is published. */
export interface ZoneMaker {
  /** Has made what is wanted now and is not there. */
  readonly update: (wanted: readonly WantedZone[]) => void
  /** Somebody seems to be publishing: threads that take a tenth of a second to start may do so now, and those that run stay. */
  readonly warmUp: () => void
  /** Tries again what could not be made, where its time has come. */
  readonly retry: () => void
  /** What is wanted and not there. */
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

/** Threads that answer each `ZoneQuestion`. */
export interface ZoneThreads extends Pick<ThreadOptions, 'workerData'> {
  readonly url: URL
}

export interface ZoneEvents {
  readonly onMade: (zone: TimedZone) => void
  /** Told once for each serial and reason. */
  readonly onFault: (list: WantedZone, error: unknown) => void
}

/** Differences that may wait to be made; whoever asks for one more is better served with the whole zone. */
const MAX_CONDENSING = 32

/** How long a zone that is being made may still take when the server stops: it is made again otherwise, at the next start. */
const CLOSE_PATIENCE_MS = 2_000

/** Opens two threads, which end when they are idle: whoever waits for a difference need not wait for a zone. `now` in milliseconds. */
export function openZoneMaker(
  { url, workerData }: ZoneThreads,
  events: ZoneEvents,
  now: () => number,
): ZoneMaker {
  const making = openThread(url, { workerData })
  const condensing = openThread(url, { workerData })
  const make = async ({ place }: WantedZone): Promise<TimedZone | null> => {
    const beganMs = now()
    const made = await making.ask({ ask: 'make', place } satisfies ZoneQuestion)
    return made === null ? null : { ...(made as MadeZone), ms: now() - beganMs }
  }
  const queue = new ZoneQueue<TimedZone>({ ...events, make }, now)
  return {
    update: (wanted) => queue.update(wanted),
    warmUp: () => {
      // Secondaries ask for the difference as soon as they are told.
      for (const thread of [making, condensing]) {
        // What it would say now it will say when there is work.
        thread.ask({ ask: 'nothing' } satisfies ZoneQuestion).catch(() => undefined)
      }
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

function busy(): Fault {
  return new Fault('serve/busy', 'expected a difference by now, got a long queue')
}
