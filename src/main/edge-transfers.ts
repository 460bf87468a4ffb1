import type { PlannedNotify } from '../distribute/zones/plan-notifies.ts'
import type { ServerLog } from '../platform/server-log.ts'
import type { EdgeConfig } from './edge-config.ts'
import { openEdgeZoneSide, type CopiedCatalog, type EdgeZoneSide } from './edge-zone-side.ts'
import { openDnsSide, type DnsSide } from './serve-dns.ts'
import type { DnsListening } from './serve-dns-options.ts'

export interface EdgeTransfersDeps {
  readonly config: EdgeConfig
  readonly serverLog: ServerLog
}

/** The zones of the copied lists, and the DNS that hands them out. */
export interface EdgeTransfers {
  readonly zones: EdgeZoneSide
  readonly dns: DnsSide
  /** Lets running transfers end, within bounds, and releases everything. */
  readonly close: () => Promise<void>
}

/** Faults: those of listening, and of the folder for zones. */
export async function openEdgeTransfers(
  { config, serverLog }: EdgeTransfersDeps,
  listening: DnsListening,
  copied: CopiedCatalog,
): Promise<EdgeTransfers> {
  const planned: PlannedNotify[] = []
  const zones = openEdgeZoneSide(
    { config, serverLog, notify: (more) => void planned.push(...more) },
    copied,
  )
  const { desk } = zones
  try {
    const dns = await openDnsSide(
      {
        serverLog,
        source: {
          key: (name) => desk.key(name),
          zone: (name, asker) => desk.zone(name, asker),
        },
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
