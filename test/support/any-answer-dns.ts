import { createSocket, type Socket } from 'node:dgram'

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

/** A UDP port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  const port = await bind(socket)
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
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
