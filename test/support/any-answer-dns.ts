import { randomInt } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { createServer } from 'node:net'

const HEADER = 12
const TYPE_A = 1

/** A DNS server on loopback for which every name has one address: what a resolver under test forwards to. */
export interface AnyAnswerDns {
  readonly port: number
  readonly close: () => Promise<void>
}

export async function openAnyAnswerDns(address: string): Promise<AnyAnswerDns> {
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    socket.send(answer(query, address), from.port, from.address)
  })
  const port = await bind(socket)
  return { port, close: () => new Promise((resolve) => socket.close(() => resolve())) }
}

/**
 * A port of loopback that was free for UDP and TCP a moment ago. It lies below those that the kernel gives to outgoing connections, so
 * that no connection takes it before the program for which it is meant.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT)
    if ((await isFreeForUdp(port)) && (await isFreeForTcp(port))) return port
  }
}

const [FIRST_PORT, LAST_PORT] = [12_000, 32_000]

function isFreeForUdp(port: number): Promise<boolean> {
  const socket = createSocket('udp4')
  return new Promise((resolve) => {
    socket.once('error', () => resolve(false))
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)))
  })
}

function isFreeForTcp(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

function bind(socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(0, '127.0.0.1', () => resolve(socket.address().port))
  })
}

/** RFC 1035 §4.1: the header with QR, RD and RA, the question as it came, and for type A one record that points to it. */
function answer(query: Buffer, address: string): Buffer {
  let end = HEADER
  while (query[end] !== 0) end += 1 + query[end]!
  end += 5
  const isA = query.readUInt16BE(end - 4) === TYPE_A
  const head = Buffer.from(query.subarray(0, end))
  head.writeUInt16BE(0x8180, 2)
  head.writeUInt16BE(isA ? 1 : 0, 6)
  head.fill(0, 8, HEADER)
  const record = Buffer.from([
    0xc0,
    HEADER,
    0,
    1,
    0,
    1,
    0,
    0,
    0,
    60,
    0,
    4,
    ...address.split('.').map(Number),
  ])
  return isA ? Buffer.concat([head, record]) : head
}
