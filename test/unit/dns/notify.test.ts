import { type Socket, createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Notifier, type NotifierOptions, openNotifier } from '../../../src/dns/notifier.ts'
import type { Notification, NotifyOutcome } from '../../../src/dns/notify.ts'
import { signAnswer } from '../../../src/dns/tsig-sign.ts'
import { verifyTsig } from '../../../src/dns/tsig-verify.ts'
import { type Message, decodeMessage } from '../../../src/dns/wire/message.ts'
import { until } from '../../support/dns-host.ts'
import { type DnsMessage, parseMessage } from '../../support/dns-message.ts'
import { fakeKey, fakeZone } from '../../support/fake-zones.ts'

const key = fakeKey()

/** What a secondary does with the octets of a NOTIFY; null: nothing. */
type Answering = (message: DnsMessage) => Buffer | null

interface Secondary {
  readonly port: number
  readonly got: DnsMessage[]
  readonly socket: Socket
}

async function secondary(answer: Answering, address = '127.0.0.1'): Promise<Secondary> {
  const socket = createSocket('udp4').bind(0, address)
  await once(socket, 'listening')
  onTestFinished(() => void socket.close())
  const got: DnsMessage[] = []
  socket.on('message', (bytes, from) => {
    const message = parseMessage(bytes)
    got.push(message)
    const reply = answer(message)
    if (reply) socket.send(reply, from.port, from.address)
  })
  return { port: socket.address().port, got, socket }
}

/** The NOTIFY as its own answer, with an rcode. */
function accept({ bytes, tsig }: DnsMessage, rcode = 0): Buffer {
  const answer = Buffer.from(bytes.subarray(0, tsig?.offset ?? bytes.length))
  answer[2]! |= 0x80
  answer[3] = rcode
  if (tsig) answer.writeUInt16BE(0, 10)
  return answer
}

/** The same with a signature, as far as the NOTIFY had one by our key. */
function acceptSigned(message: DnsMessage): Buffer {
  const { bytes } = message
  const decoded = decodeMessage(bytes) as Message
  const now = Math.floor(Date.now() / 1000)
  const verdict = verifyTsig(() => key, bytes, decoded, now)
  return Buffer.from(signAnswer(verdict, accept(message), now).bytes)
}

const silent: Answering = () => null

function host(options: NotifierOptions = {}) {
  const told: { serial: number; outcome: NotifyOutcome }[] = []
  let id = 100
  const notifier = openNotifier(
    {
      now: () => new Date(),
      randomId: () => id++,
      onOutcome: ({ serial }, outcome) => void told.push({ serial, outcome }),
    },
    { waitsMs: [5_000], ...options },
  )
  onTestFinished(() => notifier.stop())
  return { notifier, told }
}

function tell(notifier: Notifier, port: number, change: Partial<Notification> = {}): void {
  const { serial = 7, target = { address: '127.0.0.1', port } } = change
  const zone = { zone: 'rpz.test', soa: fakeZone({ serial }).soa, keys: [] }
  notifier.notify({ ...zone, ...change, serial, target })
}

describe('a notification', () => {
  test('is a NOTIFY with the new SOA, and ends with the answer', async () => {
    const { port, got } = await secondary(accept)
    const { notifier, told } = host()
    tell(notifier, port)
    await until(() => told.length > 0)
    expect(told).toEqual([{ serial: 7, outcome: { outcome: 'answered', rcode: 0, tries: 1 } }])
    expect(got).toMatchObject([
      { opcode: 4, isAnswer: false, isAuthoritative: true, rcode: 'NOERROR', tsig: null },
    ])
    expect(got[0]!.question).toMatchObject({ name: 'rpz.test.', type: 'SOA' })
    expect(got[0]!.answer.map(({ serial }) => serial)).toEqual([7])
  })

  test('is signed where there is a key, and so must be its answer', async () => {
    const { port, got } = await secondary(acceptSigned)
    const { notifier, told } = host({ waitsMs: [200] })
    tell(notifier, port, { keys: [key] })
    await until(() => told.length > 0)
    expect(got[0]!.tsig).toMatchObject({ keyName: 'key.test.' })
    expect(told).toMatchObject([{ outcome: { outcome: 'answered', rcode: 0 } }])
  })

  test('is not answered by an answer without a signature, where there is a key', async () => {
    const { port, got } = await secondary((message) => accept(message, 9))
    const { notifier, told } = host({ waitsMs: [20, 20] })
    tell(notifier, port, { keys: [key] })
    await until(() => told.length > 0)
    expect(told).toEqual([{ serial: 7, outcome: { outcome: 'unverified', rcode: 9, tries: 2 } }])
    expect(got).toHaveLength(2)
  })

  test('is signed by the next key at the next try, for one that does not know the first', async () => {
    const other = fakeKey('other.test')
    // BADKEY, which nobody can sign.
    const { port, got } = await secondary((message) =>
      message.tsig?.keyName === 'key.test.' ? acceptSigned(message) : accept(message, 9),
    )
    const { notifier, told } = host({ waitsMs: [20, 20, 5_000] })
    tell(notifier, port, { keys: [other, fakeKey('third.test'), key] })
    await until(() => told.length > 0)
    expect(told).toEqual([{ serial: 7, outcome: { outcome: 'answered', rcode: 0, tries: 3 } }])
    expect(got.map(({ tsig }) => tsig?.keyName)).toEqual([
      'other.test.',
      'third.test.',
      'key.test.',
    ])
  })

  test('is signed by the first key again after the last', async () => {
    const { port, got } = await secondary(silent)
    const { notifier, told } = host({ waitsMs: [5, 5, 5] })
    tell(notifier, port, { keys: [key, fakeKey('other.test')] })
    await until(() => told.length > 0)
    expect(got.map(({ tsig }) => tsig?.keyName)).toEqual(['key.test.', 'other.test.', 'key.test.'])
  })

  test('is sent as soon as there is an address to send from', async () => {
    const { port, got } = await secondary(accept)
    const from = ['192.0.2.1']
    const { notifier, told } = host({ from, waitsMs: [50, 50, 5_000] })
    tell(notifier, port, { zone: 'rpz.test' })
    await new Promise((resolve) => setTimeout(resolve, 20))
    from[0] = '127.0.0.1'
    await until(() => told.length > 0)
    expect(told).toMatchObject([{ outcome: { outcome: 'answered' } }])
    expect(told[0]!.outcome.tries).toBeGreaterThan(1)
    expect(got).toHaveLength(1)
  })

  test('that is refused is answered, too', async () => {
    const { port } = await secondary((message) => accept(message, 5))
    const { notifier, told } = host()
    tell(notifier, port)
    await until(() => told.length > 0)
    expect(told).toMatchObject([{ outcome: { outcome: 'answered', rcode: 5, tries: 1 } }])
  })

  test('is told again until it is answered, and then no more', async () => {
    let count = 0
    const { port, got } = await secondary((message) => (++count === 3 ? accept(message) : null))
    const { notifier, told } = host({ waitsMs: [10, 10, 5_000, 10] })
    tell(notifier, port)
    await until(() => told.length > 0)
    expect(told).toMatchObject([{ outcome: { outcome: 'answered', tries: 3 } }])
    expect(new Set(got.map(({ id }) => id)).size).toBe(1)
  })

  test('is given up after all tries', async () => {
    const { port, got } = await secondary(silent)
    const { notifier, told } = host({ waitsMs: [5, 5, 5] })
    tell(notifier, port)
    await until(() => told.length > 0)
    expect(told).toEqual([{ serial: 7, outcome: { outcome: 'timeout', rcode: null, tries: 3 } }])
    expect(got).toHaveLength(3)
  })

  test.each<[string, (message: DnsMessage) => Buffer]>([
    ['another id', (message) => mutate(accept(message), (bytes) => bytes[1]!++)],
    ['another opcode', (message) => mutate(accept(message), (bytes) => (bytes[2] = 0x80))],
    ['no answer', (message) => mutate(accept(message), (bytes) => (bytes[2]! &= 0x7f))],
    ['another zone', (message) => mutate(accept(message), (bytes) => bytes[13]!++)],
    ['garbage', ({ bytes }) => bytes.subarray(0, 5)],
  ])('is not answered by %s', async (_, answer) => {
    const { port } = await secondary(answer)
    const { notifier, told } = host({ waitsMs: [50] })
    tell(notifier, port)
    await until(() => told.length > 0)
    expect(told).toMatchObject([{ outcome: { outcome: 'timeout' } }])
  })

  test('is not answered from another port or address', async () => {
    const elsewhere = createSocket('udp4').bind(0, '127.0.0.2')
    await once(elsewhere, 'listening')
    onTestFinished(() => void elsewhere.close())
    const { port, socket } = await secondary(silent)
    socket.on('message', (bytes, from) => {
      elsewhere.send(accept(parseMessage(bytes)), from.port, from.address)
    })
    const { notifier, told } = host({ waitsMs: [50] })
    tell(notifier, port)
    await until(() => told.length > 0)
    expect(told).toMatchObject([{ outcome: { outcome: 'timeout' } }])
  })

  test('comes from the address that was named', async () => {
    const from: string[] = []
    const { port, socket } = await secondary(accept)
    socket.on('message', (_, { address }) => from.push(address))
    const { notifier, told } = host({ from: ['127.0.0.3', '::1'] })
    tell(notifier, port)
    await until(() => told.length > 0)
    expect(from).toEqual(['127.0.0.3'])
  })
})

describe('notifications that follow each other', () => {
  test('are told as one, the newest, when the interval is over', async () => {
    const { port, got } = await secondary(accept)
    const { notifier, told } = host({ intervalMs: 60 })
    for (const serial of [7, 8, 9]) tell(notifier, port, { serial })
    await until(() => told.length === 2)
    expect(told.map(({ serial }) => serial)).toEqual([7, 9])
    expect(got.map(({ answer }) => answer[0]!.serial)).toEqual([7, 9])
    await until(() => notifier.pending() === 0)
  })

  test('that are told again do not take the place of a newer one', async () => {
    const { port } = await secondary(accept)
    const { notifier, told } = host({ intervalMs: 40 })
    for (const serial of [6, 0xffff_ffff, 3, 0xffff_fffe, 2]) tell(notifier, port, { serial })
    await until(() => told.length === 2)
    expect(told.map(({ serial }) => serial)).toEqual([6, 3])
  })

  test('supersede the one that is not answered', async () => {
    const { port } = await secondary((message) =>
      message.answer[0]!.serial === 8 ? accept(message) : null,
    )
    const { notifier, told } = host({ intervalMs: 20 })
    tell(notifier, port, { serial: 7 })
    tell(notifier, port, { serial: 8 })
    await until(() => told.length === 2)
    expect(told).toMatchObject([
      { serial: 7, outcome: { outcome: 'superseded', tries: 1 } },
      { serial: 8, outcome: { outcome: 'answered', tries: 1 } },
    ])
  })

  test('of other zones or to other targets do not wait', async () => {
    const [one, two] = [await secondary(accept), await secondary(accept)]
    const { notifier, told } = host({ intervalMs: 60_000 })
    tell(notifier, one.port)
    tell(notifier, one.port, { zone: 'other.test' })
    tell(notifier, two.port)
    await until(() => told.length === 3)
    expect(one.got.map(({ question }) => question?.name)).toEqual(['rpz.test.', 'other.test.'])
  })

  test('end when it stops', async () => {
    const { port } = await secondary(silent)
    const { notifier, told } = host({ waitsMs: [60_000], intervalMs: 60_000 })
    tell(notifier, port, { serial: 7 })
    tell(notifier, port, { serial: 8 })
    await notifier.stop()
    expect(told).toMatchObject([{ serial: 7, outcome: { outcome: 'superseded' } }])
    expect(notifier.pending()).toBe(0)
    tell(notifier, port, { serial: 9 })
    expect(notifier.pending()).toBe(0)
  })
})

function mutate(bytes: Buffer, change: (bytes: Buffer) => unknown): Buffer {
  change(bytes)
  return bytes
}
