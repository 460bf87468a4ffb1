import { Agent, request } from 'undici'
import { Fault, FAULT_CODES, isFault, type FaultCode } from '../core/fault.ts'
import { fetchFault } from './fetch-fault.ts'
import { PROBLEM_TYPE } from './problem.ts'

/** What one request may cost. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
const CONNECT_TIMEOUT_MS = 10_000
/** Longer than a server waits for itself before it says that it is busy. */
const TIMEOUT_MS = 150_000

export interface ApiClientOptions {
  /** Only this origin is ever asked, and only it sees the token. */
  readonly origin: string
  readonly token: string
  readonly userAgent: string
  /** A new `Idempotency-Key`. */
  readonly newKey: () => string
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Without the origin. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
  /** What was seen of what is changed, without quotes. */
  readonly tag?: string
}

/** An authority's API, asked as whoever the token is for. */
export interface ApiClient {
  /**
   * The answer, which is believed as the server is; null for an answer without a body. A request that changes something is sent once more when its answer was
   * lost, under the same key, so that it is done once. Throws what the server refused it with, as the same fault; else those of `fetch`.
   */
  readonly ask: (asked: ApiRequest) => Promise<unknown>
  /** As `ask`, with the entity tag of what is told, without quotes; null where it has none. */
  readonly look: (path: string) => Promise<Looked>
  readonly close: () => Promise<void>
}

/** What was told, and which it was. */
export interface Looked {
  readonly value: unknown
  readonly tag: string | null
}

export function openApiClient(options: ApiClientOptions): ApiClient {
  const dispatcher = new Agent({
    ...{ connections: 1, pipelining: 1, maxHeaderSize: 16_384 },
    ...{ headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS },
    connect: { timeout: CONNECT_TIMEOUT_MS },
  })
  const sendTwice = async (asked: ApiRequest): Promise<Looked> => {
    const key = asked.method === 'GET' ? null : options.newKey()
    try {
      return await send(dispatcher, options, asked, key)
    } catch (error) {
      if (!isFault(error, 'fetch/unreachable', 'fetch/truncated')) throw error
      return send(dispatcher, options, asked, key)
    }
  }
  return {
    ask: async (asked) => (await sendTwice(asked)).value,
    look: (path) => sendTwice({ method: 'GET', path }),
    close: () => dispatcher.destroy(),
  }
}

async function send(
  dispatcher: Agent,
  { origin, token, userAgent }: ApiClientOptions,
  { method, path, query = {}, body, tag }: ApiRequest,
  key: string | null,
): Promise<Looked> {
  const url = new URL(origin + path)
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value))
  }
  const deadline = AbortSignal.timeout(TIMEOUT_MS)
  const progress = { received: 0, deadline, timeoutMs: TIMEOUT_MS }
  try {
    const answer = await request(url, {
      ...{ dispatcher, method, signal: deadline },
      headers: {
        ...{
          authorization: `Bearer ${token}`,
          'user-agent': userAgent,
          accept: 'application/json',
        },
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(tag !== undefined && { 'if-match': `"${tag}"` }),
        ...(key !== null && { 'idempotency-key': key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const parts: Buffer[] = []
    for await (const piece of answer.body as AsyncIterable<Buffer>) {
      progress.received += piece.length
      if (progress.received > MAX_ANSWER_BYTES) throw tooLarge(url)
      parts.push(piece)
    }
    const type = String(answer.headers['content-type'] ?? '').split(';', 1)[0] ?? ''
    const text = Buffer.concat(parts).toString()
    const [, seen = null] = /^"([^"]*)"$/.exec(String(answer.headers['etag'] ?? '')) ?? []
    return { value: answerOf(url, { status: answer.statusCode, type, text }), tag: seen }
  } catch (error) {
    throw fetchFault(error, url.href, progress)
  }
}

function tooLarge({ href }: URL): Fault {
  return new Fault(
    'fetch/too-large',
    `expected at most ${MAX_ANSWER_BYTES} bytes from ${JSON.stringify(href)}, got more`,
  )
}

interface Received {
  readonly status: number
  readonly type: string
  readonly text: string
}

function answerOf({ href }: URL, { status, type, text }: Received): unknown {
  if (status === 204) return null
  const isAnswer = status === 200 && type === 'application/json'
  const value = isAnswer || type === PROBLEM_TYPE ? parseJson(text) : undefined
  if (isAnswer && value !== undefined) return value
  const { code, detail } = (value ?? {}) as { readonly code?: unknown; readonly detail?: unknown }
  if (isCode(code)) {
    throw new Fault(
      code,
      typeof detail === 'string' ? detail : `refused by ${JSON.stringify(href)}`,
    )
  }
  throw new Fault(
    'fetch/unexpected',
    `expected an answer of the API from ${JSON.stringify(href)}, got status ${status} with ${JSON.stringify(type)}: is that the address of an authority's server?`,
  )
}

function isCode(code: unknown): code is FaultCode {
  return (FAULT_CODES as readonly unknown[]).includes(code)
}

/** Undefined when it is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
