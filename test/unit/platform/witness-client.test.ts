import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import {
  MAX_ANSWER_BYTES,
  openWitnessClient,
  type WitnessClient,
} from '../../../src/platform/witness-client.ts'

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function open(): WitnessClient {
  const client = openWitnessClient({ userAgent: 'test/1', connectTimeoutMs: 1000 })
  onTestFinished(client.close)
  return client
}

const BODY = 'old 0\n\nlog.example\n…\n'

test.each(['', '/', '/witness', '/witness/'])(
  'posts to add-checkpoint below %j',
  async (prefix) => {
    const seen: unknown[] = []
    const url = await serve((request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece))
      request.on('end', () => {
        const { method, url, headers } = request
        seen.push([method, url, headers['user-agent'], Buffer.concat(pieces).toString()])
        response.writeHead(409).end('7\n')
      })
    })
    const { status, body } = await open().ask({ url: url + prefix, body: BODY, timeoutMs: 2000 })
    expect([status, Buffer.from(body).toString()]).toEqual([409, '7\n'])
    const path = `${prefix.replace(/\/$/, '')}/add-checkpoint`
    expect(seen).toEqual([['POST', path, 'test/1', BODY]])
  },
)

test('one connection is used again', async () => {
  const ports = new Set<number | undefined>()
  const url = await serve((request, response) => {
    ports.add(request.socket.remotePort)
    request.resume().on('end', () => response.end('x'))
  })
  const client = open()
  for (let i = 0; i < 3; i++) await client.ask({ url, body: BODY, timeoutMs: 2000 })
  expect(ports.size).toBe(1)
})

test('an answer of the most bytes is taken', async () => {
  const url = await serve((_, response) => void response.end('x'.repeat(MAX_ANSWER_BYTES)))
  const { body } = await open().ask({ url, body: BODY, timeoutMs: 2000 })
  expect(body).toHaveLength(MAX_ANSWER_BYTES)
})

test.each<[string, string, RequestListener]>([
  [
    ...(['one byte more', 'fetch/too-large'] as const),
    (_, response) => void response.end('x'.repeat(MAX_ANSWER_BYTES + 1)),
  ],
  [
    ...(['a redirect', 'fetch/redirect'] as const),
    (_, response) => void response.writeHead(307, { location: '/elsewhere' }).end(),
  ],
  ['silence', 'fetch/timeout', () => undefined],
  [
    ...(['an answer that never ends', 'fetch/timeout'] as const),
    (_, response) => void response.writeHead(200).write('— '),
  ],
  [
    ...(['an answer that breaks off', 'fetch/truncated'] as const),
    (_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('— ', () => response.destroy())
    },
  ],
  ['no answer', 'fetch/unreachable', (request) => request.socket.destroy()],
  ['no HTTP', 'fetch/unreachable', (request) => void request.socket.end('hello\r\n')],
])('%s is %s', async (_, code, listener) => {
  const url = await serve(listener)
  const asked = open().ask({ url, body: BODY, timeoutMs: 400 })
  await expect(asked).rejects.toThrow(expect.objectContaining({ code }))
})

test.each([
  '',
  'witness.example',
  'ftp://witness.example',
  'http://127.0.0.1:1/',
  'https://x/?a=b',
])('%j is no place to ask at', async (url) => {
  const asked = open().ask({ url, body: BODY, timeoutMs: 2000 })
  await expect(asked).rejects.toThrow(expect.objectContaining({ code: 'fetch/unreachable' }))
})

test('is stopped by its signal', async () => {
  const url = await serve(() => undefined)
  const stop = new AbortController()
  const asked = open().ask({ url, body: BODY, timeoutMs: 5000, signal: stop.signal })
  stop.abort()
  await expect(asked).rejects.toThrow(expect.objectContaining({ code: 'fetch/stopped' }))
})
