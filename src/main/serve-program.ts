import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { isFault } from '../core/fault.ts'
import { openApi } from '../distribute/api.ts'
import { Edge } from '../distribute/edge.ts'
import { POLL_INTERVAL_MS, STOP_TIMEOUT_MS } from '../distribute/limits.ts'
import { requestListener } from '../distribute/request-listener.ts'
import { EXPORT_FORMATS } from '../formats/render-export.ts'
import { systemClock } from '../platform/clock.ts'
import type { LogLevel } from '../platform/json-log.ts'
import { HttpCounts } from '../platform/metrics.ts'
import { openServerLog, type ServerLog } from '../platform/server-log.ts'
import { openAuthority, type Authority } from './open-authority.ts'
import { openExportMaker } from './serve-exports.ts'
import { openHistory, type HistoryThread } from './serve-history.ts'
import { limitedServer, listen, stopServer, type ListenAt } from './serve-listen.ts'
import { openServerMetrics, StoppedLists } from './serve-metrics.ts'
import { openSchedule } from './serve-schedule.ts'
import { openWork, type Work } from './serve-work.ts'

export interface ServeProgramOptions {
  readonly data: string
  readonly actor: string
  readonly at: ListenAt
  readonly maxConnectionsPerAddress: number
  readonly logLevel: LogLevel
}

export interface ServeProgram {
  readonly url: string
  /** Lets running responses end and releases everything; called again, it cuts them. */
  readonly stop: () => void
  /** Kept once everything is released. */
  readonly stopped: Promise<void>
}

/**
 * Serves the authority in a data folder, and publishes its lists by schedule. What takes long, which is
 * publishing, exports and questions to the past, is done in other threads.
 *
 * Faults: those of `openAuthority`, of the first projection and of listening.
 */
export async function serveAuthority(options: ServeProgramOptions): Promise<ServeProgram> {
  const parts = openParts(options)
  try {
    // What a crash left undone is done before anybody can ask.
    await parts.work.project(true)
    return await startServing(parts)
  } catch (error) {
    await releaseParts(parts)
    throw error
  }
}

interface Parts {
  readonly options: ServeProgramOptions
  readonly authority: Authority
  readonly serverLog: ServerLog
  readonly work: Work
  readonly history: HistoryThread
}

function openParts(options: ServeProgramOptions): Parts {
  const authority = openAuthority(options.data)
  return {
    ...{ options, authority },
    serverLog: openServerLog(options.logLevel),
    work: openWork(options),
    history: openHistory(authority.paths.database),
  }
}

async function releaseParts({ authority, serverLog, work, history }: Parts): Promise<void> {
  // A publication that is running ends first: it is at most some seconds from its commit.
  await work.close()
  await history.close()
  authority.close()
  serverLog.close()
}

/** What changes while the server runs. */
interface Condition {
  isStopping: boolean
  /** Why the database could not be read the last time; null if it could. */
  readFault: string | null
}

async function startServing(parts: Parts): Promise<ServeProgram> {
  const { options, serverLog } = parts
  const condition: Condition = { isStopping: false, readFault: null }
  const stopped = new StoppedLists()
  const edge = openEdge(parts)
  const serving = openServer(parts, edge, { condition, stopped })
  const { server } = serving
  const url = await listen(server, options.at)
  serverLog.log.info({ http: url, data: options.data }, 'serving')
  const upkeep = startUpkeep(parts, edge, { condition, stopped })
  return { url, ...stopping(parts, serving, { condition, upkeep }) }
}

function openEdge({ authority, work, serverLog }: Parts): Edge {
  const { store, paths } = authority
  return new Edge({
    ...{ source: store, publications: store.publications, published: paths.published },
    exports: openExportMaker(
      ({ id }, format, serial) => work.makeExport(id, format, serial),
      paths.exports,
    ),
    formats: EXPORT_FORMATS,
    now: systemClock,
    onFault: (error) => tellFault(serverLog, error),
  })
}

interface State {
  readonly condition: Condition
  readonly stopped: StoppedLists
}

function openServer(parts: Parts, edge: Edge, { condition, stopped }: State): Serving {
  const { options, authority, history, serverLog } = parts
  const { store } = authority
  const onFault = (error: unknown): void => tellFault(serverLog, error)
  const counts = new HttpCounts()
  const sockets = new Set<Socket>()
  const busy = new Set<Socket>()
  const metrics = openServerMetrics({
    ...{ store, edge, http: counts, stopped, now: systemClock },
    connections: () => sockets.size,
  })
  const api = openApi({
    catalog: () => edge.catalog,
    ...{ publications: store.publications, history, formats: EXPORT_FORMATS, metrics, onFault },
    ...{ version: readVersion(), now: systemClock },
    checkReady: () => checkReady(condition, store.metadata.latest('timestamp') !== null),
  })
  const { log } = serverLog
  const listener = requestListener({
    ...{ edge, counts, busy, onFault },
    fallback: getRequestListener(api.fetch, {
      overrideGlobalObjects: false,
      // RFC 9112 §3.2: a request of HTTP/1.0 need not say which host.
      hostname: 'localhost',
    }),
    onAccess: log.isLevelEnabled('info') ? (record) => log.info(record, 'request') : null,
    isStopping: () => condition.isStopping,
  })
  const server = limitedServer(listener, options)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return { server, sockets, busy }
}

interface Serving {
  readonly server: Server
  /** Its connections, and those of them to which a response is being made. */
  readonly sockets: ReadonlySet<Socket>
  readonly busy: ReadonlySet<Socket>
}

function checkReady({ isStopping, readFault }: Condition, hasTimestamp: boolean): string[] {
  return [
    ...(isStopping ? ['the server is stopping'] : []),
    ...(readFault === null ? [] : [`the database cannot be read (${readFault})`]),
    ...(hasTimestamp ? [] : ['nothing is published']),
  ]
}

interface Upkeep {
  readonly stop: () => void
}

/** Looks for what others have committed, and keeps the schedules. */
function startUpkeep(parts: Parts, edge: Edge, { condition, stopped }: State): Upkeep {
  const { serverLog } = parts
  const schedule = openSchedule({
    publish: (id) => publishBySchedule(parts, edge, { id, stopped }),
    refresh: () => refresh(parts),
  })
  schedule.update(edge.catalog.lists)
  void refresh(parts)
  const projectNew = newProjector(parts)
  const polling = setInterval(() => {
    try {
      if (edge.refresh()) {
        schedule.update(edge.catalog.lists)
        projectNew()
      }
      condition.readFault = null
    } catch (error) {
      const fault = isFault(error) ? error.code : 'bug'
      // Told once, not five times a second.
      if (condition.readFault !== fault) tellFault(serverLog, error)
      condition.readFault = fault
    }
    edge.refreshTimestamp().catch((error: unknown) => tellFault(serverLog, error))
  }, POLL_INTERVAL_MS)
  const renewing = setInterval(() => {
    edge.renewFeeds().catch((error: unknown) => tellFault(serverLog, error))
  }, RENEW_INTERVAL_MS)
  return {
    stop: () => {
      schedule.stop()
      clearInterval(polling)
      clearInterval(renewing)
    },
  }
}

/** Signatures of feeds live for two weeks and are made again when a third of that is left. */
const RENEW_INTERVAL_MS = 6 * 3_600_000

/** Makes seen what another process has committed, in case that it died before it could. */
function newProjector({ authority, work, serverLog }: Parts): () => void {
  const newest = (): number => authority.store.metadata.latest('timestamp')?.version ?? 0
  let projected = newest()
  return () => {
    const version = newest()
    if (version === projected) return
    projected = version
    work.project(false).catch((error: unknown) => tellFault(serverLog, error))
  }
}

async function publishBySchedule(
  { work, serverLog }: Parts,
  edge: Edge,
  { id, stopped }: { readonly id: string; readonly stopped: StoppedLists },
): Promise<void> {
  try {
    const outcome = await work.publish(id)
    stopped.remove(id)
    if (outcome.outcome !== 'unchanged') serverLog.log.info(outcome, 'published')
  } catch (error) {
    const list = edge.catalog.byId.get(id)
    if (isFault(error, 'publish/guard') && list !== undefined) {
      stopped.add(list)
      serverLog.log.warn({ list: id, code: error.code }, error.message)
      return
    }
    tellFault(serverLog, error)
  }
}

async function refresh({ work, serverLog }: Parts): Promise<void> {
  try {
    const { signed, warnings } = await work.refresh()
    if (signed.length > 0) serverLog.log.info({ roles: signed }, 'signed again')
    for (const warning of warnings) serverLog.log.warn(warning)
  } catch (error) {
    // The old metadata goes on being served; /metrics shows how long it still lives.
    tellFault(serverLog, error)
  }
}

function stopping(
  parts: Parts,
  { server, sockets, busy }: Serving,
  { condition, upkeep }: { readonly condition: Condition; readonly upkeep: Upkeep },
): Pick<ServeProgram, 'stop' | 'stopped'> {
  let end: () => void = () => undefined
  const stopped = new Promise<void>((resolve) => (end = resolve))
  async function stopOnce(): Promise<void> {
    parts.serverLog.log.info('stopping')
    upkeep.stop()
    await stopServer(server, sockets, {
      isBusy: (socket) => busy.has(socket),
      timeoutMs: STOP_TIMEOUT_MS,
    })
    await releaseParts(parts)
    end()
  }
  return {
    stopped,
    stop: () => {
      if (condition.isStopping) server.closeAllConnections()
      else {
        condition.isStopping = true
        stopOnce().catch((error: unknown) => tellFault(parts.serverLog, error))
      }
    },
  }
}

function tellFault({ log }: ServerLog, error: unknown): void {
  if (isFault(error)) log.error({ code: error.code, cause: causeOf(error) }, error.message)
  else log.error({ err: error }, 'this is a bug, please report it')
}

function causeOf({ cause }: Error): string | undefined {
  return cause instanceof Error ? cause.message : undefined
}

function readVersion(): string {
  const manifest = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version
}
