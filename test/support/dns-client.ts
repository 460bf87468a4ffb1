import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { type DnsMessage, TYPES, parseMessage, writeName, writeRecord } from './dns-message.ts'
import {
  type ClientKey,
  type SignOptions,
  answerVerifier,
  isErrorSigned,
  signMessage,
} from './dns-signature.ts'

export type { DnsMessage } from './dns-message.ts'
export type { ClientKey } from './dns-signature.ts'

/** Where a server of the DNS listens. */
export interface DnsServer {
  readonly host?: string
  readonly port: number
  /** Over TLS: the certificate to trust, and the name that it must have. */
  readonly tls?: { readonly ca: string | Buffer; readonly name?: string }
  /** Without any sign of life. */
  readonly timeoutMs?: number
}

export interface DnsQuestion {
  readonly name: string
  /** As text, or as a number for those without a name here. */
  readonly type: string | number
  readonly class?: number
  readonly id?: number
  readonly opcode?: number
  /** Of IXFR: what we have. `asUnbound` asks with an SOA that has nothing but the serial. */
  readonly serial?: number
  readonly asUnbound?: boolean
  readonly key?: ClientKey
  readonly sign?: SignOptions
  readonly edns?: { readonly udpBytes: number; readonly version?: number }
}

export interface Asked {
  readonly id: number
  readonly bytes: Buffer
  readonly mac: Buffer
}

let lastId = Math.floor(Math.random() * 0x10000)

/** A question for the wire. */
export function writeQuestion(question: DnsQuestion): Asked {
  const { name, type, opcode = 0, serial, edns, key } = question
  const id = question.id ?? (lastId = (lastId + 1) & 0xffff)
  const header = Buffer.alloc(12)
  header.writeUInt16BE(id, 0)
  header.writeUInt16BE(opcode << 11, 2)
  header.writeUInt16BE(1, 4)
  if (serial !== undefined) header.writeUInt16BE(1, 8)
  if (edns) header.writeUInt16BE(1, 10)
  const asked = Buffer.alloc(4)
  asked.writeUInt16BE(typeof type === 'number' ? type : TYPES[type]!, 0)
  asked.writeUInt16BE(question.class ?? 1, 2)
  const message = Buffer.concat([
    ...[header, writeName(name), asked],
    ...(serial === undefined ? [] : [writeSoa(name, serial, question.asUnbound ?? false)]),
    ...(edns ? [writeOpt(edns.udpBytes, edns.version ?? 0)] : []),
  ])
  if (!key) return { id, bytes: message, mac: Buffer.alloc(0) }
  return { id, ...signMessage(message, key, question.sign) }
}

/** An answer, and what its signature is worth: `verified` only if the question was signed by `key` and so is the answer. */
export interface DnsAnswer extends DnsMessage {
  readonly signature: 'none' | 'verified' | 'unsigned-error' | 'signed-error'
}

/** Asks over UDP, once, and checks id, question and signature of the answer. */
export async function query(server: DnsServer, question: DnsQuestion): Promise<DnsAnswer> {
  const asked = writeQuestion(question)
  return judge(parseMessage(await sendDatagram(server, asked.bytes)), question, asked)
}

/** The same over TCP, or TLS where the server says so. */
export async function queryStream(server: DnsServer, question: DnsQuestion): Promise<DnsAnswer> {
  const stream = await openStream(server)
  try {
    const asked = writeQuestion(question)
    stream.send(asked.bytes)
    return judge(parseMessage(await stream.nextFor(asked.id)), question, asked)
  } finally {
    stream.close()
  }
}

/** Sends any octets over UDP, and gives back the first answer; throws when there is none. */
export async function sendDatagram(server: DnsServer, bytes: Buffer): Promise<Buffer> {
  const { host = '127.0.0.1', port, timeoutMs = 5000 } = server
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  try {
    socket.connect(port, host)
    await once(socket, 'connect')
    socket.send(bytes)
    const signal = AbortSignal.timeout(timeoutMs)
    const [answer] = (await once(socket, 'message', { signal })) as [Buffer]
    return answer
  } finally {
    socket.close()
  }
}

export interface Increment {
  readonly from: number
  readonly to: number
  /** The SOA of `from` is the first. */
  readonly removed: readonly string[]
  /** The SOA of `to` is the first. */
  readonly added: readonly string[]
}

/** What a transfer gave: records as texts (`DnsRecord.text`), in the order in which they came. */
export type ZoneTransfer = {
  readonly serial: number
  readonly messages: number
  readonly bytes: number
} & (
  | { readonly style: 'current' }
  | { readonly style: 'whole'; readonly records: readonly string[] }
  | { readonly style: 'difference'; readonly increments: readonly Increment[] }
)

export interface TransferQuestion extends Omit<DnsQuestion, 'type' | 'opcode'> {
  readonly type: 'AXFR' | 'IXFR'
}

/** Thrown when the answer is a refusal. */
export class TransferRefused extends Error {
  override readonly name = 'TransferRefused'
  readonly answer: DnsAnswer

  constructor(answer: DnsAnswer) {
    super(`${answer.rcode}${answer.tsig ? ` ${answer.tsig.error}` : ''}`)
    this.answer = answer
  }
}

/**
 * Transfers a zone over TCP or TLS. Each message is checked: id, question, AA, rcode, and its signature if the question had one; and
 * the order of the records (RFC 5936 §2.2, RFC 1995 §4). Throws `TransferRefused` for an rcode, and an Error for anything wrong.
 */
export async function transfer(
  server: DnsServer,
  question: TransferQuestion,
): Promise<ZoneTransfer> {
  const stream = await openStream(server)
  try {
    return await transferOver(stream, question)
  } finally {
    stream.close()
  }
}

/** A transfer on a connection that may have others. */
export async function transferOver(
  stream: DnsStream,
  question: TransferQuestion,
): Promise<ZoneTransfer> {
  const asked = writeQuestion(question)
  stream.send(asked.bytes)
  const verify = question.key ? answerVerifier(question.key, asked.mac) : assertUnsigned
  const order = transferOrder(question.serial ?? null)
  let messages = 0
  let bytes = 0
  for (;;) {
    const message = parseMessage(await stream.nextFor(asked.id))
    if (message.rcode !== 'NOERROR') throw new TransferRefused(judge(message, question, asked))
    assertFits(message, asked)
    if (!message.isAuthoritative) throw new Error('a transfer without AA')
    if (message.answer.length === 0) throw new Error('a message without records')
    verify(message)
    messages++
    bytes += message.bytes.length + 2
    for (const record of message.answer) order.take(record.text, record.serial)
    const done = order.done(messages === 1 && message.answer.length === 1)
    if (done) return { ...done, messages, bytes }
  }
}

/** The records after a transfer, sorted. Throws if it removes what isn't there or adds what is. */
export function applyDifference(
  records: Iterable<string>,
  difference: ZoneTransfer,
): readonly string[] {
  if (difference.style === 'whole') return [...difference.records].sort()
  const zone = new Set(records)
  for (const { from, to, removed, added } of difference.style === 'difference'
    ? difference.increments
    : []) {
    for (const text of removed) {
      if (!zone.delete(text)) throw new Error(`${from} to ${to} removes what isn't there: ${text}`)
    }
    for (const text of added) {
      if (zone.has(text)) throw new Error(`${from} to ${to} adds what is there: ${text}`)
      zone.add(text)
    }
  }
  return [...zone].sort()
}

/** A connection on which questions and answers are sent as the test likes. */
export interface DnsStream {
  readonly socket: Socket
  /** With its length before it. */
  readonly send: (message: Buffer) => void
  /** Any octets, as they are. */
  readonly write: (bytes: Buffer) => void
  /** The message with its length, some octets at a time, each in a packet of its own. */
  readonly sendSlowly: (message: Buffer, octets: number, pauseMs: number) => Promise<void>
  /** The next message with that id; throws if the connection ends, or nothing comes for the time of the server. */
  readonly nextFor: (id: number) => Promise<Buffer>
  /** When the other side has closed, at the latest: all messages that nobody took. */
  readonly ended: () => Promise<readonly Buffer[]>
  /** Ends our side only. */
  readonly halfClose: () => void
  readonly close: () => void
}

/** Connects over TCP or TLS (ALPN `dot`, RFC 9103 §7.1). */
export async function openStream(server: DnsServer): Promise<DnsStream> {
  const { host = '127.0.0.1', port, tls, timeoutMs = 5000 } = server
  const socket = tls
    ? connectTls({
        ...{ host, port, ca: tls.ca, ALPNProtocols: ['dot'], minVersion: 'TLSv1.3' },
        servername: tls.name ?? 'localhost',
      })
    : connectTcp({ host, port, allowHalfOpen: true })
  socket.setNoDelay(true)
  const inbox: Buffer[] = []
  let waiting: Buffer = Buffer.alloc(0)
  let isOver = false
  let failure: Error | null = null
  socket.on('data', (bytes: Buffer) => {
    waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes])
    while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
      const length = waiting.readUInt16BE(0)
      inbox.push(Buffer.from(waiting.subarray(2, 2 + length)))
      waiting = waiting.subarray(2 + length)
    }
    socket.emit('news')
  })
  socket.on('error', (error: Error) => (failure = error))
  for (const event of ['end', 'close', 'error']) {
    socket.on(event, () => {
      isOver = true
      socket.emit('news')
    })
  }
  await once(socket, tls ? 'secureConnect' : 'connect')

  async function until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      const timer = new AbortController()
      const silence = sleep(timeoutMs, 'silence', { signal: timer.signal }).catch(
        () => 'news' as const,
      )
      // An error is news, too: the connection is over.
      const news = once(socket, 'news').then(
        () => 'news',
        () => 'news',
      )
      const what = await Promise.race([news, silence])
      timer.abort()
      if (what === 'silence') throw new Error(`nothing came for ${timeoutMs} ms`)
    }
  }

  function framed(message: Buffer): Buffer {
    return Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message])
  }

  return {
    socket,
    send: (message) => socket.write(framed(message)),
    write: (bytes) => socket.write(bytes),
    sendSlowly: async (message, octets, pauseMs) => {
      const bytes = framed(message)
      for (let at = 0; at < bytes.length; at += octets) {
        socket.write(bytes.subarray(at, at + octets))
        await sleep(pauseMs)
      }
    },
    nextFor: (id) =>
      until(() => {
        const index = inbox.findIndex((message) => message.readUInt16BE(0) === id)
        if (index >= 0) return inbox.splice(index, 1)[0]
        if (isOver) throw new Error('the connection ended', { cause: failure })
        return undefined
      }),
    ended: () => until(() => (isOver ? inbox : undefined)),
    halfClose: () => socket.end(),
    close: () => socket.destroy(),
  }
}

/** Follows the records of a transfer, and says when it is whole. */
function transferOrder(held: number | null): {
  readonly take: (text: string, serial: number | null) => void
  readonly done: (isLoneSoa: boolean) => TransferContent | null
} {
  const records: string[] = []
  const increments: { from: number; to: number; removed: string[]; added: string[] }[] = []
  let newest: number | null = null
  let style: 'whole' | 'difference' | null = null
  let into: string[] | null = null
  let isOver = false

  function start(serial: number): void {
    const removed: string[] = []
    increments.push({ from: serial, to: NaN, removed, added: [] })
    into = removed
  }

  function take(text: string, serial: number | null): void {
    if (isOver) throw new Error(`a record behind the last SOA: ${text}`)
    if (newest === null) {
      if (serial === null) throw new Error(`a transfer that begins with ${text}`)
      newest = serial
      records.push(text)
      return
    }
    style ??= held !== null && serial !== null && serial !== newest ? 'difference' : 'whole'
    if (style === 'difference') takeChange(text, serial)
    else if (serial === null) records.push(text)
    else if (text === records[0]) isOver = true
    else throw new Error(`another SOA at the end: ${text}`)
  }

  function takeChange(text: string, serial: number | null): void {
    const last = increments.at(-1)
    if (serial !== null && (last === undefined || into === last.added)) {
      if (last?.to === newest) {
        if (text !== records[0]) throw new Error(`another SOA at the end: ${text}`)
        isOver = true
        return
      }
      if (serial !== (last?.to ?? held)) throw new Error(`a gap before ${serial}`)
      start(serial)
    } else if (serial !== null && last) {
      last.to = serial
      into = last.added
    }
    into?.push(text)
  }

  return {
    take,
    done: (isLoneSoa) => {
      if (newest === null) return null
      if (isOver) {
        return style === 'difference'
          ? { style, serial: newest, increments }
          : { style: 'whole', serial: newest, records }
      }
      // RFC 1995 §2: the asker is up to date, or ahead (RFC 1982).
      const isCurrent = held !== null && isLoneSoa && ((newest - held) | 0) <= 0
      return isCurrent ? { style: 'current', serial: newest } : null
    },
  }
}

type TransferContent =
  | { readonly style: 'current'; readonly serial: number }
  | { readonly style: 'whole'; readonly serial: number; readonly records: readonly string[] }
  | {
      readonly style: 'difference'
      readonly serial: number
      readonly increments: readonly Increment[]
    }

function judge(
  message: DnsMessage,
  { key }: DnsQuestion | TransferQuestion,
  asked: Asked,
): DnsAnswer {
  assertFits(message, asked)
  if (message.tsig === null) {
    if (key && message.rcode === 'NOERROR') throw new Error('an unsigned answer')
    return { ...message, signature: 'none' }
  }
  if (!key) throw new Error('a signed answer to an unsigned question')
  if (message.tsig.mac.length === 0) return { ...message, signature: 'unsigned-error' }
  if (message.tsig.error !== 'NOERROR') {
    if (!isErrorSigned(message, key, asked.mac)) throw new Error('a wrong MAC of an error')
    return { ...message, signature: 'signed-error' }
  }
  answerVerifier(key, asked.mac)(message)
  return { ...message, signature: 'verified' }
}

/** Whether it answers the question: its id, and the question octet for octet. */
function assertFits(message: DnsMessage, asked: Asked): void {
  if (!message.isAnswer) throw new Error('a question for an answer')
  if (message.id !== asked.id) throw new Error(`an answer to ${message.id}, not ${asked.id}`)
  const { questionWire } = message
  const sent = asked.bytes.subarray(12, 12 + questionWire.length)
  // A server that could not read the question need not repeat it.
  const mayLack = message.rcode === 'FORMERR' || message.rcode === 'NOTIMP'
  if (mayLack && questionWire.length === 0) return
  if (questionWire.length === 0 || !sent.equals(questionWire)) throw new Error('another question')
}

function assertUnsigned(message: DnsMessage): void {
  if (message.tsig !== null) throw new Error('a signed answer to an unsigned question')
}

function writeSoa(zone: string, serial: number, asUnbound: boolean): Buffer {
  const numbers = Buffer.alloc(20)
  numbers.writeUInt32BE(serial, 0)
  if (!asUnbound) [3600, 600, 604_800, 60].forEach((n, i) => numbers.writeUInt32BE(n, 4 + 4 * i))
  const name = writeName(asUnbound ? '.' : 'localhost.')
  return writeRecord(zone, TYPES['SOA']!, { data: Buffer.concat([name, name, numbers]) })
}

function writeOpt(udpBytes: number, version: number): Buffer {
  return writeRecord('.', TYPES['OPT']!, {
    ...{ of: udpBytes, ttl: version * 0x1_0000 },
    data: Buffer.alloc(0),
  })
}
