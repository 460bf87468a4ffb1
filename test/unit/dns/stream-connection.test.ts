import { type Socket, connect, createServer } from 'node:net'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { ConnectionGate } from '../../../src/dns/connection-gate.ts'
import { DNS_LIMITS, type DnsLimits } from '../../../src/dns/limits.ts'
import { StreamConnection, type StreamDeps } from '../../../src/dns/stream-connection.ts'
import { until } from '../../support/dns-host.ts'

/** More than any socket's buffers take. */
const LARGE = Buffer.alloc(32 * 1024 * 1024)

/** A connection whose questions are answered as the test likes. */
async function open(answer: StreamDeps['answer'], limits: Partial<DnsLimits> = {}) {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as { readonly port: number }
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const [socket] = (await once(server, 'connection')) as [Socket]
  onTestFinished(() => void [client, socket].map((one) => one.destroy()))
  const refused: string[] = []
  const events = {
    onAsked: () => undefined,
    onRefused: ({ reason }: { readonly reason: string }) => void refused.push(reason),
    onTransferBegun: () => undefined,
    onTransferEnded: () => undefined,
  }
  const all = { ...DNS_LIMITS, ...limits }
  const gate = new ConnectionGate(all)
  const guest = { address: '127.0.0.1', dismiss: () => socket.destroy() }
  gate.enter(guest)
  const from = { address: '127.0.0.1', transport: 'tcp' } as const
  const connection = new StreamConnection(
    { events, gate, limits: all, answer },
    { guest, socket, from },
  )
  return { client, socket, connection, gate, refused }
}

function frame(bytes: number): Buffer {
  const framed = Buffer.alloc(2 + bytes)
  framed.writeUInt16BE(bytes, 0)
  return framed
}

test('reads no more octets ahead than may be, however few questions they are', async () => {
  let letGo = (): void => undefined
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  let answered = 0
  const { client, socket } = await open(
    () =>
      gate.then(() => {
        answered++
      }),
    {
      outstandingBytes: 3000,
    },
  )
  // The first is being answered and does not wait.
  client.write(Buffer.concat([frame(1000), frame(1000), frame(995)]))
  await until(() => socket.bytesRead === 3001)
  expect(socket.isPaused()).toBe(false)
  client.write(frame(999))
  await until(() => socket.isPaused())
  client.write(Buffer.concat([frame(10), frame(4096)]))
  letGo()
  await until(() => answered === 6)
  expect(socket.isPaused()).toBe(false)
})

test('waits for the reader of one message less long than for that of a transfer', async () => {
  const limits = { answerStallMs: 60, stallMs: 60_000 }
  const { client, refused } = await open(async (one) => {
    await one.writeAnswer(LARGE)
  }, limits)
  client.pause()
  client.write(frame(20))
  await until(() => refused.length > 0)
  expect(refused).toEqual(['stalled'])
})

test('waits as for a transfer where one that has not arrived lies before the message', async () => {
  const limits = { answerStallMs: 20, stallMs: 60_000 }
  let isWriting = false
  const { client, refused } = await open(async (one) => {
    one.settleLater(() => undefined)
    isWriting = true
    await one.writeAnswer(LARGE)
  }, limits)
  client.pause()
  client.write(frame(20))
  await until(() => isWriting)
  await new Promise((resolve) => setTimeout(resolve, 120))
  expect(refused).toEqual([])
})

test('has no place for good while it is answered, but while it keeps it', async () => {
  const { client, connection, gate, socket } = await open(() => new Promise(() => undefined), {
    connections: 1,
  })
  const newcomer = { address: '192.0.2.1', dismiss: () => undefined }
  client.write(frame(20))
  await until(() => socket.bytesRead > 0)
  connection.keepPlace(true)
  expect(gate.enter(newcomer)).toBe('connections')
  connection.keepPlace(false)
  connection.settleLater(() => undefined)
  connection.keepPlace(false)
  expect(gate.enter(newcomer)).toBe('connections')
  // Nothing that comes now lay unread.
  await new Promise((resolve) => setTimeout(resolve, 20))
  client.write(Buffer.from([0]))
  await until(() => socket.bytesRead > 22)
  connection.keepPlace(false)
  expect(gate.enter(newcomer)).toBeNull()
  expect(socket.destroyed).toBe(true)
})
