import type { IncomingMessage, ServerResponse } from 'node:http'
import { Fault } from '../core/fault.ts'
import type { HttpCounts, Metrics } from '../platform/metrics.ts'
import { isServerFault, problemOf, PROBLEM_TYPE, type Problem } from '../platform/problem.ts'
import type { WitnessAnswer } from './add-checkpoint.ts'
import { RATE_WINDOW_MS, RETRY_AFTER_S } from './limits.ts'
import { partyOf } from './party-of.ts'
import { openReceiver } from './receive-body.ts'
import { RequestAllowance } from './request-allowance.ts'

/** What is told of a response once it is handed to the kernel. */
export interface WitnessRecord {
  readonly method: string
  readonly url: string
  readonly status: number
  readonly ms: number
  readonly address: string
  readonly told: WitnessAnswer['told']
}

export interface WitnessListenerDeps {
  readonly addCheckpoint: (body: Uint8Array) => Promise<WitnessAnswer>
  readonly metrics: Metrics
  readonly counts: HttpCounts
  readonly limits: { readonly maxBodyBytes: number; readonly requestsPerMinute: number }
  /** Milliseconds that never go back. */
  readonly nowMs: () => number
  readonly onRecord: (record: WitnessRecord) => void
  readonly onFault: (error: unknown) => void
  /** Once it is true, each response is the last on its connection. */
  readonly isStopping: () => boolean
}

/** Of a response: what is sent, and under which name it is counted. */
interface Reply {
  readonly route: string
  readonly status: number
  readonly contentType: string
  readonly body: string
  readonly headers?: OutgoingHeaders
  readonly told?: WitnessAnswer['told']
}

type OutgoingHeaders = Readonly<Record<string, string>>

interface Desk extends WitnessListenerDeps {
  readonly allowance: RequestAllowance
  readonly receive: (request: IncomingMessage) => Promise<Buffer>
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Answers every request to a witness: `POST /add-checkpoint` (c2sp.org/tlog-witness), `/healthz` and `/metrics`. Nothing that a client
 * sends makes it throw; what a request cannot cause is told as its code alone (RFC 9457).
 */
export function witnessListener(deps: WitnessListenerDeps): Listener {
  const { maxBodyBytes, requestsPerMinute } = deps.limits
  const desk: Desk = {
    ...deps,
    allowance: new RequestAllowance(requestsPerMinute),
    receive: openReceiver(maxBodyBytes),
  }
  return (request, response) => {
    const startedMs = deps.nowMs()
    deps.counts.inFlight++
    response.once('close', () => deps.counts.inFlight--)
    replyTo(desk, request)
      .catch((error: unknown) => refuse(deps, request, error))
      .then((reply) => {
        send(deps, { request, response }, reply)
        deps.onRecord({
          ...{ method: request.method ?? '', url: request.url ?? '', status: reply.status },
          ms: Math.round((deps.nowMs() - startedMs) * 10) / 10,
          address: request.socket.remoteAddress ?? '',
          told: reply.told ?? {},
        })
      })
      .catch(deps.onFault)
  }
}

async function replyTo(desk: Desk, request: IncomingMessage): Promise<Reply> {
  const route = routeOf(request.url ?? '')
  if (route === 'add-checkpoint') return cosign(desk, request)
  if (route === 'other') {
    throw new Fault('serve/not-found', 'expected /add-checkpoint, /healthz or /metrics')
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') throw wrongMethod(request, 'GET')
  if (route === 'healthz') {
    return { route, status: 200, contentType: 'application/json', body: '{"status":"ok"}' }
  }
  const { print, contentType } = desk.metrics
  return { route, status: 200, contentType, body: await print() }
}

async function cosign(desk: Desk, request: IncomingMessage): Promise<Reply> {
  // tlog-witness: «The request MUST be an HTTP POST.»
  if (request.method !== 'POST') throw wrongMethod(request, 'POST')
  if (!desk.allowance.take(partyOf(request.socket.remoteAddress ?? ''), desk.nowMs())) {
    throw new Fault(
      'request/too-many',
      `expected ${desk.limits.requestsPerMinute} requests a minute at most`,
    )
  }
  const { told, ...answer } = await desk.addCheckpoint(await desk.receive(request))
  return { route: 'add-checkpoint', ...answer, told }
}

/** A bounded set of names, whatever clients ask for. */
function routeOf(url: string): 'add-checkpoint' | 'healthz' | 'metrics' | 'other' {
  const [path = ''] = url.split('?', 1)
  switch (path) {
    case '/add-checkpoint':
      return 'add-checkpoint'
    case '/healthz':
      return 'healthz'
    case '/metrics':
      return 'metrics'
    default:
      return 'other'
  }
}

function wrongMethod({ method }: IncomingMessage, expected: string): Fault {
  return new Fault('request/method', `expected ${expected}, got ${JSON.stringify(method)}`)
}

function refuse(deps: WitnessListenerDeps, request: IncomingMessage, error: unknown): Reply {
  if (isServerFault(error)) deps.onFault(error)
  const problem = problemOf(error)
  return {
    ...{ route: 'refused', status: problem.status, contentType: PROBLEM_TYPE },
    body: JSON.stringify(problem),
    // What of the request was not read is not worth reading.
    headers: { Connection: 'close', ...problemHeaders(problem, request) },
    ...(problem.detail !== undefined && { told: { reason: problem.detail } }),
  }
}

function problemHeaders({ status }: Problem, { url = '' }: IncomingMessage): OutgoingHeaders {
  // RFC 9110 §15.5.6: «The origin server MUST generate an Allow header field».
  if (status === 405) return { Allow: routeOf(url) === 'add-checkpoint' ? 'POST' : 'GET, HEAD' }
  if (status === 429) return { 'Retry-After': String(RATE_WINDOW_MS / 1000) }
  return status === 503 ? { 'Retry-After': String(RETRY_AFTER_S) } : {}
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

function send(deps: WitnessListenerDeps, { request, response }: Exchange, reply: Reply): void {
  const bytes = Buffer.byteLength(reply.body)
  deps.counts.count(reply.route, reply.status, bytes)
  if (response.destroyed) return
  response.writeHead(reply.status, {
    ...{ 'Content-Type': reply.contentType, 'Content-Length': bytes, 'Cache-Control': 'no-store' },
    ...(deps.isStopping() && { Connection: 'close' }),
    ...reply.headers,
  })
  response.end(request.method === 'HEAD' ? undefined : reply.body)
}
