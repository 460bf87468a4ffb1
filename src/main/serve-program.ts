import { BODY_PACE } from '../console/limits.ts'
import { Edge } from '../distribute/edge.ts'
import { REQUEST_TIMEOUT_MS } from '../distribute/limits.ts'
import { PullLedger } from '../distribute/pulls/pull-ledger.ts'
import { EXPORT_FORMATS } from '../formats/render-export.ts'
import { systemClock } from '../platform/clock.ts'
import type { LogLevel } from '../platform/json-log.ts'
import { openServerLog, type ServerLog } from '../platform/server-log.ts'
import { openAuthority, type Authority } from './open-authority.ts'
import { serialsOf, wantedZones } from './serve-authority-zones.ts'
import type { DnsListening } from './serve-dns-options.ts'
import { openConsoleSide, type ConsoleSide } from './serve-console.ts'
import { openExportMaker } from './serve-exports.ts'
import { tellFault } from './serve-faults.ts'
import { giveBackHeap } from './serve-heap.ts'
import { openHistory, type HistoryThread } from './serve-history.ts'
import { openHttpSide, type HttpSide } from './serve-http.ts'
import type { ListenAt } from './serve-listen.ts'
import { openServerMetrics, StoppedLists } from './serve-metrics.ts'
import { openTransfers, type TransferState, type Transfers } from './serve-transfers.ts'
import { operatorTokenHash } from './serve-operator-token.ts'
import { startUpkeep, type Upkeep } from './serve-upkeep.ts'
import type { WitnessOutcome } from '../publish/collect-cosignatures.ts'
import { CosignerBook } from './cosigner-book.ts'
import { openWork, type Work } from './serve-work.ts'

export interface ServeProgramOptions {
  readonly data: string
  readonly actor: string
  readonly at: ListenAt
  /** Null: the DNS is not answered. */
  readonly dns: DnsListening | null
  readonly operatorTokenFile?: string
  readonly maxConnectionsPerAddress: number
  readonly logLevel: LogLevel
}

export interface ServeProgram {
  readonly url: string
  /** Where the DNS is answered. */
  readonly answering: readonly string[]
  /** Lets running responses and transfers end and releases everything; called again, it cuts them. */
  readonly stop: () => void
  /** Kept once everything is released. */
  readonly stopped: Promise<void>
}

/**
 * Serves the authority in a data folder, and publishes its lists by schedule. What takes long, which is
 * publishing, exports, zones and questions to the past, is done in other threads.
 *
 * Faults: those of `openAuthority`, of the first projection and of listening.
 */
export async function serveAuthority(options: ServeProgramOptions): Promise<ServeProgram> {
  const parts = openParts(options)
  try {
    // What a crash left undone is done before anybody can ask.
    await parts.work.project(true)
    const people = openConsoleSide({
      ...{ data: options.data, at: options.at },
      hasUsers: () => !parts.authority.store.users.isEmpty(),
      onFault: (error) => tellFault(parts.serverLog, error),
    })
    return await startServing({ ...parts, people })
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
  readonly book: CosignerBook
  readonly history: HistoryThread
  readonly pulls: PullLedger
  readonly operatorTokenHash: string | null
}

function openParts(options: ServeProgramOptions): Parts {
  const { operatorTokenFile: file } = options
  const tokenHash = file === undefined ? null : operatorTokenHash(file)
  const authority = openAuthority(options.data)
  const serverLog = openServerLog(options.logLevel)
  const book = new CosignerBook((answer) => tellWitness(serverLog, answer))
  const onWitness = (answer: WitnessOutcome): void => book.add(answer, systemClock())
  return {
    ...{ options, authority, serverLog, book, operatorTokenHash: tokenHash },
    work: openWork({ ...options, onWitness }),
    history: openHistory(authority.paths.database),
    pulls: new PullLedger({
      ...{ path: authority.paths.pulls, now: systemClock },
      onFault: (fault) => tellFault(serverLog, fault),
    }),
  }
}

function tellWitness({ log }: ServerLog, { witness, outcome, sentence }: WitnessOutcome): void {
  if (outcome === 'cosigned') log.info({ witness }, sentence)
  else log.warn({ witness, code: outcome }, sentence)
}

async function releaseParts({ authority, serverLog, work, history, pulls }: Parts): Promise<void> {
  // A publication that is running ends first: it is at most some seconds from its commit.
  await work.close()
  await history.close()
  await pulls.close()
  authority.close()
  serverLog.close()
}

/** What changes while the server runs. */
interface Condition {
  isStopping: boolean
  /** Why the database could not be read the last time; null if it could. */
  readFault: string | null
}

/** With what people use, which is opened later than the rest. */
type ServingParts = Parts & { readonly people: ConsoleSide }

async function startServing(parts: ServingParts): Promise<ServeProgram> {
  const { options, serverLog } = parts
  const condition: Condition = { isStopping: false, readFault: null }
  const stopped = new StoppedLists()
  const edge = openEdge(parts)
  const transfers = options.dns && (await openDns(parts, options.dns, edge))
  try {
    giveBackHeap()
    const http = openHttp(parts, { edge, transfers, condition, stopped })
    const url = await http.listen(options.at)
    parts.people.listensAt(url)
    const answering = transfers?.dns.urls ?? []
    serverLog.log.info({ http: url, dns: answering, data: options.data }, 'serving')
    const upkeep = startUpkeep({
      ...{ ...parts, data: options.data, edge, stopped },
      onStaging: () => transfers?.warmUp(),
      onChange: () => transfers?.update(transferState(parts, edge)),
      onRead: (fault) => (condition.readFault = fault),
    })
    return { url, answering, ...stopping(parts, { http, transfers, upkeep, condition }) }
  } catch (error) {
    transfers?.dns.cut()
    await transfers?.close()
    throw error
  }
}

function openDns(
  { authority, serverLog, options }: Parts,
  listening: DnsListening,
  edge: Edge,
): Promise<Transfers> {
  const { store, paths } = authority
  return openTransfers(
    {
      ...{ folder: paths.zones, ledger: paths.secondaries, serverLog },
      threads: {
        url: new URL('./zone-thread.js', import.meta.url),
        workerData: { data: options.data },
      },
      serialsOf: (zone) => serialsOf(store, zone),
    },
    listening,
    transferState({ authority }, edge),
  )
}

function transferState({ authority }: Pick<Parts, 'authority'>, { catalog }: Edge): TransferState {
  return { catalog, zones: wantedZones(authority.store) }
}

function openEdge({ authority, work, serverLog, pulls }: Parts): Edge {
  const { store, paths } = authority
  return new Edge({
    ...{ source: store, publications: store.publications, published: paths.published },
    exports: openExportMaker(
      ({ id }, format, serial) => work.makeExport(id, format, serial),
      paths.exports,
    ),
    formats: EXPORT_FORMATS,
    now: systemClock,
    pulls,
    onFault: (error) => tellFault(serverLog, error),
  })
}

interface State {
  readonly edge: Edge
  readonly transfers: Transfers | null
  readonly condition: Condition
  readonly stopped: StoppedLists
}

function openHttp(parts: ServingParts, state: State): HttpSide {
  const { options, authority, history, serverLog, book, operatorTokenHash, people } = parts
  const { store } = authority
  const { edge, transfers, condition, stopped } = state
  return openHttpSide({
    ...{ edge, history, serverLog, formats: EXPORT_FORMATS, now: systemClock, operatorTokenHash },
    ...{ publications: store.publications, people },
    ...(transfers && { zones: transfers.desk }),
    openMetrics: (http) =>
      openServerMetrics({
        ...http,
        ...{ store, edge, stopped, transfers, book, now: systemClock },
      }),
    checkReady: () =>
      checkReady(condition, {
        hasTimestamp: store.metadata.latest('timestamp') !== null,
        zones: transfers?.notReady() ?? [],
      }),
    isStopping: () => condition.isStopping,
    // Whoever takes bodies ends the slow ones before.
    requestTimeoutMs: BODY_PACE.maxMs + REQUEST_TIMEOUT_MS,
    maxConnectionsPerAddress: options.maxConnectionsPerAddress,
  })
}

interface Readiness {
  readonly hasTimestamp: boolean
  /** Lists whose zone was never there since the start. */
  readonly zones: readonly string[]
}

function checkReady(
  { isStopping, readFault }: Condition,
  { hasTimestamp, zones }: Readiness,
): string[] {
  return [
    ...(isStopping ? ['the server is stopping'] : []),
    ...(readFault === null ? [] : [`the database cannot be read (${readFault})`]),
    ...(hasTimestamp ? [] : ['nothing is published']),
    ...(zones.length === 0 ? [] : [`zones are being made (${zones.length})`]),
  ]
}

interface Running {
  readonly http: HttpSide
  readonly transfers: Transfers | null
  readonly upkeep: Upkeep
  readonly condition: Condition
}

function stopping(
  parts: ServingParts,
  { http, transfers, upkeep, condition }: Running,
): Pick<ServeProgram, 'stop' | 'stopped'> {
  let end: () => void = () => undefined
  const stopped = new Promise<void>((resolve) => (end = resolve))
  async function stopOnce(): Promise<void> {
    parts.serverLog.log.info('stopping')
    upkeep.stop()
    await Promise.all([http.stop(), transfers?.close()])
    await parts.people.close()
    await releaseParts(parts)
    end()
  }
  return {
    stopped,
    stop: () => {
      if (condition.isStopping) {
        http.cut()
        transfers?.dns.cut()
      } else {
        condition.isStopping = true
        stopOnce().catch((error: unknown) => tellFault(parts.serverLog, error))
      }
    },
  }
}
