import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Fault } from '../core/fault.ts'
import type { HttpCounts } from '../platform/metrics.ts'
import { isServerFault, problemOf, PROBLEM_TYPE, type Problem } from '../platform/problem.ts'
import type { Edge, Sent } from './edge.ts'
import {
  MAX_BODY_BYTES,
  MAX_HEADERS,
  MAX_PEOPLE_URL_BYTES,
  MAX_URL_BYTES,
  RETRY_AFTER_S,
} from './limits.ts'

/** What is told of a response once it is over, or once it is all handed to the kernel. */
export interface AccessRecord {
  readonly method: string
  readonly url: string
  readonly status: number
  readonly bytes: number
  readonly route: string
  readonly ms: number
  readonly address: string
}

export interface ListenerDeps {
  readonly edge: Edge
  /** Whatever is no published file: the API and the server's own pages. */
  readonly fallback: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>
  /** What people use of this server; left out: nothing. */
  readonly people?: PeopleSide
  readonly counts: HttpCounts
  /** Connections to which a response is being made that was not sent at once; kept up to date here. */
  readonly busy: Set<Socket>
  /** Null keeps no log of access. */
  readonly onAccess: ((record: AccessRecord) => void) | null
  readonly onFault: (error: unknown) => void
  /** Once it is true, each response is the last on its connection. */
  readonly isStopping: () => boolean
}

/** Answers requests of every method, and bodies, whose limits are its own. */
export interface PeopleSide {
  /** Whether it answers a path, with whatever method. */
  readonly answers: (path: string) => boolean
  /** Kept once the response is over, with the bytes of its body; a fault is only thrown before anything is answered. */
  readonly forward: (request: IncomingMessage, response: ServerResponse) => Promise<number>
}

export type RequestListener = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Answers every request: published files and feeds here, everything else by `fallback`. Nothing that a client
 * sends makes it throw; what goes wrong is answered as a problem, or, once the head is out, by cutting
 * the connection, so that a body is never taken for whole when it isn't.
 */
export function requestListener(deps: ListenerDeps): RequestListener {
  return (request, response) => {
    const startedMs = deps.onAccess === null ? 0 : performance.now()
    const exchange = { request, response, startedMs }
    if (deps.isStopping()) response.setHeader('Connection', 'close')
    try {
      const people = peopleOf(deps, request)
      assertPlain(request, people !== null)
      const sent = people === null ? deps.edge.answer(request, response) : null
      if (sent === null) passOn(deps, exchange, people)
      else if (sent instanceof Promise) awaitSent(deps, exchange, sent)
      else record(deps, exchange, sent)
    } catch (error) {
      refuse(deps, exchange, error)
    }
  }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly startedMs: number
}

function peopleOf({ people }: ListenerDeps, { url = '' }: IncomingMessage): PeopleSide | null {
  return people?.answers(url.split('?', 1)[0] ?? '') === true ? people : null
}

function assertPlain(request: IncomingMessage, isOpen: boolean): void {
  const { method, headers, url = '' } = request
  if (!isOpen && method !== 'GET' && method !== 'HEAD') {
    throw new Fault('request/method', `expected GET or HEAD, got ${JSON.stringify(method)}`)
  }
  const maxUrlBytes = isOpen ? MAX_PEOPLE_URL_BYTES : MAX_URL_BYTES
  if (url.length > maxUrlBytes) {
    throw new Fault('request/url-too-long', `expected at most ${maxUrlBytes} bytes of URL`)
  }
  const length = Number(headers['content-length'] ?? 0)
  const hasBody = headers['transfer-encoding'] !== undefined || length > MAX_BODY_BYTES
  if (!isOpen && hasBody) {
    throw new Fault('request/body', 'expected no body, got one')
  }
  // Node counts to its own bound and drops the rest, which may be the very header that matters.
  if (request.rawHeaders.length > 2 * MAX_HEADERS) {
    throw new Fault('request/headers-too-large', `expected at most ${MAX_HEADERS} headers`)
  }
}

function awaitSent(deps: ListenerDeps, exchange: Exchange, sent: Promise<Sent>): void {
  const end = begin(deps, exchange)
  sent
    .then((it) => record(deps, exchange, it))
    .catch((error: unknown) => refuse(deps, exchange, error))
    .finally(end)
}

// Until the returned function is called, a response is being made.
function begin({ counts, busy }: ListenerDeps, { request }: Exchange): () => void {
  const { socket } = request
  counts.inFlight++
  busy.add(socket)
  return () => {
    counts.inFlight--
    busy.delete(socket)
  }
}

function passOn(deps: ListenerDeps, exchange: Exchange, people: PeopleSide | null): void {
  const { request, response } = exchange
  const end = begin(deps, exchange)
  let sent: number | null = null
  response.once('close', () => {
    end()
    const bytes = sent ?? Number(response.getHeader('content-length') ?? 0)
    record(deps, exchange, { route: routeOf(request.url ?? ''), bytes })
  })
  const passed =
    people === null
      ? Promise.resolve(deps.fallback(request, response))
      : people.forward(request, response).then((bytes) => void (sent = bytes))
  passed.catch((error: unknown) => {
    sent = tellOf(deps, exchange, error)
  })
}

const ROUTES = ['v1', 'console', 'appeal', 'healthz', 'readyz', 'metrics']

/** A bounded set of names, whatever clients ask for. */
function routeOf(url: string): string {
  const [first = ''] = url.slice(1).split(/[/?]/, 1)
  return ROUTES.includes(first) ? first : 'other'
}

function refuse(deps: ListenerDeps, exchange: Exchange, error: unknown): void {
  const bytes = tellOf(deps, exchange, error)
  if (bytes !== null) record(deps, exchange, { route: 'refused', bytes })
}

/** Gives the bytes of the body; null when it was too late to tell anything, and the connection was cut. */
function tellOf(deps: ListenerDeps, exchange: Exchange, error: unknown): number | null {
  const { response } = exchange
  if (isServerFault(error)) deps.onFault(error)
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return null
  }
  return sendProblem(exchange, problemOf(error))
}

function sendProblem({ request, response }: Exchange, problem: Problem): number {
  const body = JSON.stringify(problem)
  const headers = [
    ...['Content-Type', PROBLEM_TYPE, 'Content-Length', String(Buffer.byteLength(body))],
    ...['Cache-Control', 'no-store', ...problemHeaders(problem)],
  ]
  // What of the request was not read is not worth reading.
  if ([405, 408, 413].includes(problem.status)) headers.push('Connection', 'close')
  response.writeHead(problem.status, headers)
  response.end(request.method === 'HEAD' ? undefined : body)
  return body.length
}

/** Headers that a problem of this status owes, names and values in turn. */
export function problemHeaders({ status }: Problem): string[] {
  // RFC 9110 §11.6.1: any answer may say that credentials could change it; each 404 here does.
  if (status === 404 || status === 401) return ['WWW-Authenticate', 'Bearer']
  if (status === 405) return ['Allow', 'GET, HEAD']
  return status === 503 ? ['Retry-After', String(RETRY_AFTER_S)] : []
}

function record(
  deps: ListenerDeps,
  { request, response, startedMs }: Exchange,
  { route, bytes }: { readonly route: string; readonly bytes: number },
): void {
  deps.counts.count(route, response.statusCode, bytes)
  deps.onAccess?.({
    method: request.method ?? '',
    url: request.url ?? '',
    status: response.statusCode,
    bytes,
    route,
    ms: Math.round((performance.now() - startedMs) * 10) / 10,
    address: request.socket.remoteAddress ?? '',
  })
}
