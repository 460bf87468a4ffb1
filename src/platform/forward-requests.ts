import type { IncomingMessage, ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'
import { Fault } from '../core/fault.ts'
import { BodyPace, type PaceLimits } from './body-pace.ts'
import type { ForwardedHead, FromAnswerer, MessageEnd, ToAnswerer } from './forwarded-messages.ts'

export interface ForwardLimits {
  /** Requests that may wait for their answers; one more is refused. */
  readonly maxWaiting: number
  /** How long an answer may make no progress. */
  readonly idleMs: number
  /** Bytes of a request's body. */
  readonly maxBodyBytes: number
  /** How fast it must come. */
  readonly pace: PaceLimits
}

/** What can be passed on: the others mean nothing to whoever answers, or may not have a body. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/** The side that has the connections: passes requests to whoever is at the other end of a port. Nothing of them is looked at here but how long they are. */
export class Forwarder {
  readonly #port: MessageEnd<ToAnswerer>
  readonly #limits: ForwardLimits
  readonly #open = new Map<number, Exchange>()
  #lastId = 0

  constructor(port: MessageEnd<ToAnswerer>, limits: ForwardLimits) {
    this.#port = port
    this.#limits = limits
  }

  /** Requests that have no whole answer. */
  waiting(): number {
    return this.#open.size
  }

  /**
   * Kept once the response is over, with the bytes of its body that were sent. Throws `serve/busy`, `request/method`, `request/body` and
   * `request/timeout`, only while nothing was answered yet.
   */
  async forward(request: IncomingMessage, response: ServerResponse): Promise<number> {
    this.#assertTakeable(request)
    const id = ++this.#lastId
    const exchange = new Exchange(request, response)
    this.#open.set(id, exchange)
    response.once('close', () => {
      this.#stop(id, null)
    })
    this.#watch(id, exchange)
    this.#port.postMessage(headOf(id, request))
    if (hasBody(request)) this.#takeBody(id, exchange)
    await exchange.over
    return exchange.sent
  }

  /** What the other side says. */
  take(message: FromAnswerer): void {
    const { id } = message
    const exchange = this.#open.get(id)
    // Whoever has gone meanwhile is not told.
    if (exchange === undefined) return
    this.#watch(id, exchange)
    switch (message.kind) {
      case 'head':
        exchange.response.writeHead(message.status, message.headers.flat())
        return
      case 'piece':
        this.#send(id, exchange, message.bytes)
        return
      case 'more':
        exchange.askForMore(() => this.#stop(id, tooSlow()))
        return
      case 'end':
        exchange.response.end()
        this.#settle(id, null)
        return
      case 'failed':
        this.#settle(id, busy('an answer, got none'))
    }
  }

  /** The other side is gone: whoever waits is told. */
  giveUp(): void {
    for (const id of [...this.#open.keys()]) this.#settle(id, busy('an answer, got none'))
  }

  #assertTakeable(request: IncomingMessage): void {
    const { maxWaiting, maxBodyBytes } = this.#limits
    const { method = '', headers } = request
    if (!METHODS.includes(method)) {
      throw new Fault(
        'request/method',
        `expected ${METHODS.join(', ')}, got ${JSON.stringify(method)}`,
      )
    }
    if (this.#open.size >= maxWaiting) {
      throw busy(`at most ${maxWaiting} requests at one time, got more`)
    }
    if (Number(headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge(maxBodyBytes)
    if ((method === 'GET' || method === 'HEAD') && hasBody(request)) {
      throw new Fault('request/body', `expected no body with ${method}, got one`)
    }
  }

  #takeBody(id: number, exchange: Exchange): void {
    const { request } = exchange
    const { maxBodyBytes, pace } = this.#limits
    exchange.pace = new BodyPace(pace, performance.now())
    request.on('data', (bytes: Buffer) => {
      // Until the other side asks for more.
      request.pause()
      exchange.tookBody(bytes.length)
      exchange.received += bytes.length
      if (exchange.received > maxBodyBytes) this.#stop(id, tooLarge(maxBodyBytes))
      // A copy: pieces share the memory of the socket's.
      else this.#port.postMessage({ kind: 'piece', id, bytes: new Uint8Array(bytes) })
    })
    request.once('end', () => {
      exchange.tookBody(0)
      if (this.#open.has(id)) this.#port.postMessage({ kind: 'end', id })
    })
    request.pause()
  }

  #send(id: number, exchange: Exchange, bytes: Uint8Array): void {
    const { response } = exchange
    exchange.sent += bytes.length
    const more = (): void => {
      if (this.#open.has(id)) this.#port.postMessage({ kind: 'more', id })
    }
    if (response.write(bytes)) more()
    else response.once('drain', more)
  }

  #watch(id: number, exchange: Exchange): void {
    exchange.watch(this.#limits.idleMs, () => {
      this.#stop(id, busy('an answer by now, got none'))
    })
  }

  #stop(id: number, error: Error | null): void {
    if (this.#open.has(id)) this.#port.postMessage({ kind: 'gone', id })
    this.#settle(id, error)
  }

  #settle(id: number, error: Error | null): void {
    this.#open.get(id)?.end(error)
    this.#open.delete(id)
  }
}

/** How long the rest of a body is read that nobody wants. */
const READ_AWAY_MS = 15_000

/** A request and its response, until one of them ends. */
class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly over: Promise<void>
  /** Bytes of the request's body so far, and of the response's. */
  received = 0
  sent = 0
  /** Of a request with a body. */
  pace: BodyPace | null = null
  #slow: NodeJS.Timeout | undefined
  #resolve!: () => void
  #reject!: (error: Error) => void
  #timer: NodeJS.Timeout | undefined

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request
    this.response = response
    this.over = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  watch(idleMs: number, onIdle: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(onIdle, idleMs)
    this.#timer.unref()
  }

  /** Lets the body come, as long as it comes fast enough. */
  askForMore(onSlow: () => void): void {
    clearTimeout(this.#slow)
    if (this.pace !== null && !this.request.complete) {
      this.#slow = setTimeout(onSlow, this.pace.ask(performance.now())).unref()
    }
    this.request.resume()
  }

  tookBody(bytes: number): void {
    clearTimeout(this.#slow)
    this.pace?.take(bytes, performance.now())
  }

  end(error: Error | null): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#slow)
    this.#readAway()
    if (error !== null && !this.response.headersSent) {
      this.#reject(error)
      return
    }
    // The head is out: a body that was cut must not be taken for whole.
    if (error !== null) this.response.destroy()
    this.#resolve()
  }

  /** What is left of the body, so that the connection can be used again; of one that goes on and on it can't. */
  #readAway(): void {
    const { request } = this
    request.removeAllListeners('data').resume()
    if (this.pace === null || request.complete) return
    const cut = setTimeout(() => request.destroy(), READ_AWAY_MS).unref()
    request.once('close', () => clearTimeout(cut))
    request.once('end', () => clearTimeout(cut))
  }
}

function headOf(id: number, request: IncomingMessage): ForwardedHead {
  const { rawHeaders } = request
  const headers = Array.from({ length: rawHeaders.length >> 1 }, (_, i): [string, string] => [
    rawHeaders[2 * i] ?? '',
    rawHeaders[2 * i + 1] ?? '',
  ])
  return {
    ...{ kind: 'request', id, headers },
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    address: request.socket.remoteAddress ?? '',
    isSecure: request.socket instanceof TLSSocket,
    hasBody: hasBody(request),
  }
}

/** RFC 9112 §6.3: either of the two says that there is one. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function busy(expected: string): Fault {
  return new Fault('serve/busy', `expected ${expected}`)
}

function tooSlow(): Fault {
  return new Fault('request/timeout', 'expected a body that comes faster, got a slower one')
}

function tooLarge(maxBodyBytes: number): Fault {
  return new Fault('request/body', `expected at most ${maxBodyBytes} bytes of body, got more`)
}
