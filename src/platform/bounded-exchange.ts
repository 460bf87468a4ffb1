import { Agent, request } from 'undici'
import { Fault } from '../core/fault.ts'
import { fetchFault } from './fetch-fault.ts'

/** What one exchange may cost, and where it may go. */
export interface ExchangeOptions {
  /** Of the body that comes. */
  readonly maxBytes: number
  /** From the call to the last byte. */
  readonly timeoutMs: number
  /** Where nothing may be asked it throws. */
  readonly assertMayAsk: (url: URL) => void
}

/** The part of `fetch` that libraries ask for. */
export type Exchange = (url: string, init: ExchangeInit) => Promise<Response>

export interface ExchangeInit {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

/**
 * A `fetch` for a library that asks another's server: with limits on bytes and time, without redirects, over connections of its own for each
 * exchange. An answer of 500 and above is a fault, as silence is. Every failure is a `Fault` of the noun `fetch`, or what `assertMayAsk` throws. Nothing that
 * comes out is trusted.
 */
export function openExchange({ maxBytes, timeoutMs, assertMayAsk }: ExchangeOptions): Exchange {
  return async (url, { method, headers, body }) => {
    assertMayAsk(new URL(url))
    const dispatcher = new Agent({ connections: 1, maxHeaderSize: 16_384 })
    const deadline = AbortSignal.timeout(timeoutMs)
    let received = 0
    try {
      const answer = await request(url, {
        ...{ dispatcher, signal: deadline, method: method === 'POST' ? 'POST' : 'GET' },
        headers: { ...headers, 'accept-encoding': 'identity' },
        body: textOf(body),
      })
      if (answer.statusCode >= 500) {
        await answer.body.dump({ limit: 4096 })
        throw new Fault(
          'fetch/failed',
          `expected an answer from ${JSON.stringify(url)}, got status ${answer.statusCode}`,
        )
      }
      const parts: Buffer[] = []
      for await (const part of answer.body as AsyncIterable<Buffer>) {
        received += part.length
        if (received > maxBytes) throw tooLarge(url, maxBytes)
        parts.push(part)
      }
      return responseOf(answer, Buffer.concat(parts))
    } catch (error) {
      throw fetchFault(error, url, { received, deadline, timeoutMs })
    } finally {
      await dispatcher.destroy()
    }
  }
}

/** What libraries send are the fields of a form, or nothing. */
function textOf(body: unknown): string | null {
  if (body === undefined || body === null) return null
  if (typeof body === 'string') return body
  if (body instanceof URLSearchParams) return body.toString()
  throw new Error('expected a text or the fields of a form as a body, got something else')
}

function responseOf(
  answer: {
    readonly statusCode: number
    readonly headers: Readonly<Record<string, string | string[] | undefined>>
  },
  body: Buffer,
): Response {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(answer.headers)) {
    for (const value of [values].flat()) headers.append(name, value)
  }
  const hasBody = ![204, 205, 304].includes(answer.statusCode)
  const bytes = hasBody ? new Uint8Array(body) : null
  return new Response(bytes, { status: answer.statusCode, headers })
}

function tooLarge(url: string, maxBytes: number): Fault {
  return new Fault(
    'fetch/too-large',
    `expected at most ${maxBytes} bytes from ${JSON.stringify(url)}, got more`,
  )
}
