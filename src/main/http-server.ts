import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Edge } from '../distribute/edge.ts'
import { requestListener } from '../distribute/request-listener.ts'
import type { HttpCounts } from '../platform/metrics.ts'
import type { ServerLog } from '../platform/server-log.ts'
import { limitedServer, type ServerOptions } from './serve-listen.ts'

export interface HttpServerDeps {
  readonly edge: Edge
  readonly api: Hono
  readonly counts: HttpCounts
  readonly log: ServerLog['log']
  readonly onFault: (error: unknown) => void
  readonly isStopping: () => boolean
}

/** A server that does not listen yet. */
export interface HttpServing {
  readonly server: Server
  /** Its connections, and those of them to which a response is being made. */
  readonly sockets: ReadonlySet<Socket>
  readonly busy: ReadonlySet<Socket>
}

/** Published files by `edge`, everything else by `api`, within the limits of `distribute/limits.ts`; at level info each request is logged. */
export function openHttpServer(
  { edge, api, counts, log, onFault, isStopping }: HttpServerDeps,
  options: ServerOptions,
): HttpServing {
  const sockets = new Set<Socket>()
  const busy = new Set<Socket>()
  const listener = requestListener({
    ...{ edge, counts, busy, onFault, isStopping },
    fallback: getRequestListener(api.fetch, {
      overrideGlobalObjects: false,
      // RFC 9112 §3.2: a request of HTTP/1.0 need not say which host.
      hostname: 'localhost',
    }),
    onAccess: log.isLevelEnabled('info') ? (record) => log.info(record, 'request') : null,
  })
  const server = limitedServer(listener, options)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return { server, sockets, busy }
}
