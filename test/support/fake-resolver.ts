import { createSocket, type Socket } from 'node:dgram'
import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'

/** How a message of a resolver is to look; what is left out is that of an honest answer. */
export interface Reply {
  readonly id?: number
  /** QR, RD, RA. */
  readonly flags?: number
  readonly rcode?: number
  /** In place of the question that was asked. */
  readonly question?: Buffer
  readonly answer?: readonly Buffer[]
  readonly authority?: readonly Buffer[]
  readonly additional?: readonly Buffer[]
  /** Left out at the end. */
  readonly cutBytes?: number
}

export const FLAGS = { honest: 0x8180, authoritative: 0x0400, truncated: 0x0200 } as const

/** A message of the DNS, made by hand. */
export function replyTo(query: Buffer, reply: Reply): Buffer {
  const { answer = [], authority = [], additional = [], rcode = 0 } = reply
  const head = Buffer.alloc(12)
  head.writeUInt16BE(reply.id ?? query.readUInt16BE(0), 0)
  head.writeUInt16BE((reply.flags ?? FLAGS.honest) | rcode, 2)
  head.writeUInt16BE(1, 4)
  for (const [i, records] of [answer, authority, additional].entries()) {
    head.writeUInt16BE(records.length, 6 + 2 * i)
  }
  const question = reply.question ?? questionOf(query)
  const whole = Buffer.concat([head, question, ...answer, ...authority, ...additional])
  return whole.subarray(0, whole.length - (reply.cutBytes ?? 0))
}

export function questionOf(query: Buffer): Buffer {
  let end = 12
  while (query[end] !== 0) end += 1 + query[end]!
  return query.subarray(12, end + 5)
}

export function wireName(text: string): Buffer {
  const labels = text === '' ? [] : text.split('.')
  const parts = labels.map((label) =>
    Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]),
  )
  return Buffer.concat([...parts, Buffer.from([0])])
}

export function record(owner: string, type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(10)
  head.writeUInt16BE(type, 0)
  head.writeUInt16BE(1, 2)
  head.writeUInt32BE(60, 4)
  head.writeUInt16BE(data.length, 8)
  return Buffer.concat([wireName(owner), head, data])
}

export const soa = (owner: string): Buffer =>
  record(owner, 6, Buffer.concat([wireName('ns.test'), wireName('who.test'), Buffer.alloc(20)]))
export const cname = (owner: string, to: string): Buffer => record(owner, 5, wireName(to))

/** EDNS with an extended error (RFC 8914). */
export function extendedError(code: number): Buffer {
  const opt = Buffer.alloc(17)
  opt.writeUInt16BE(41, 1)
  opt.writeUInt16BE(1232, 3)
  opt.writeUInt16BE(6, 9)
  opt.writeUInt16BE(15, 11)
  opt.writeUInt16BE(2, 13)
  opt.writeUInt16BE(code, 15)
  return opt
}

/** A resolver on loopback that says what it is told to, and counts what it is asked. */
export interface FakeResolver {
  readonly port: number
  /** Each question as `TYPE name`, over TCP with `tcp ` before it. */
  readonly asked: string[]
  readonly close: () => Promise<void>
}

/** What is sent for a question: messages, each from the resolver's port or from another one. */
export type Behaviour = (
  query: Buffer,
  asked: { readonly name: string; readonly type: number; readonly overTcp: boolean },
) => readonly (Reply | { readonly spoofed: Reply })[]

export async function openFakeResolver(behave: Behaviour): Promise<FakeResolver> {
  const asked: string[] = []
  const { server, udp, port } = await bindBoth()
  const other = createSocket('udp4')
  await new Promise<void>((resolve) => other.bind(0, '127.0.0.1', resolve))
  const told = (query: Buffer, overTcp: boolean) => {
    const question = questionOf(query)
    const name = textOf(question)
    const type = question.readUInt16BE(question.length - 4)
    asked.push(`${overTcp ? 'tcp ' : ''}${type} ${name}`)
    return behave(query, { name, type, overTcp })
  }
  udp.on('message', (query, from) => {
    for (const reply of told(query, false)) {
      const [socket, what] = 'spoofed' in reply ? [other, reply.spoofed] : [udp, reply]
      socket.send(replyTo(query, what), from.port, from.address)
    }
  })
  server.on('connection', (socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (frame) => {
      const query = frame.subarray(2)
      for (const reply of told(query, true)) {
        const message = replyTo(query, 'spoofed' in reply ? reply.spoofed : reply)
        const length = Buffer.alloc(2)
        length.writeUInt16BE(message.length)
        socket.write(Buffer.concat([length, message]))
      }
    })
  })
  return {
    port,
    asked,
    close: async () => {
      await Promise.all([udp, other].map((one) => new Promise<void>((end) => one.close(end))))
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function bindBoth(): Promise<{ server: Server; udp: Socket; port: number }> {
  for (;;) {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const udp = createSocket('udp4')
    const isBound = await new Promise<boolean>((resolve) => {
      udp.once('error', () => resolve(false))
      udp.bind(port, '127.0.0.1', () => resolve(true))
    })
    if (isBound) return { server, udp, port }
    await new Promise((resolve) => server.close(resolve))
  }
}

function textOf(question: Buffer): string {
  const labels: string[] = []
  for (let at = 0; question[at] !== 0; at += 1 + question[at]!) {
    labels.push(question.subarray(at + 1, at + 1 + question[at]!).toString('latin1'))
  }
  return labels.join('.')
}
