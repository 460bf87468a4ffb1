import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { openApi, type ApiDeps } from '../distribute/api.ts'
import type { Edge } from '../distribute/edge.ts'
import { STOP_TIMEOUT_MS } from '../distribute/limits.ts'
import { requestListener, type PeopleSide } from '../distribute/request-listener.ts'
import { HttpCounts, type Metrics } from '../platform/metrics.ts'
import type { ServerLog } from '../platform/server-log.ts'
import { readVersion } from './read-version.ts'
import { tellFault } from './serve-faults.ts'
import { limitedServer, listen, stopServer, type ListenAt } from './serve-listen.ts'

export interface HttpDeps extends Omit<ApiDeps, 'catalog' | 'version' | 'metrics' | 'onFault'> {
  readonly edge: Edge
  readonly openMetrics: (http: HttpFigures) => Metrics
  readonly isStopping: () => boolean
  /** What people use of this server; an edge has none. */
  readonly people?: PeopleSide
  readonly serverLog: ServerLog
  readonly maxConnectionsPerAddress: number
  /** Of bodies that people send; left out where there are none. */
  readonly requestTimeoutMs?: number
}

export interface HttpFigures {
  readonly http: HttpCounts
  readonly connections: () => number
}

/** The HTTP side of a server. */
export interface HttpSide {
  /** Listens, and gives back the URL. Throws `serve/address`, and the system's errors as they are. */
  readonly listen: (at: ListenAt) => Promise<string>
  /** Takes nothing new and lets running responses end, within bounds. */
  readonly stop: () => Promise<void>
  /** Cuts them. */
  readonly cut: () => void
}

export function openHttpSide(deps: HttpDeps): HttpSide {
  const sockets = new Set<Socket>()
  const busy = new Set<Socket>()
  const server = openServer(deps, sockets, busy)
  return {
    listen: (at) => listen(server, at),
    stop: () =>
      stopServer(server, sockets, {
        isBusy: (socket) => busy.has(socket),
        timeoutMs: STOP_TIMEOUT_MS,
      }),
    cut: () => server.closeAllConnections(),
  }
}

function openServer(deps: HttpDeps, sockets: Set<Socket>, busy: Set<Socket>): Server {
  const { edge, serverLog, isStopping } = deps
  const onFault = (error: unknown): void => tellFault(serverLog, error)
  const counts = new HttpCounts()
  const metrics = deps.openMetrics({ http: counts, connections: () => sockets.size })
  const api = openApi({
    ...{ ...deps, metrics, onFault },
    catalog: () => edge.catalog,
    version: readVersion(),
  })
  const { log } = serverLog
  const listener = requestListener({
    ...{ edge, counts, busy, onFault, isStopping },
    fallback: getRequestListener(api.fetch, {
      overrideGlobalObjects: false,
      // RFC 9112 §3.2: a request of HTTP/1.0 need not say which host.
      hostname: 'localhost',
    }),
    ...(deps.people && { people: deps.people }),
    onAccess: log.isLevelEnabled('info') ? (record) => log.info(record, 'request') : null,
  })
  const server = limitedServer(listener, deps)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return server
}
