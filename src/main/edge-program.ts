import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { takeLock } from '../agent/lock.ts'
import type { Copy } from '../agent/mirror.ts'
import { jitterOf } from '../agent/pace.ts'
import { Fault } from '../core/fault.ts'
import { Edge } from '../distribute/edge.ts'
import { EXPORT_FORMATS } from '../formats/render-export.ts'
import { systemClock } from '../platform/clock.ts'
import { keepPrivate, makeFolder } from '../platform/durable-file.ts'
import { openServerLog, type ServerLog } from '../platform/server-log.ts'
import { isStale, openAge } from './edge-age.ts'
import { openEdgeCatalog, type EdgeCatalog } from './edge-catalog.ts'
import type { EdgeConfig } from './edge-config.ts'
import { openCopy, type CopyThread } from './edge-copy.ts'
import { openCredentials, type CredentialsFile } from './edge-credentials.ts'
import { openEdgeExports, type EdgeExports } from './edge-exports.ts'
import { openEdgeMetrics } from './edge-metrics.ts'
import { openPulling, type EdgePulling, type PullFailure } from './edge-pulling.ts'
import { tellFault } from './serve-faults.ts'
import { keepYoungHeapSmall } from './serve-heap.ts'
import { openHttpSide, type HttpSide } from './serve-http.ts'
import { parseListenAddress } from './serve-listen.ts'

export interface EdgeProgramOptions {
  readonly config: EdgeConfig
  /** Of this program. */
  readonly version: string
}

export interface EdgeProgram {
  /** Where HTTP is served; null for nowhere. */
  readonly url: string | null
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
export async function runEdge(options: EdgeProgramOptions): Promise<EdgeProgram> {
  const { config } = options
  keepYoungHeapSmall()
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

interface Parts {
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

function openParts({ config, version }: EdgeProgramOptions): Parts {
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

async function releaseParts({ copying, exporting, serverLog }: Parts): Promise<void> {
  // Whatever is cut off leaves the copy whole.
  await Promise.all([copying.close(), exporting.close()])
  serverLog.close()
}

function takeCopy(parts: Parts, copy: Copy): void {
  parts.now.copy = copy
  parts.catalog.setLists(copy.lists)
}

function takeCredentials({ credentials, catalog, serverLog, now }: Parts): void {
  const { subscribers, lists } = credentials.current()
  catalog.setSubscribers(subscribers)
  const has = new Set(now.copy.lists.map(({ id }) => id))
  const lacking = [...lists.keys()].filter((id) => !has.has(id))
  if (lacking.length > 0) {
    serverLog.log.warn(
      { lists: lacking },
      'subscribers are entitled to lists that are not here yet',
    )
  }
}

async function startServing(parts: Parts, releaseLock: () => void): Promise<EdgeProgram> {
  const { config, serverLog } = parts
  const edge = openEdge(parts)
  const pulling = startPulling(parts, edge)
  const http = openHttp(parts, edge, pulling)
  const url =
    config.http === null ? null : await http.listen(parseListenAddress(config.http, '"http"'))
  serverLog.log.info({ http: url, state: config.state, source: config.source }, 'serving a copy')
  const upkeep = await startUpkeep(parts, edge, pulling)
  return {
    ...{ url, tick: pulling.tick },
    ...stopping(parts, { http, upkeep, releaseLock }),
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

function openHttp(parts: Parts, edge: Edge, pulling: EdgePulling): HttpSide {
  const { catalog, serverLog, now, config } = parts
  const ageDeps = { copy: () => now.copy, pulling: pulling.state, now: systemClock }
  return openHttpSide({
    ...{ edge, history: NO_HISTORY, serverLog, formats: EXPORT_FORMATS, now: systemClock },
    publications: catalog.publications,
    age: openAge(ageDeps),
    openMetrics: (http) => openEdgeMetrics({ ...ageDeps, ...http, edge }),
    checkReady: () => [
      ...(now.isStopping ? ['the edge is stopping'] : []),
      // An old copy does not make it so: it is better than none.
      ...(now.copy.freshUntil === null ? ['nothing is copied yet'] : []),
    ],
    isStopping: () => now.isStopping,
    maxConnectionsPerAddress: config.maxConnectionsPerAddress,
  })
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

function startPulling(parts: Parts, edge: Edge): EdgePulling {
  const { copying, serverLog, now } = parts
  return openPulling({
    pull: copying.pull,
    expose: copying.expose,
    onCopy: (copy) => {
      takeCopy(parts, copy)
      edge.refresh()
      tellAge(parts)
    },
    onExposed: () => {
      edge.refreshTimestamp().catch((error: unknown) => tellFault(serverLog, error))
    },
    onFailure: (failure) => {
      if (!now.isStopping) tellFailure(serverLog, failure)
      tellAge(parts)
    },
    now: systemClock,
  })
}

function tellFailure(
  { log }: ServerLog,
  { code, message, failures, nextTryAt }: PullFailure,
): void {
  log.error({ code, failures, nextTryAt: nextTryAt.toISOString() }, `goes on serving: ${message}`)
}

/** Says once that the copy has become stale, and once that it is not any more. */
function tellAge({ now, serverLog: { log } }: Parts): void {
  const { freshUntil } = now.copy
  const isOld = freshUntil !== null && isStale(freshUntil, systemClock())
  if (isOld === now.isTold) return
  now.isTold = isOld
  if (isOld) {
    log.error(
      { freshUntil },
      `stale: nobody has vouched since ${freshUntil} that nothing is newer; goes on serving`,
    )
  } else log.info({ freshUntil }, 'fresh again')
}

interface Upkeep {
  readonly stop: () => void
}

/** How often the edge looks at its credentials and at its clock. */
const LOOK_INTERVAL_MS = 1000
/** Signatures of feeds live for two weeks and are taken anew when a third of that is left. */
const RENEW_INTERVAL_MS = 6 * 3_600_000

async function startUpkeep(parts: Parts, edge: Edge, pulling: EdgePulling): Promise<Upkeep> {
  const { config, serverLog } = parts
  const stop = new AbortController()
  const looking = setInterval(() => look(parts, edge), LOOK_INTERVAL_MS)
  const renewing = setInterval(() => {
    edge.renewFeeds().catch((error: unknown) => tellFault(serverLog, error))
  }, RENEW_INTERVAL_MS)
  const jitterMs = jitterOf(
    `${hostname()} ${config.state}`,
    config.source,
    config.jitterSeconds * 1000,
  )
  const cron = await import('node-cron')
  const task = cron.schedule(config.schedule, () => void tickLater(pulling, jitterMs, stop.signal))
  void pulling.tick()
  return {
    stop: () => {
      stop.abort()
      clearInterval(looking)
      clearInterval(renewing)
      void task.destroy()
    },
  }
}

async function tickLater(pulling: EdgePulling, ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  if (!signal.aborted) await pulling.tick()
}

function look(parts: Parts, edge: Edge): void {
  const { credentials, serverLog } = parts
  try {
    if (credentials.refresh()) {
      takeCredentials(parts)
      serverLog.log.info(
        { subscribers: credentials.current().subscribers.length },
        'took in new credentials',
      )
    }
  } catch (error) {
    // Told once; those before still count.
    tellFault(serverLog, error)
  }
  edge.refresh()
  tellAge(parts)
}

interface Running {
  readonly http: HttpSide
  readonly upkeep: Upkeep
  readonly releaseLock: () => void
}

function stopping(
  parts: Parts,
  { http, upkeep, releaseLock }: Running,
): Pick<EdgeProgram, 'stop' | 'stopped'> {
  let end: () => void = () => undefined
  const stopped = new Promise<void>((resolve) => (end = resolve))
  async function stopOnce(): Promise<void> {
    parts.serverLog.log.info('stopping')
    upkeep.stop()
    await http.stop()
    await releaseParts(parts)
    releaseLock()
    end()
  }
  return {
    stopped,
    stop: () => {
      if (parts.now.isStopping) http.cut()
      else {
        parts.now.isStopping = true
        stopOnce().catch((error: unknown) => tellFault(parts.serverLog, error))
      }
    },
  }
}
