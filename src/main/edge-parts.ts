import type { Copy } from '../agent/source-copy.ts'
import type { Edge } from '../distribute/edge.ts'
import { systemClock } from '../platform/clock.ts'
import { openServerLog, type ServerLog } from '../platform/server-log.ts'
import { openEdgeCatalog, type EdgeCatalog } from './edge-catalog.ts'
import type { EdgeConfig } from './edge-config.ts'
import { openCopy, type CopyThread } from './edge-copy.ts'
import { openCredentials, type CredentialsFile } from './edge-credentials.ts'
import { openEdgeExports, type EdgeExports } from './edge-exports.ts'
import { transferState } from './edge-dns.ts'
import type { Transfers } from './serve-transfers.ts'

/** What an edge is made of, before it listens. */
export interface Parts {
  readonly config: EdgeConfig
  readonly version: string
  readonly serverLog: ServerLog
  readonly credentials: CredentialsFile
  readonly catalog: EdgeCatalog
  readonly copying: CopyThread
  readonly exporting: EdgeExports
  /** What changes while it runs. */
  readonly now: { copy: Copy; isStopping: boolean; isTold: boolean }
}

const NOTHING: Copy = { lists: [], freshUntil: null, expiries: [], exportKey: null, hidden: 0 }

/** Faults: `edge/credentials`. */
export function openParts({ config, version }: EdgeOptions): Parts {
  const credentials = openCredentials(config.subscribers)
  const serverLog = openServerLog(config.logLevel)
  const { log } = serverLog
  const catalog = openEdgeCatalog(config.keepSerials)
  const now: Parts['now'] = { copy: NOTHING, isStopping: false, isTold: false }
  return {
    ...{ config, version, serverLog, credentials, catalog, now },
    copying: openCopy({ config, version, log }),
    exporting: openEdgeExports({
      ...{ config, version, copied: catalog.copied, now: systemClock },
      exportKey: () => now.copy.exportKey,
      onUnsigned: (fields) => log.warn(fields, 'the source has no signature of an export'),
    }),
  }
}

export async function releaseParts({ copying, exporting, serverLog }: Parts): Promise<void> {
  // Whatever is cut off leaves the copy whole.
  await Promise.all([copying.close(), exporting.close()])
  serverLog.close()
}

/** To be served from the next `refresh` on. */
export function takeCopy(parts: Parts, copy: Copy): void {
  parts.now.copy = copy
  parts.catalog.setLists(copy.lists)
}

export function takeCredentials({ credentials, catalog, serverLog, now }: Parts): void {
  const { subscribers, lists, restorations } = credentials.current()
  catalog.setSubscribers(subscribers, restorations)
  const has = new Set(now.copy.lists.map(({ id }) => id))
  const lacking = [...lists.keys()].filter((id) => !has.has(id))
  if (lacking.length > 0) {
    serverLog.log.warn(
      { lists: lacking },
      'subscribers are entitled to lists that are not here yet',
    )
  }
}

export interface EdgeOptions {
  readonly config: EdgeConfig
  /** Of this program. */
  readonly version: string
}

/** What is served from the copy. */
export interface Served {
  readonly edge: Edge
  readonly transfers: Transfers | null
}

/** Serves what has changed, if anything has. */
export function refresh({ now }: Parts, { edge, transfers }: Served): void {
  if (edge.refresh()) transfers?.update(transferState({ now }, edge))
}
