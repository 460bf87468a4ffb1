import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import type { Refused } from '../../../src/dns/dns-events.ts'
import { serveDatagrams } from '../../../src/dns/serve-datagrams.ts'
import { query, sendDatagram, writeQuestion } from '../../support/dns-client.ts'
import { fakeSource, fakeZone } from '../../support/fake-zones.ts'

const SOA = { name: 'rpz.test.', type: 'SOA' } as const

async function serve() {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  let isClosed = false
  const close = (): void => {
    if (!isClosed) socket.close()
    isClosed = true
  }
  onTestFinished(close)
  const asked: string[] = []
  const refused: Refused[] = []
  const events = {
    onAsked: ({ zone }: { readonly zone: string }) => void asked.push(zone),
    onRefused: (one: Refused) => void refused.push(one),
    onTransferBegun: () => undefined,
    onTransferEnded: () => undefined,
  }
  const deps = { source: fakeSource([fakeZone()]), events, seconds: () => 1_800_000_000 }
  serveDatagrams(deps, socket, { questionBytes: 200 })
  return { socket, asked, refused, port: socket.address().port, close }
}

test('ignores a datagram from port 0, to which none can be sent', async () => {
  const { socket, asked, port } = await serve()
  const { bytes } = writeQuestion(SOA)
  const from = { address: '127.0.0.1', port: 0, family: 'IPv4', size: bytes.length }
  expect(() => socket.emit('message', bytes, from)).not.toThrow()
  expect(asked).toEqual([])
  expect(await query({ port }, SOA)).toMatchObject({ rcode: 'NOERROR' })
})

test('throws nothing when the answer cannot be sent', async () => {
  const { socket, refused, close } = await serve()
  const { bytes } = writeQuestion(SOA)
  const from = { address: '127.0.0.1', port: 9, family: 'IPv4', size: bytes.length }
  close()
  expect(() => socket.emit('message', bytes, from)).not.toThrow()
  expect(refused).toMatchObject([{ reason: 'fault' }])
})

test('does not look at a datagram longer than any question, by one octet', async () => {
  const { asked, refused, port } = await serve()
  const longest = padded(200)
  expect(longest).toHaveLength(200)
  await sendDatagram({ port }, longest)
  expect(asked).toHaveLength(1)
  await expect(sendDatagram({ port, timeoutMs: 100 }, padded(201))).rejects.toThrow()
  expect(asked).toHaveLength(1)
  expect(refused).toMatchObject([{ reason: 'question-size', transport: 'udp' }])
})

/** A question of that many octets: the rest is padding (RFC 7830). */
function padded(length: number): Buffer {
  const { bytes } = writeQuestion({ ...SOA, edns: { udpBytes: 1232 } })
  const padding = Buffer.alloc(length - bytes.length)
  padding.writeUInt16BE(12, 0)
  padding.writeUInt16BE(padding.length - 4, 2)
  bytes.writeUInt16BE(padding.length, bytes.length - 2)
  return Buffer.concat([bytes, padding])
}
