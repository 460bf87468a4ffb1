import { performance } from 'node:perf_hooks'
import type { Catalog } from '../distribute/catalog.ts'
import type { PlannedNotify } from '../distribute/zones/plan-notifies.ts'
import { SecondaryLedger } from '../distribute/zones/secondary-ledger.ts'
import { ZoneDesk } from '../distribute/zones/zone-desk.ts'
import { openZoneImage, type ZoneKey } from '../formats/zone/zone-image.ts'
import { systemClock } from '../platform/clock.ts'
import { keepPrivate, makeFolder } from '../platform/durable-file.ts'
import type { ServerLog } from '../platform/server-log.ts'
import { openZoneFolder } from '../platform/zone-folder.ts'
import { openDnsSide, type DnsSide } from './serve-dns.ts'
import type { DnsListening } from './serve-dns-options.ts'
import { tellFault } from './serve-faults.ts'
import { openNotifying, type Notifying } from './serve-notify.ts'
import type { BehindZone, WantedZone } from './serve-zone-queue.ts'
import { openZoneMaker, type TimedZone, type ZoneMaker, type ZoneThreads } from './serve-zones.ts'

/** What is served, at one moment. */
export interface TransferState {
  readonly catalog: Catalog
  readonly zones: readonly WantedZone[]
}

export interface TransfersDeps {
  /** The folder of the zones, and the file in which is noted what secondaries got. */
  readonly folder: string
  readonly ledger: string
  readonly threads: ZoneThreads
  /** The zone of the newest serial of a list and those before it, newest first: one of them may lie ready. */
  readonly serialsOf: (zone: WantedZone) => Iterable<ZoneKey>
  /** Whether the secondaries of a subscriber are told of new serials from here; left out: all are. */
  readonly mayNotify?: (subscriber: string) => boolean
  readonly serverLog: ServerLog
}

/** Zones, made and handed out over the DNS. Knows no authority: an edge has them too. */
export interface Transfers {
  readonly desk: ZoneDesk
  readonly dns: DnsSide
  /** Takes in what has changed. */
  readonly update: (state: TransferState) => void
  /** Somebody seems to be publishing. */
  readonly warmUp: () => void
  /** Lists of which the zone of the newest serial is not handed out yet. */
  readonly behind: () => readonly BehindZone[]
  /** Those of them that have nothing to hand out, and wait for the first zone since the start. */
  readonly notReady: () => readonly string[]
  /** Lets running transfers end, within bounds, and releases everything. */
  readonly close: () => Promise<void>
}

/** How often it is looked whether the time has come to try again what could not be made, and to tell again who has not come. */
const RETRY_INTERVAL_MS = 5_000

/** Hands out at once what lies ready from before, and has made what does not. Faults: those of listening, and of the folder. */
export async function openTransfers(
  deps: TransfersDeps,
  listening: DnsListening,
  state: TransferState,
): Promise<Transfers> {
  const due: PlannedNotify[] = []
  const open: { notifying?: Notifying } = {}
  // Before it listens nobody is told to ask.
  const notify = (planned: readonly PlannedNotify[]): void => {
    const wanted = planned.filter(({ subscriber }) => deps.mayNotify?.(subscriber) ?? true)
    if (open.notifying) open.notifying.notify(wanted)
    else due.push(...wanted)
  }
  const zones = openZones(deps, notify)
  const { desk, maker } = zones
  let { catalog } = state
  try {
    notify(desk.update(catalog))
    for (const zone of state.zones) notify(takeReady(desk, catalog, deps.serialsOf(zone)))
    const dns = await openDnsSide({ serverLog: deps.serverLog, ...servedBy(desk) }, listening)
    const { log } = deps.serverLog
    const addresses = dns.endpoints.map(({ address }) => address)
    open.notifying = openNotifying({ desk, log }, addresses)
    open.notifying.notify(due)
    maker.update(state.zones)
    return {
      ...{ desk, dns, behind: maker.behind, warmUp: maker.warmUp },
      notReady: () => notReady(zones, catalog),
      update: (next) => {
        ;({ catalog } = next)
        notify(desk.update(next.catalog))
        maker.update(next.zones)
      },
      close: async () => {
        await open.notifying?.stop()
        await dns.stop()
        await zones.close()
      },
    }
  } catch (error) {
    await zones.close()
    throw error
  }
}

interface OpenZones {
  readonly desk: ZoneDesk
  readonly maker: ZoneMaker
  readonly close: () => Promise<void>
}

function openZones(
  { folder: path, ledger: ledgerPath, threads, serverLog }: TransfersDeps,
  notify: (planned: readonly PlannedNotify[]) => void,
): OpenZones {
  const onFault = (error: unknown): void => tellFault(serverLog, error)
  makeFolder(path, 0o700)
  keepPrivate(path)
  const folder = openZoneFolder(path)
  const ledger = new SecondaryLedger({ path: ledgerPath, now: systemClock, onFault })
  const maker = openZoneMaker(
    threads,
    {
      onMade: (zone) => {
        logMade(serverLog, zone)
        notify(desk.take(zone, true))
      },
      onFault: ({ id, serial }, error) => tellFault(serverLog, error, { list: id, serial }),
    },
    () => performance.now(),
  )
  const desk = new ZoneDesk({
    ...{ ledger, condense: maker.condense, now: systemClock, onFault },
    open: (key, isFresh) => openZoneImage(folder, key, isFresh),
  })
  const retrying = setInterval(() => {
    maker.retry()
    notify(desk.remind())
  }, RETRY_INTERVAL_MS)
  retrying.unref()
  return {
    ...{ desk, maker },
    close: async () => {
      clearInterval(retrying)
      await maker.close()
      desk.close()
      ledger.close()
    },
  }
}

function servedBy(desk: ZoneDesk): Pick<Parameters<typeof openDnsSide>[0], 'source' | 'events'> {
  return {
    source: {
      key: (name) => desk.key(name),
      zone: (name, asker) => desk.zone(name, asker),
    },
    events: {
      onAsked: (asked) => desk.onAsked(asked),
      onRefused: (refused) => desk.onRefused(refused),
    },
  }
}

function notReady({ desk, maker }: OpenZones, catalog: Catalog): string[] {
  return maker
    .behind()
    .filter(({ list, fault }) => fault === null && !isServed(desk, catalog, list.place))
    .map(({ list }) => list.id)
}

function isServed(desk: ZoneDesk, { byPlace }: Catalog, place: string): boolean {
  const list = byPlace.get(place)
  return list !== undefined && desk.served(list) !== null
}

/** The newest zone of a place that lies ready: until the one of the newest serial is made an older one is better than none. */
function takeReady(desk: ZoneDesk, catalog: Catalog, keys: Iterable<ZoneKey>): PlannedNotify[] {
  for (const key of keys) {
    const planned = desk.take(key)
    if (isServed(desk, catalog, key.place)) return planned
  }
  return []
}

function logMade({ log }: ServerLog, zone: TimedZone): void {
  if (zone.by === 'kept') return
  const { list, serial, origin, records, bytes, zonemd, by, ms } = zone
  log.info({ list, serial, origin, records, bytes, zonemd, by, ms: Math.round(ms) }, 'zone made')
}
