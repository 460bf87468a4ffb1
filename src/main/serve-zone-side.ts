import type { Catalog } from '../distribute/catalog.ts'
import type { PlannedNotify } from '../distribute/zones/plan-notifies.ts'
import { SecondaryLedger } from '../distribute/zones/secondary-ledger.ts'
import { ZoneDesk } from '../distribute/zones/zone-desk.ts'
import { openZoneImage } from '../formats/zone/zone-image.ts'
import { systemClock } from '../platform/clock.ts'
import { keepPrivate, makeFolder } from '../platform/durable-file.ts'
import type { ServerLog } from '../platform/server-log.ts'
import { openZoneFolder } from '../platform/zone-folder.ts'
import type { Authority } from './open-authority.ts'
import { tellFault } from './serve-faults.ts'
import type { BehindZone } from './serve-zone-queue.ts'
import { openZones, wantedZones, type TimedZone } from './serve-zones.ts'

export interface ZoneSideDeps {
  readonly authority: Pick<Authority, 'store' | 'paths'>
  readonly serverLog: ServerLog
  /** Whom there is to tell of what. */
  readonly notify: (planned: readonly PlannedNotify[]) => void
}

/** The zones of an authority, made and handed out. */
export interface ZoneSide {
  readonly desk: ZoneDesk
  /** Takes in what somebody has committed. */
  readonly update: (catalog: Catalog) => void
  /** Somebody seems to be publishing. */
  readonly warmUp: () => void
  /** Lists of which the zone of the newest serial is not handed out yet. */
  readonly behind: () => readonly BehindZone[]
  readonly close: () => Promise<void>
}

/** How often it is looked whether the time has come to try again what could not be made. */
const RETRY_INTERVAL_MS = 5_000

/** Hands out at once what lies ready from before, and has made what does not. */
export function openZoneSide(deps: ZoneSideDeps, catalog: Catalog): ZoneSide {
  const { store, paths } = deps.authority
  const { serverLog, notify } = deps
  const tell = (error: unknown): void => tellFault(serverLog, error)
  makeFolder(paths.zones, 0o700)
  keepPrivate(paths.zones)
  const folder = openZoneFolder(paths.zones)
  const zones = openZones({
    ...{ store, data: paths.folder, now: () => performance.now() },
    onMade: (zone) => {
      logMade(serverLog, zone)
      notify(desk.take(zone))
    },
    onFault: ({ id, serial }, error) => tellFault(serverLog, error, { list: id, serial }),
  })
  const ledger = new SecondaryLedger({
    ...{ path: paths.secondaries, now: systemClock, onFault: tell },
  })
  const desk = new ZoneDesk({
    ...{ ledger, condense: zones.condense, now: systemClock, onFault: tell },
    open: (key) => openZoneImage(folder, key),
  })
  notify(desk.update(catalog))
  for (const zone of wantedZones(store)) notify(desk.take(zone))
  zones.update()
  const retrying = setInterval(zones.retry, RETRY_INTERVAL_MS)
  retrying.unref()
  return {
    desk,
    update: (next) => {
      notify(desk.update(next))
      zones.update()
    },
    warmUp: zones.warmUp,
    behind: zones.behind,
    close: async () => {
      clearInterval(retrying)
      await zones.close()
      desk.close()
      ledger.close()
    },
  }
}

function logMade({ log }: ServerLog, zone: TimedZone): void {
  if (zone.by === 'kept') return
  const { list, serial, origin, records, bytes, zonemd, by, ms } = zone
  log.info({ list, serial, origin, records, bytes, zonemd, by, ms: Math.round(ms) }, 'zone made')
}
