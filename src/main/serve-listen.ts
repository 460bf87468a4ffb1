import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer, Server as TlsServer } from 'node:https'
import { Server as NetServer, type AddressInfo, type ListenOptions, type Socket } from 'node:net'
import { Fault } from '../core/fault.ts'
import * as limits from '../distribute/limits.ts'
import { problemOf, PROBLEM_TYPE } from '../platform/problem.ts'

/** Where to listen: an address and a port, or a socket that was handed to us open. */
export type ListenAt = ListenAddress | { readonly inheritedFd: number }

/** systemd's first passed descriptor (sd_listen_fds(3)). */
const FIRST_PASSED_FD = 3

/**
 * The socket that the service manager opened for us, if it did (sd_listen_fds(3)): it goes on queueing
 * connections while one process ends and the next begins, so that a restart leaves no gap.
 */
export function inheritedSocket(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): ListenAt | null {
  if (env['LISTEN_PID'] !== String(pid) || env['LISTEN_FDS'] === undefined) return null
  if (env['LISTEN_FDS'] === '1') return { inheritedFd: FIRST_PASSED_FD }
  throw new Fault(
    'serve/address',
    `expected one socket from the service manager, got ${JSON.stringify(env['LISTEN_FDS'])}: name one ListenStream= in the socket unit`,
  )
}

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** `127.0.0.1:8080`, `[::1]:8080`; port 0 lets the kernel choose. Faults: `usage/invalid`, with the option's name. */
export function parseListenAddress(text: string, option: string): ListenAddress {
  const [, v6, v4, digits = ''] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? []
  const host = v6 ?? v4
  const port = Number(digits)
  if (host !== undefined && port <= 65_535) return { host, port }
  throw new Fault(
    'usage/invalid',
    `expected ADDR:PORT as 127.0.0.1:8080 or [::1]:8080 for ${option}, got ${JSON.stringify(text)}`,
  )
}

export interface ServerOptions {
  readonly maxConnectionsPerAddress: number
  /** Time from the first byte of a request to its last, where bodies are taken whose pace is watched elsewhere; left out: as for requests without. */
  readonly requestTimeoutMs?: number
  /** In PEM; with it the server speaks HTTPS alone. */
  readonly certificate?: { readonly cert: Buffer; readonly key: Buffer }
}

const HTTP_OPTIONS = {
  maxHeaderSize: limits.MAX_HEADER_BYTES,
  headersTimeout: limits.HEADERS_TIMEOUT_MS,
  keepAliveTimeout: limits.KEEP_ALIVE_TIMEOUT_MS,
  connectionsCheckingInterval: limits.TIMEOUT_CHECK_INTERVAL_MS,
  noDelay: true,
}

const TLS_OPTIONS = { minVersion: 'TLSv1.2', handshakeTimeout: limits.HEADERS_TIMEOUT_MS } as const

/** A server with every limit of `distribute/limits.ts` that is a matter of connections. */
export function limitedServer(listener: RequestListener, options: ServerOptions): Server {
  const { certificate, requestTimeoutMs: requestTimeout = limits.REQUEST_TIMEOUT_MS } = options
  const http = { ...HTTP_OPTIONS, requestTimeout }
  const server: Server =
    certificate === undefined
      ? createServer(http, listener)
      : createTlsServer({ ...http, ...TLS_OPTIONS, ...certificate }, listener)
  server.maxConnections = limits.MAX_CONNECTIONS
  // One more than are allowed, so that too many can be told from just enough.
  server.maxHeadersCount = limits.MAX_HEADERS + 1
  // Node's timer runs while a write makes no progress, and cuts the connection off.
  server.timeout = limits.WRITE_IDLE_TIMEOUT_MS
  server.on('clientError', answerClientError)
  server.on('connection', perAddress(options.maxConnectionsPerAddress))
  return server
}

function perAddress(max: number): (socket: Socket) => void {
  const open = new Map<string, number>()
  return (socket) => {
    const address = socket.remoteAddress ?? ''
    const count = (open.get(address) ?? 0) + 1
    open.set(address, count)
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1
      if (left === 0) open.delete(address)
      else open.set(address, left)
    })
    if (count > max) socket.destroy()
  }
}

const CLIENT_FAULTS: Readonly<Record<string, Fault>> = {
  HPE_HEADER_OVERFLOW: new Fault(
    'request/headers-too-large',
    `expected at most ${limits.MAX_HEADER_BYTES} bytes of headers`,
  ),
  ERR_HTTP_REQUEST_TIMEOUT: new Fault(
    'request/timeout',
    'expected a request in time, got one that takes longer',
  ),
}

// What is no HTTP never reaches the listener; it is answered here and the connection closed.
function answerClientError(error: NodeJS.ErrnoException, socket: NodeJS.WritableStream): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    destroy(socket)
    return
  }
  const fault =
    CLIENT_FAULTS[error.code ?? ''] ??
    new Fault('request/malformed', 'expected an HTTP/1.1 request, got something else')
  const problem = problemOf(fault)
  const body = JSON.stringify(problem)
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.title}\r\nConnection: close\r\n` +
      `Content-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
}

function destroy(socket: NodeJS.WritableStream): void {
  if ('destroy' in socket && typeof socket.destroy === 'function') {
    ;(socket as NodeJS.WritableStream & { destroy: () => void }).destroy()
  }
}

/** Listens, and gives back the URL. Throws `serve/address`, and the system's errors as they are. */
export function listen(server: Server, at: ListenAt): Promise<string> {
  const options: ListenOptions & { fd?: number } =
    'inheritedFd' in at
      ? { fd: at.inheritedFd, backlog: limits.LISTEN_BACKLOG }
      : { host: at.host, port: at.port, backlog: limits.LISTEN_BACKLOG }
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject('inheritedFd' in at ? error : listenFault(error, at))
    })
    server.listen(options, () => {
      server.removeAllListeners('error')
      resolve(printUrl(server.address(), server instanceof TlsServer ? 'https' : 'http'))
    })
  })
}

/** What is to be told when an address can't be listened at: a port that needs rights, or the system's error as it is. */
export function listenFault(error: NodeJS.ErrnoException, at: ListenAddress): Error {
  if (error.code !== 'EACCES') return error
  return new Fault(
    'serve/address',
    `expected a port that this user may listen on, got ${at.port}: those below 1024 need root or CAP_NET_BIND_SERVICE; choose a higher one, and put a proxy in front`,
    { cause: error },
  )
}

function printUrl(address: AddressInfo | string | null, scheme: 'http' | 'https'): string {
  if (address === null || typeof address === 'string') return `unix:${address ?? ''}`
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `${scheme}://${host}:${address.port}`
}

/** How long a connection that is open when the server stops may still take to send its request. */
const GRACE_MS = 500
const SWEEP_INTERVAL_MS = 20

/**
 * Takes no new connection, lets running responses end, and cuts what is still running after `timeoutMs`.
 * `isBusy` tells of a connection whether a response to it is being made; while one is being sent, the
 * connection itself tells.
 */
export function stopServer(
  server: Server,
  sockets: ReadonlySet<Socket>,
  {
    isBusy,
    timeoutMs,
  }: { readonly isBusy: (socket: Socket) => boolean; readonly timeoutMs: number },
): Promise<void> {
  const graceUntil = Date.now() + GRACE_MS
  return new Promise((resolve) => {
    const sweep = setInterval(() => {
      if (Date.now() < graceUntil) return
      for (const socket of sockets)
        if (socket.writableLength === 0 && !isBusy(socket)) socket.destroy()
    }, SWEEP_INTERVAL_MS)
    const cut = setTimeout(() => server.closeAllConnections(), timeoutMs)
    // Not the close of an HTTP server: that takes a connection for idle as soon as the last byte of its
    // response is handed over, however much of it the kernel has yet to take, and cuts it off.
    NetServer.prototype.close.call(server, () => {
      clearInterval(sweep)
      clearTimeout(cut)
      server.close(() => resolve())
    })
  })
}
