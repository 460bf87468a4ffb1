import { join } from 'node:path'
import type { CopiedList } from '../agent/copy-note.ts'
import type { Copy } from '../agent/source-copy.ts'
import type { Edge } from '../distribute/edge.ts'
import type { ZoneKey } from '../formats/zone/zone-image.ts'
import type { ServerLog } from '../platform/server-log.ts'
import type { EdgeConfig } from './edge-config.ts'
import type { ZoneThreadData } from './edge-zone-thread.ts'
import { parseDnsArguments, type DnsListening } from './serve-dns-options.ts'
import { openTransfers, type Transfers, type TransferState } from './serve-transfers.ts'
import type { WantedZone } from './serve-zone-queue.ts'

export interface EdgeDnsDeps {
  readonly config: EdgeConfig
  readonly serverLog: ServerLog
  /** What changes while it runs. */
  readonly now: { readonly copy: Copy }
}

/** The zones of the copied lists, and the DNS that hands them out; null where it is not answered. Faults: those of listening. */
export async function openEdgeDns(parts: EdgeDnsDeps, edge: Edge): Promise<Transfers | null> {
  const { config, serverLog } = parts
  const listening = listeningOf(config)
  if (listening === null) return null
  const folder = join(config.state, 'zones')
  const workerData: ZoneThreadData = {
    ...{ state: config.state, keepSerials: config.keepSerials, zones: folder },
  }
  const { notify } = config
  return openTransfers(
    {
      ...{ folder, ledger: join(config.state, 'secondaries.jsonl'), serverLog },
      threads: { url: new URL('./edge-zone-thread.js', import.meta.url), workerData },
      serialsOf: (zone) => serialsOf(parts.now.copy.lists, zone),
      mayNotify: (subscriber) =>
        typeof notify === 'boolean' ? notify : notify.includes(subscriber),
    },
    listening,
    transferState(parts, edge),
  )
}

/** Faults: `usage/invalid`. */
function listeningOf({ dns, dnsTls, tls }: EdgeConfig): DnsListening | null {
  return parseDnsArguments({
    ...{ dns: dns.length === 0 ? ['none'] : dns, dnsTls },
    ...(tls && dnsTls.length > 0 && { tlsCert: tls.cert, tlsKey: tls.key }),
  })
}

/** What the DNS is to hand out now. */
export function transferState({ now }: Pick<EdgeDnsDeps, 'now'>, { catalog }: Edge): TransferState {
  return { catalog, zones: now.copy.lists.flatMap(wantedZone) }
}

function wantedZone({ id, place, definition, serials }: CopiedList): WantedZone[] {
  const last = serials.at(-1)
  if (last === undefined || definition.zone === null) return []
  const { serial, state, entries } = last
  return [{ id, place, serial, state, entries }]
}

function serialsOf(lists: readonly CopiedList[], { place }: WantedZone): ZoneKey[] {
  const serials = lists.find((list) => list.place === place)?.serials ?? []
  return serials.toReversed().map(({ serial, state }) => ({ place, serial, state }))
}
