import { Agent, request, type Dispatcher } from 'undici'
import { Fault } from '../core/fault.ts'
import { fetchFault } from './fetch-fault.ts'

/** What one download may cost. Everything is a limit, nothing a wish: past it, the download is a fault. */
interface FetchBounds {
  /** Bytes of the body. */
  readonly maxBytes: number
  /** From the call to the last byte of the body, redirects included. */
  readonly timeoutMs: number
}

export interface FetchOptions {
  /** Only this origin (scheme, host, port) is ever asked, and only it sees the token. */
  readonly origin: string
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string | undefined
  readonly userAgent: string
  /** Until a connection stands, TLS included. */
  readonly connectTimeoutMs: number
  /** From the request to the headers of the answer, and between two pieces of a body. */
  readonly idleTimeoutMs: number
  /** How many redirects are followed, all of them within the origin. */
  readonly maxRedirects: number
  /** Certificates (PEM) to trust instead of the well-known ones. */
  readonly ca?: string | undefined
  /** Ends every download under way. */
  readonly signal?: AbortSignal | undefined
  readonly now: () => Date
}

/**
 * GET with limits on bytes, time and redirects, over kept-alive connections. Nothing that comes out is
 * trusted: whoever asks verifies it. Every failure is a `Fault` of the noun `fetch`.
 */
export interface BoundedFetch {
  /** The whole body of a 200 answer. */
  bytes: (url: string, bounds: FetchBounds) => Promise<Buffer>
  /** The body of a 200 answer piece by piece; `take` is waited for, so memory holds one piece. */
  pieces: (
    url: string,
    bounds: FetchBounds,
    take: (piece: Buffer) => void | Promise<void>,
  ) => Promise<void>
  /** What the last `Retry-After` of the source asked for; null when its last answer had none. */
  retryAt: () => Date | null
  close: () => Promise<void>
}

/** No source can make us wait longer than this, whatever its `Retry-After` says. */
export const MAX_RETRY_AFTER_MS = 24 * 3600 * 1000

export function openFetch(options: FetchOptions): BoundedFetch {
  const dispatcher = new Agent({
    connections: 4,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    headersTimeout: options.idleTimeoutMs,
    bodyTimeout: options.idleTimeoutMs,
    maxHeaderSize: 16_384,
    connect: {
      timeout: options.connectTimeoutMs,
      ...(options.ca !== undefined && { ca: options.ca }),
    },
  })
  let retryAt: Date | null = null

  async function pieces(
    url: string,
    bounds: FetchBounds,
    take: (piece: Buffer) => void | Promise<void>,
  ): Promise<void> {
    const deadline = AbortSignal.timeout(bounds.timeoutMs)
    const signal = options.signal ? AbortSignal.any([deadline, options.signal]) : deadline
    let received = 0
    try {
      const answer = await follow(dispatcher, options, url, signal)
      retryAt = parseRetryAfter(answer.headers['retry-after'], options.now())
      await assertAcceptable(answer, url, bounds)
      for await (const piece of answer.body as AsyncIterable<Buffer>) {
        received += piece.length
        if (received > bounds.maxBytes) throw tooLarge(url, bounds.maxBytes)
        await take(piece)
      }
    } catch (error) {
      throw fetchFault(error, url, { received, deadline, timeoutMs: bounds.timeoutMs })
    }
  }

  return {
    pieces,
    bytes: async (url, bounds) => {
      const parts: Buffer[] = []
      await pieces(url, bounds, (piece) => void parts.push(piece))
      return Buffer.concat(parts)
    },
    retryAt: () => retryAt,
    close: () => dispatcher.destroy(),
  }
}

/** Asks, and follows redirects as long as they stay within the origin and the count. */
async function follow(
  dispatcher: Dispatcher,
  options: FetchOptions,
  url: string,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  let at = assertOrigin(new URL(url), options.origin)
  for (let redirects = 0; ; redirects++) {
    const answer = await request(at, { dispatcher, signal, headers: requestHeaders(options) })
    const location = answer.headers['location']
    if (answer.statusCode < 300 || answer.statusCode > 399 || typeof location !== 'string') {
      return answer
    }
    await answer.body.dump({ limit: 65_536 })
    if (redirects >= options.maxRedirects) {
      throw new Fault(
        'fetch/redirect',
        `expected at most ${options.maxRedirects} redirects, got another one from ${JSON.stringify(url)} to ${JSON.stringify(location)}`,
      )
    }
    at = assertOrigin(resolveLocation(location, at), options.origin)
  }
}

function requestHeaders(options: FetchOptions): Record<string, string> {
  return {
    'user-agent': options.userAgent,
    // The bytes that were signed are the bytes that travel; nothing is decoded on the way.
    'accept-encoding': 'identity',
    ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
  }
}

function resolveLocation(location: string, from: URL): URL {
  try {
    return new URL(location, from)
  } catch (cause) {
    throw new Fault(
      'fetch/redirect',
      `expected a redirect to a URL, got ${JSON.stringify(location)}`,
      { cause },
    )
  }
}

/** A token must never leave for another host, so no other host is asked at all. */
function assertOrigin(url: URL, origin: string): URL {
  if (url.origin === origin) return url
  throw new Fault(
    'fetch/redirect',
    `expected to stay at ${origin}, got sent to ${JSON.stringify(url.origin)}`,
  )
}

const FAULT_BY_STATUS = new Map([
  [401, 'fetch/denied'],
  [403, 'fetch/denied'],
  [404, 'fetch/not-found'],
  [410, 'fetch/not-found'],
  [429, 'fetch/busy'],
  [503, 'fetch/busy'],
] as const)

async function assertAcceptable(
  answer: Dispatcher.ResponseData,
  url: string,
  bounds: FetchBounds,
): Promise<void> {
  const fault = refusal(answer, url, bounds)
  if (!fault) return
  // A refused body is not read; the connection is given up unless what is left is tiny.
  await answer.body.dump({ limit: 4096 }).catch(() => undefined)
  throw fault
}

function refusal(
  { statusCode, headers }: Dispatcher.ResponseData,
  url: string,
  { maxBytes }: FetchBounds,
): Fault | undefined {
  if (statusCode !== 200) {
    const code =
      FAULT_BY_STATUS.get(statusCode as Parameters<typeof FAULT_BY_STATUS.get>[0]) ?? 'fetch/failed'
    return new Fault(code, `expected status 200 from ${JSON.stringify(url)}, got ${statusCode}`)
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) return tooLarge(url, maxBytes)
  const type = String(headers['content-type'] ?? '')
  if (/^text\/html\b|^application\/xhtml/i.test(type)) {
    return unexpected(url, `a web page (${JSON.stringify(type)}); is a portal or proxy in the way?`)
  }
  const coding = String(headers['content-encoding'] ?? 'identity')
  if (coding.toLowerCase() !== 'identity') {
    return unexpected(url, `content coding ${JSON.stringify(coding)} that was not asked for`)
  }
  return undefined
}

function unexpected(url: string, got: string): Fault {
  return new Fault(
    'fetch/unexpected',
    `expected published bytes from ${JSON.stringify(url)}, got ${got}`,
  )
}

function tooLarge(url: string, maxBytes: number): Fault {
  return new Fault(
    'fetch/too-large',
    `expected at most ${maxBytes} bytes from ${JSON.stringify(url)}, got more`,
  )
}

/** RFC 9110 §10.2.3: seconds, or a date. Anything else is as if it were not there. */
export function parseRetryAfter(value: string | string[] | undefined, now: Date): Date | null {
  if (typeof value !== 'string') return null
  const delay = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : httpDate(value) - now.getTime()
  if (Number.isNaN(delay)) return null
  return new Date(now.getTime() + Math.min(Math.max(delay, 0), MAX_RETRY_AFTER_MS))
}

/** The three forms of RFC 9110 §5.6.7 begin with a weekday; `Date.parse` alone takes `-5` for a year. */
function httpDate(text: string): number {
  return /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : NaN
}
