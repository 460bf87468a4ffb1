import { Worker } from 'node:worker_threads'
import type { NextZone } from '../formats/zone/make-zone.ts'
import type { ZoneSummary } from '../formats/zone/zone-key.ts'
import type { ZoneAhead } from '../publish/ports.ts'

/** What `begin-zone-thread.ts` is told at its end: the state to keep the zone under, or to discard it. It answers with what it kept. */
export type BeginOrder = { readonly keep: string } | 'discard'

/** What the thread makes on its heap is small and short-lived: without a limit it would keep tens of megabytes for it. */
const MAX_YOUNG_MIB = 4

/** Brings each zone in `folder` along on a thread of its own, which runs the compiled file `url` and ends with the zone. */
export function openZoneBeginner(
  folder: string,
  url = new URL('./begin-zone-thread.js', import.meta.url),
): (next: NextZone) => ZoneAhead {
  return (next) => {
    const resourceLimits = { maxYoungGenerationSizeMb: MAX_YOUNG_MIB }
    return aheadOf(new Worker(url, { workerData: { folder, next }, resourceLimits }))
  }
}

function aheadOf(worker: Worker): ZoneAhead {
  // Whoever wanted the zone makes it himself when this can't, and meets the reason then.
  const kept = new Promise<ZoneSummary | null>((resolve) => {
    worker.once('message', resolve)
    worker.once('error', () => resolve(null))
    worker.once('exit', () => resolve(null))
  })
  let isOver = false
  const order = (told: BeginOrder): void => {
    if (!isOver) worker.postMessage(told)
    isOver = true
  }
  return {
    keep: (state) => {
      order({ keep: state })
      return kept
    },
    discard: () => order('discard'),
  }
}
