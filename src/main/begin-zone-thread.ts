import { parentPort, workerData } from 'node:worker_threads'
import type { DraftedZone } from '../formats/zone/draft-zone.ts'
import { draftNextZone, type NextZone } from '../formats/zone/make-zone.ts'
import type { ZoneSummary } from '../formats/zone/zone-key.ts'
import { openZoneFolder } from '../platform/zone-folder.ts'
import type { BeginOrder } from './zone-beginner.ts'

/** The thread behind `openZoneBeginner`. */
const { folder, next } = workerData as { readonly folder: string; readonly next: NextZone }
const draft = draftNextZone(openZoneFolder(folder), next)

parentPort?.once('message', (order: BeginOrder) => {
  parentPort?.postMessage(obey(draft, order))
})

function obey(drafted: DraftedZone | null, order: BeginOrder): ZoneSummary | null {
  try {
    return order === 'discard' ? null : (drafted?.keep(order.keep) ?? null)
  } finally {
    drafted?.discard()
  }
}
