import type { Catalog } from '../distribute/catalog.ts'
import type { PlannedNotify } from '../distribute/zones/plan-notifies.ts'
import type { ServerLog } from '../platform/server-log.ts'
import type { Authority } from './open-authority.ts'
import { openDnsSide, type DnsSide } from './serve-dns.ts'
import type { DnsListening } from './serve-dns-options.ts'
import { openZoneSide, type ZoneSide } from './serve-zone-side.ts'

/** Zones, and the DNS that hands them out. */
export interface Transfers {
  readonly zones: ZoneSide
  readonly dns: DnsSide
  /** Lets running transfers end, within bounds, and releases everything. */
  readonly close: () => Promise<void>
}

interface TransferDeps {
  readonly authority: Authority
  readonly serverLog: ServerLog
}

/** Faults: those of listening, and of the folder for zones. */
export async function openTransfers(
  { authority, serverLog }: TransferDeps,
  listening: DnsListening,
  catalog: Catalog,
): Promise<Transfers> {
  const planned: PlannedNotify[] = []
  const zones = openZoneSide(
    { authority, serverLog, notify: (more) => void planned.push(...more) },
    catalog,
  )
  const { desk } = zones
  try {
    const dns = await openDnsSide(
      {
        ...{ source: desk, serverLog },
        events: {
          onAsked: (asked) => desk.onAsked(asked),
          onRefused: (refused) => desk.onRefused(refused),
        },
      },
      listening,
    )
    return {
      ...{ zones, dns },
      close: async () => {
        await dns.stop()
        await zones.close()
      },
    }
  } catch (error) {
    await zones.close()
    throw error
  }
}
