import { Agent, request, type Dispatcher } from 'undici'
import { Fault } from '../core/fault.ts'
import { fetchFault } from './fetch-fault.ts'

export interface WitnessClientOptions {
  readonly userAgent: string
  /** Until a connection stands, TLS included. */
  readonly connectTimeoutMs: number
  /** Certificates (PEM) to trust instead of the well-known ones. */
  readonly ca?: string | undefined
}

export interface WitnessQuestion {
  /** The witness's submission prefix (c2sp.org/tlog-witness), as a policy names it. */
  readonly url: string
  /** The body of an `add-checkpoint` request. */
  readonly body: string
  /** From the call to the last byte of the answer. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** From the network, not yet verified; of any status. */
export interface WitnessReply {
  readonly status: number
  readonly body: Uint8Array
}

/** Asks witnesses, over kept-alive connections as tlog-witness would have it. */
export interface WitnessClient {
  /**
   * Posts a checkpoint and gives back what was answered. Throws `fetch/timeout`, `fetch/too-large`, `fetch/redirect`,
   * `fetch/truncated`, `fetch/unreachable` and, by the signal, `fetch/stopped`; never anything else for what a witness does.
   */
  readonly ask: (question: WitnessQuestion) => Promise<WitnessReply>
  readonly close: () => Promise<void>
}

/** No answer may be longer: a cosignature has some 200 bytes, a post-quantum one 5 kB. */
export const MAX_ANSWER_BYTES = 65_536

export function openWitnessClient(options: WitnessClientOptions): WitnessClient {
  const dispatcher = new Agent({
    connections: 1,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    maxHeaderSize: 16_384,
    // The time limit of each question is the shorter one.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: options.connectTimeoutMs,
      ...(options.ca !== undefined && { ca: options.ca }),
    },
  })
  return {
    ask: (question) => ask(dispatcher, options, question),
    close: () => dispatcher.destroy(),
  }
}

async function ask(
  dispatcher: Dispatcher,
  { userAgent }: WitnessClientOptions,
  { url, body, timeoutMs, signal }: WitnessQuestion,
): Promise<WitnessReply> {
  const deadline = AbortSignal.timeout(timeoutMs)
  const pieces: Buffer[] = []
  let received = 0
  try {
    const answer = await request(addCheckpointUrl(url), {
      ...{ dispatcher, method: 'POST', body },
      signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
      headers: {
        'user-agent': userAgent,
        'content-type': 'text/plain; charset=utf-8',
        'accept-encoding': 'identity',
      },
    })
    assertNoRedirect(answer, url)
    for await (const piece of answer.body as AsyncIterable<Buffer>) {
      received += piece.length
      if (received > MAX_ANSWER_BYTES) throw tooLarge(url)
      pieces.push(piece)
    }
    return { status: answer.statusCode, body: Buffer.concat(pieces) }
  } catch (error) {
    throw fetchFault(error, url, { received, deadline, timeoutMs })
  }
}

/** tlog-witness: `POST <submission prefix>/add-checkpoint`. */
function addCheckpointUrl(prefix: string): URL {
  const url = URL.canParse(prefix) ? new URL(prefix) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new Fault(
      'fetch/unreachable',
      `expected a witness at an http or https URL without a question mark, got ${JSON.stringify(prefix)}`,
    )
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/add-checkpoint`
  return url
}

/** A policy names where a witness is; whoever sits there may not send us on. */
function assertNoRedirect(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  url: string,
): void {
  if (statusCode < 300 || statusCode > 399) return
  body.on('error', () => undefined).destroy()
  throw new Fault(
    'fetch/redirect',
    `expected no redirect from ${JSON.stringify(url)}, got one to ${JSON.stringify(headers['location'] ?? null)}`,
  )
}

function tooLarge(url: string): Fault {
  return new Fault(
    'fetch/too-large',
    `expected at most ${MAX_ANSWER_BYTES} bytes from ${JSON.stringify(url)}, got more`,
  )
}
