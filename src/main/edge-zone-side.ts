import { join } from 'node:path'
import type { CopiedList } from '../agent/mirror-list.ts'
import type { Catalog } from '../distribute/catalog.ts'
import type { PlannedNotify } from '../distribute/zones/plan-notifies.ts'
import { SecondaryLedger } from '../distribute/zones/secondary-ledger.ts'
import { ZoneDesk } from '../distribute/zones/zone-desk.ts'
import type { MadeZone } from '../formats/zone/make-zone.ts'
import { openZoneImage } from '../formats/zone/zone-image.ts'
import { systemClock } from '../platform/clock.ts'
import { keepPrivate, makeFolder } from '../platform/durable-file.ts'
import type { ServerLog } from '../platform/server-log.ts'
import { openZoneFolder } from '../platform/zone-folder.ts'
import type { EdgeConfig } from './edge-config.ts'
import { openEdgeZones } from './edge-zones.ts'
import { tellFault } from './serve-faults.ts'
import type { BehindZone } from './serve-zone-queue.ts'

export interface EdgeZoneSideDeps {
  readonly config: EdgeConfig
  readonly serverLog: ServerLog
  /** Whom there is to tell of what. */
  readonly notify: (planned: readonly PlannedNotify[]) => void
}

/** What there is to serve now. */
export interface CopiedCatalog {
  readonly catalog: Catalog
  readonly lists: readonly CopiedList[]
}

/** The zones of the copied lists, made and handed out. */
export interface EdgeZoneSide {
  readonly desk: ZoneDesk
  /** Takes in a new copy, or new subscribers. */
  readonly update: (copied: CopiedCatalog) => void
  /** Lists of which the zone of the newest serial is not handed out yet. */
  readonly behind: () => readonly BehindZone[]
  readonly close: () => Promise<void>
}

/** How often it is looked whether the time has come to try again what could not be made. */
const RETRY_INTERVAL_MS = 5_000

/** Hands out at once what lies ready from before, and has made what does not. */
export function openEdgeZoneSide(
  { config, serverLog, notify }: EdgeZoneSideDeps,
  copied: CopiedCatalog,
): EdgeZoneSide {
  const tell = (error: unknown): void => tellFault(serverLog, error)
  const zonesFolder = join(config.state, 'zones')
  makeFolder(zonesFolder, 0o700)
  keepPrivate(zonesFolder)
  const folder = openZoneFolder(zonesFolder)
  const zones = openEdgeZones({
    ...{ state: config.state, zones: zonesFolder, keepSerials: config.keepSerials },
    now: () => performance.now(),
    onMade: (zone) => {
      logMade(serverLog, zone)
      notify(desk.take(zone))
    },
    onFault: ({ id, serial }, error) => tellFault(serverLog, error, { list: id, serial }),
  })
  const ledger = new SecondaryLedger({
    ...{ path: join(config.state, 'secondaries.jsonl'), now: systemClock, onFault: tell },
  })
  const desk = new ZoneDesk({
    ...{ ledger, condense: zones.condense, now: systemClock, onFault: tell },
    open: (key) => openZoneImage(folder, key),
  })
  notify(desk.update(copied.catalog))
  for (const list of copied.lists) notify(takeReady(desk, copied.catalog, list))
  zones.update(copied.lists)
  const retrying = setInterval(zones.retry, RETRY_INTERVAL_MS)
  retrying.unref()
  return {
    ...{ desk, behind: zones.behind },
    update: ({ catalog, lists }) => {
      notify(desk.update(catalog))
      zones.update(lists)
    },
    close: async () => {
      clearInterval(retrying)
      await zones.close()
      desk.close()
      ledger.close()
    },
  }
}

/** The zone of the newest serial that lies ready: an older one is better than none. */
function takeReady(
  desk: ZoneDesk,
  catalog: Catalog,
  { place, serials }: CopiedList,
): PlannedNotify[] {
  const list = catalog.byPlace.get(place)
  if (list === undefined || list.definition.zone === null) return []
  for (const { serial, state } of serials.toReversed()) {
    const planned = desk.take({ place, serial, state })
    if (desk.served(list) !== null) return planned
  }
  return []
}

function logMade({ log }: ServerLog, zone: MadeZone): void {
  if (zone.by === 'kept') return
  const { list, serial, origin, records, bytes, zonemd, by } = zone
  log.info({ list, serial, origin, records, bytes, zonemd, by }, 'zone made')
}
