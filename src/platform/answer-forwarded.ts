import type { ForwardedHead, FromAnswerer, MessageEnd, ToAnswerer } from './forwarded-messages.ts'

/** What the connection says, beside the request itself. */
export interface Asker {
  readonly address: string
  readonly isSecure: boolean
}

type Answer = (request: Request, asker: Asker) => Promise<Response> | Response

/**
 * The side that answers: each request becomes a `Request` of the fetch standard for `answer`, and its response goes back piece by piece. The
 * signal of the request is aborted when whoever asked is gone. What `answer` throws is a bug: it goes to `onFault`, and the other side
 * tells that there is no answer.
 */
export class Answerer {
  readonly #port: MessageEnd<FromAnswerer>
  readonly #answer: Answer
  readonly #onFault: (error: unknown) => void
  readonly #open = new Map<number, Running>()

  constructor(port: MessageEnd<FromAnswerer>, answer: Answer, onFault: (error: unknown) => void) {
    this.#port = port
    this.#answer = answer
    this.#onFault = onFault
  }

  /** What the other side says. */
  take(message: ToAnswerer): void {
    if (message.kind === 'request') {
      void this.#run(message)
      return
    }
    const running = this.#open.get(message.id)
    if (running === undefined) return
    if (message.kind === 'piece') running.body?.enqueue(message.bytes)
    else if (message.kind === 'end') running.endBody()
    else {
      if (message.kind === 'gone') running.stop()
      running.goOn()
    }
  }

  async #run(head: ForwardedHead): Promise<void> {
    const { id, address, isSecure } = head
    const running = new Running()
    this.#open.set(id, running)
    try {
      const request = toRequest(head, running, () => {
        this.#port.postMessage({ kind: 'more', id })
      })
      const response = await this.#answer(request, { address, isSecure })
      const { status, headers } = response
      if (running.isGone()) return
      this.#port.postMessage({ kind: 'head', id, status, headers: [...headers] })
      await this.#sendBody(id, running, response)
      if (!running.isGone()) this.#port.postMessage({ kind: 'end', id })
    } catch (error) {
      if (running.isGone()) return
      this.#onFault(error)
      this.#port.postMessage({ kind: 'failed', id })
    } finally {
      this.#open.delete(id)
    }
  }

  /** One piece at a time: the next is read when the other side has sent the last on. */
  async #sendBody(id: number, running: Running, { body }: Response): Promise<void> {
    if (body === null) return
    for await (const bytes of body as unknown as AsyncIterable<Uint8Array>) {
      if (running.isGone()) return
      const goesOn = running.pause()
      this.#port.postMessage({ kind: 'piece', id, bytes })
      await goesOn
    }
  }
}

/** A request that is being answered. */
class Running {
  readonly #gone = new AbortController()
  readonly signal = this.#gone.signal
  /** Where the request's body goes; null when there is none, or it is whole. */
  body: ReadableStreamDefaultController<Uint8Array> | null = null
  #goOn: (() => void) | null = null

  isGone(): boolean {
    return this.signal.aborted
  }

  endBody(): void {
    this.body?.close()
    this.body = null
  }

  stop(): void {
    this.#gone.abort()
    this.body?.error(this.signal.reason)
    this.body = null
  }

  /** Kept by `goOn`. */
  pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#goOn = resolve
    })
  }

  goOn(): void {
    this.#goOn?.()
  }
}

function toRequest(head: ForwardedHead, running: Running, more: () => void): Request {
  const { method, hasBody } = head
  const headers = head.headers.map(([name, value]): [string, string] => [name, value])
  const init = { method, headers, signal: running.signal }
  if (!hasBody) return new Request(urlOf(head), init)
  const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    running.body = controller
  }
  const cancel = (): void => {
    running.body = null
  }
  // Nothing is asked for before somebody reads.
  const body = new ReadableStream({ start, pull: more, cancel }, { highWaterMark: 0 })
  return new Request(urlOf(head), { ...init, body, duplex: 'half' })
}

/** From the network: a host that is none is not worth an answer of its own here, for nothing is decided by it. */
function urlOf({ url, headers, isSecure }: ForwardedHead): string {
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? ''
  const scheme = isSecure ? 'https' : 'http'
  const whole = `${scheme}://${host}${url}`
  // Put together and not resolved: a path that begins with two slashes is a path.
  return host !== '' && !/[/?#@\\]/.test(host) && URL.canParse(whole)
    ? whole
    : `${scheme}://localhost${url}`
}
