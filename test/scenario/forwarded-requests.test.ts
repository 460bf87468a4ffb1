import { createServer, request as httpRequest, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { isFault } from '../../src/core/fault.ts'
import { Answerer, type Asker } from '../../src/platform/answer-forwarded.ts'
import { Forwarder, type ForwardLimits } from '../../src/platform/forward-requests.ts'
import type { FromAnswerer, ToAnswerer } from '../../src/platform/forwarded-messages.ts'

type Answer = (request: Request, asker: Asker) => Promise<Response> | Response

const LIMITS: ForwardLimits = {
  ...{ maxWaiting: 4, idleMs: 60_000, maxBodyBytes: 1 << 20 },
  pace: { graceMs: 10_000, bytesPerSecond: 1 << 20, maxMs: 60_000 },
}

let closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing) close()
  closing = []
})

/** A server that forwards everything over a real port, in one process. */
async function openForwarding(answer: Answer, limits: Partial<ForwardLimits> = {}) {
  const { port1, port2 } = new MessageChannel()
  const faults: unknown[] = []
  const sent: FromAnswerer[] = []
  const forwarder = new Forwarder(port1, { ...LIMITS, ...limits })
  const answerer = new Answerer(port2, answer, (error) => faults.push(error))
  port1.on('message', (message: FromAnswerer) => {
    sent.push(message)
    forwarder.take(message)
  })
  port2.on('message', (message: ToAnswerer) => {
    answerer.take(message)
  })
  const server = createServer((request, response) => {
    forwarder.forward(request, response).catch((error: unknown) => {
      response.writeHead(isFault(error, 'serve/busy') ? 503 : 400).end(codeOf(error))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
    port1.close()
  })
  return { url: urlOf(server), port: portOf(server), forwarder, faults, sent }
}

function codeOf(error: unknown): string {
  return String((error as { readonly code?: unknown }).code)
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${portOf(server)}`
}

/** What comes back for bytes that no library would send. */
function exchangeBytes(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    let got = ''
    socket.on('data', (piece) => (got += piece.toString('latin1')))
    socket.on('close', () => {
      resolve(got)
    })
    socket.on('error', reject)
  })
}

/** The same, one piece after the other with a pause between: what a slow line does. */
function exchangeSlowly(port: number, pieces: readonly string[], pauseMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const rest = [...pieces]
    let got = ''
    const socket = connect(port, '127.0.0.1')
    const timer = setInterval(() => {
      const piece = rest.shift()
      if (piece === undefined || !socket.writable) clearInterval(timer)
      else socket.write(piece)
    }, pauseMs)
    socket.on('data', (piece) => (got += piece.toString('latin1')))
    socket.on('close', () => {
      clearInterval(timer)
      resolve(got)
    })
    socket.on('error', reject)
  })
}

describe('requests that another thread answers', () => {
  it('come with method, path, query, headers, address and body, and go back whole', async () => {
    const { url, faults } = await openForwarding(async (request, { address, isSecure }) => {
      const { pathname, search } = new URL(request.url)
      const body = await request.text()
      const seen = { method: request.method, pathname, search, address, isSecure, body }
      return Response.json(
        { ...seen, header: request.headers.get('x-one') },
        { status: 201, headers: { 'X-Two': 'b' } },
      )
    })
    const response = await fetch(`${url}/console/a%2Fb?q=%C3%A4`, {
      ...{ method: 'POST', body: 'hello', headers: { 'X-One': 'a' } },
    })
    expect(response.status).toBe(201)
    expect(response.headers.get('x-two')).toBe('b')
    expect(await response.json()).toEqual({
      ...{ method: 'POST', pathname: '/console/a%2Fb', search: '?q=%C3%A4', header: 'a' },
      ...{ address: '127.0.0.1', isSecure: false, body: 'hello' },
    })
    expect(faults).toEqual([])
  })

  it('keep each cookie that is set apart', async () => {
    const { url } = await openForwarding(() => {
      const headers = new Headers()
      headers.append('Set-Cookie', 'a=1; Path=/')
      headers.append('Set-Cookie', 'b=2; Path=/')
      return new Response(null, { headers })
    })
    expect((await fetch(url)).headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; Path=/'])
  })

  it('carry long bodies both ways in pieces, never more than one on its way', async () => {
    const { url, sent } = await openForwarding(async (request) => {
      const bytes = Buffer.from(await request.arrayBuffer())
      return new Response(new Blob([bytes]).stream())
    })
    const long = Buffer.alloc(700_000, 'bailiwick ')
    const response = await fetch(url, { method: 'PUT', body: long })
    expect(Buffer.from(await response.arrayBuffer()).equals(long)).toBe(true)
    const asked = sent.filter(({ kind }) => kind === 'more').length
    expect(asked).toBeGreaterThan(2)
  })

  it('read no further piece of a body that nobody reads', async () => {
    const { port, sent } = await openForwarding(() => new Response('no'))
    const head = `POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello`
    expect(await exchangeBytes(port, head)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*no/)
    expect(sent.filter(({ kind }) => kind === 'more')).toEqual([])
  })

  it('wait for a body that comes slowly, for longer than for one that does not come', async () => {
    const pace = { graceMs: 400, bytesPerSecond: 100, maxMs: 60_000 }
    const { port } = await openForwarding(
      async (request) => new Response(`got ${(await request.text()).length}`),
      { pace },
    )
    const head = (length: number): string =>
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`
    // Half as long again as what every body is given.
    const pieces = [head(6_000), ...Array.from({ length: 60 }, () => 'x'.repeat(100))]
    const begunMs = performance.now()
    expect(await exchangeSlowly(port, pieces, 10)).toContain('got 6000')
    expect(performance.now() - begunMs).toBeGreaterThan(pace.graceMs)
    for (const stalling of [[head(6_000)], [head(6_000), 'x']]) {
      expect(await exchangeSlowly(port, stalling, 1)).toContain('request/timeout')
    }
  })

  it('end a body that takes too long in all, however fast it comes', async () => {
    const { port } = await openForwarding(
      async (request) => new Response(`got ${(await request.text()).length}`),
      { pace: { graceMs: 60_000, bytesPerSecond: 1, maxMs: 200 } },
    )
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\nConnection: close\r\n\r\n'
    const pieces = [head, ...Array.from({ length: 100 }, () => 'x'.repeat(10))]
    expect(await exchangeSlowly(port, pieces, 10)).toContain('request/timeout')
  })

  it('refuse a longer body than allowed, said before or found on the way', async () => {
    const { port, forwarder } = await openForwarding(
      async (request) => new Response(await request.text()),
      {
        maxBodyBytes: 10,
      },
    )
    const said =
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nConnection: close\r\n\r\n12345678901'
    expect(await exchangeBytes(port, said)).toContain('request/body')
    const chunked =
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n'
    expect(await exchangeBytes(port, `${chunked}a\r\n1234567890\r\n1\r\n1\r\n0\r\n\r\n`)).toContain(
      'request/body',
    )
    expect(await exchangeBytes(port, `${chunked}a\r\n1234567890\r\n0\r\n\r\n`)).toContain(
      '1234567890',
    )
    expect(forwarder.waiting()).toBe(0)
  })

  it.each([
    ['TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 'request/method'],
    [
      'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx',
      'request/body',
    ],
  ])('refuse %j', async (bytes, code) => {
    const { port, faults } = await openForwarding(() => new Response('no'))
    expect(await exchangeBytes(port, bytes)).toContain(code)
    expect(faults).toEqual([])
  })

  it.each(['a b', 'evil.example/x?', 'u@evil.example', '', '[::1', 'a\\b'])(
    'take the host %j for none',
    async (host) => {
      const { port, faults } = await openForwarding((request) => new Response(request.url))
      const answer = await exchangeBytes(
        port,
        `GET //other.example/y HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      )
      expect(answer).toContain('http://localhost//other.example/y')
      expect(faults).toEqual([])
    },
  )

  it('are refused when too many wait', async () => {
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const { url, forwarder } = await openForwarding(async () => {
      await gate
      return new Response('late')
    })
    const waiting = Array.from({ length: LIMITS.maxWaiting }, () => fetch(url))
    await expect.poll(() => forwarder.waiting()).toBe(LIMITS.maxWaiting)
    expect((await fetch(url)).status).toBe(503)
    release()
    for (const one of waiting) expect(await (await one).text()).toBe('late')
    await expect.poll(() => forwarder.waiting()).toBe(0)
  })

  it('are told when the answer fails before its head, and cut when it fails after', async () => {
    const { url, faults } = await openForwarding((request) => {
      if (request.url.endsWith('/early')) throw new Error('early')
      let pieces = 0
      const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
        if (pieces++ > 0) throw new Error('late')
        controller.enqueue(Buffer.from('half'))
      }
      return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }))
    })
    expect((await fetch(`${url}/early`)).status).toBe(503)
    const late = await fetch(`${url}/late`)
    await expect(late.text()).rejects.toThrow()
    expect(faults.map(String)).toEqual(['Error: early', 'Error: late'])
  })

  it('stop being answered when whoever asked is gone', async () => {
    let aborted = (): void => undefined
    const seen = new Promise<void>((resolve) => (aborted = resolve))
    const { port, forwarder, faults } = await openForwarding(
      (request) =>
        new Promise(() => {
          request.signal.addEventListener('abort', aborted)
        }),
    )
    const asking = httpRequest({ port, host: '127.0.0.1' }).on('error', () => undefined)
    asking.end()
    await expect.poll(() => forwarder.waiting()).toBe(1)
    asking.destroy()
    await seen
    expect(forwarder.waiting()).toBe(0)
    expect(faults).toEqual([])
  })

  it('end as busy when the answer makes no progress, or the other side has gone', async () => {
    const never: Answer = () => new Promise(() => undefined)
    const slow = await openForwarding(never, { idleMs: 1 })
    expect((await fetch(slow.url)).status).toBe(503)
    const gone = await openForwarding(never)
    const asked = fetch(gone.url)
    await expect.poll(() => gone.forwarder.waiting()).toBe(1)
    gone.forwarder.giveUp()
    expect((await asked).status).toBe(503)
  })
})
