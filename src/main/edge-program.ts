import { takeLock } from '../agent/lock.ts'
import { Fault } from '../core/fault.ts'
import { Edge } from '../distribute/edge.ts'
import { EXPORT_FORMATS } from '../formats/render-export.ts'
import { systemClock } from '../platform/clock.ts'
import { keepPrivate, makeFolder } from '../platform/durable-file.ts'
import { openAge } from './edge-age.ts'
import { openEdgeDns } from './edge-dns.ts'
import { openEdgeMetrics } from './edge-metrics.ts'
import {
  openParts,
  releaseParts,
  takeCopy,
  takeCredentials,
  type EdgeOptions,
  type Parts,
  type Served,
} from './edge-parts.ts'
import type { EdgePulling } from './edge-pulling.ts'
import { startPulling, startUpkeep, type Upkeep } from './edge-upkeep.ts'
import { tellFault } from './serve-faults.ts'
import { keepOldHeapSmall, keepYoungHeapSmall } from './serve-heap.ts'
import { openHttpSide, type HttpSide } from './serve-http.ts'
import { parseListenAddress } from './serve-listen.ts'
import { operatorTokenHash } from './serve-operator-token.ts'
import type { Transfers } from './serve-transfers.ts'

export interface EdgeProgram {
  /** Where HTTP is served; null for nowhere. */
  readonly url: string | null
  /** Where the DNS is answered. */
  readonly answering: readonly string[]
  /** Asks the source now, as the schedule does. Never rejects. */
  readonly tick: () => Promise<void>
  /** Lets running responses end and releases everything; called again, it cuts them. */
  readonly stop: () => void
  /** Kept once everything is released. */
  readonly stopped: Promise<void>
}

/**
 * Serves a verified copy of what a source publishes: it holds no signing key and no decision. What takes long is done in
 * other threads. What the disk has is served at once, whether the source answers or not.
 *
 * Faults: `edge/credentials`, `agent/…`, and those of listening.
 */
export async function runEdge(options: EdgeOptions): Promise<EdgeProgram> {
  const { config } = options
  keepYoungHeapSmall()
  keepOldHeapSmall()
  makeFolder(config.state, 0o700)
  keepPrivate(config.state)
  const lock = takeLock(config.state)
  try {
    const parts = openParts(options)
    try {
      takeCopy(parts, await parts.copying.start())
      takeCredentials(parts)
      return await startServing(parts, lock.release)
    } catch (error) {
      await releaseParts(parts)
      throw error
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

async function startServing(parts: Parts, releaseLock: () => void): Promise<EdgeProgram> {
  const { config, serverLog } = parts
  const edge = openEdge(parts)
  const transfers = await openEdgeDns(parts, edge)
  const served: Served = { edge, transfers }
  try {
    const pulling = startPulling(parts, served)
    const http = openHttp(parts, served, pulling)
    const url =
      config.http === null ? null : await http.listen(parseListenAddress(config.http, '"http"'))
    const answering = transfers?.dns.urls ?? []
    const { state, source } = config
    serverLog.log.info({ http: url, dns: answering, state, source }, 'serving a copy')
    const upkeep = await startUpkeep(parts, served, pulling)
    const running = { http, transfers, upkeep, releaseLock }
    return { url, answering, tick: pulling.tick, ...stopping(parts, running) }
  } catch (error) {
    transfers?.dns.cut()
    await transfers?.close()
    throw error
  }
}

function openEdge({ catalog, exporting, config, serverLog }: Parts): Edge {
  return new Edge({
    ...{ source: catalog.source, publications: catalog.publications },
    published: `${config.state}/published`,
    exports: exporting.maker,
    formats: EXPORT_FORMATS,
    now: systemClock,
    onFault: (error) => tellFault(serverLog, error),
  })
}

function openHttp(parts: Parts, { edge, transfers }: Served, pulling: EdgePulling): HttpSide {
  const { catalog, serverLog, now, config } = parts
  const tokenFile = config.operatorTokenFile
  const ageDeps = { copy: () => now.copy, pulling: pulling.state, now: systemClock }
  return openHttpSide({
    ...{ edge, history: NO_HISTORY, serverLog, formats: EXPORT_FORMATS, now: systemClock },
    publications: catalog.publications,
    age: openAge(ageDeps),
    ...(transfers && { zones: transfers.desk }),
    operatorTokenHash: tokenFile === undefined ? null : operatorTokenHash(tokenFile),
    openMetrics: (http) => openEdgeMetrics({ ...ageDeps, ...http, edge, transfers }),
    checkReady: () => [
      ...(now.isStopping ? ['the edge is stopping'] : []),
      // An old copy does not make it so: it is better than none.
      ...(now.copy.freshUntil === null ? ['nothing is copied yet'] : []),
      ...zonesNotReady(transfers),
    ],
    isStopping: () => now.isStopping,
    maxConnectionsPerAddress: config.maxConnectionsPerAddress,
  })
}

function zonesNotReady(transfers: Transfers | null): string[] {
  const zones = transfers?.notReady() ?? []
  return zones.length === 0 ? [] : [`zones are being made (${zones.length})`]
}

/** An edge has the newest serials alone, and no database. */
const NO_HISTORY = {
  entries: () => Promise.reject(noHistory()),
  changes: () => Promise.reject(noHistory()),
}

function noHistory(): Fault {
  return new Fault(
    'edge/no-history',
    'expected a question about what is served now, got one to the history: an edge has none, ask the authority',
  )
}

interface Running {
  readonly http: HttpSide
  readonly transfers: Transfers | null
  readonly upkeep: Upkeep
  readonly releaseLock: () => void
}

function stopping(
  parts: Parts,
  { http, transfers, upkeep, releaseLock }: Running,
): Pick<EdgeProgram, 'stop' | 'stopped'> {
  let end: () => void = () => undefined
  const stopped = new Promise<void>((resolve) => (end = resolve))
  async function stopOnce(): Promise<void> {
    parts.serverLog.log.info('stopping')
    upkeep.stop()
    await Promise.all([http.stop(), transfers?.close()])
    await releaseParts(parts)
    releaseLock()
    end()
  }
  return {
    stopped,
    stop: () => {
      if (parts.now.isStopping) {
        http.cut()
        transfers?.dns.cut()
      } else {
        parts.now.isStopping = true
        stopOnce().catch((error: unknown) => tellFault(parts.serverLog, error))
      }
    },
  }
}
