import { once } from 'node:events'
import { type AddressInfo, type Server, createServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import {
  type TransferQuestion,
  type ZoneTransfer,
  applyDifference,
  transfer,
} from '../../support/dns-client.ts'
import { writeName, writeRecord } from '../../support/dns-message.ts'

/*
 * The client of the tests is what everything about transfers is judged by. So it is judged here: by a server that says what each test
 * tells it to, right or wrong.
 */

let server: Server | null = null

afterEach(() => server?.close())

const AXFR: TransferQuestion = { name: 'rpz.example', type: 'AXFR' }
const IXFR: TransferQuestion = { ...AXFR, type: 'IXFR', serial: 7 }

/** Letters for records: numbers are SOAs. */
const A = 'a'
const B = 'b'

describe('a transfer', () => {
  test.each([
    ['a whole zone', AXFR, [[9, A, B, 9]], 'whole 9: 9 a b'],
    ['a whole zone in several messages', AXFR, [[9], [A], [B, 9]], 'whole 9: 9 a b'],
    ['a whole zone for IXFR', IXFR, [[9, A, B, 9]], 'whole 9: 9 a b'],
    ['a whole zone with nothing in it', AXFR, [[9, 9]], 'whole 9: 9'],
    ['a whole zone with nothing in it for IXFR', IXFR, [[9, 9]], 'whole 9: 9'],
    ['a lone SOA that is ours', IXFR, [[7]], 'current 7'],
    ['a lone SOA before ours', IXFR, [[6]], 'current 6'],
    [
      'a lone SOA before ours, across the end',
      { ...IXFR, serial: 2 },
      [[4_294_967_295]],
      'current 4294967295',
    ],
    ['a difference', IXFR, [[9, 7, A, 9, B, 9]], 'difference 9: 7-9 -7 -a +9 +b'],
    ['a difference that only adds', IXFR, [[9, 7, 9, B, 9]], 'difference 9: 7-9 -7 +9 +b'],
    ['a difference of nothing', IXFR, [[9, 7, 9, 9]], 'difference 9: 7-9 -7 +9'],
    [
      'two differences',
      IXFR,
      [
        [9, 7, A, 8, B],
        [8, B, 9, A, 9],
      ],
      'difference 9: 7-8 -7 -a +8 +b 8-9 -8 -b +9 +a',
    ],
  ] as const)('of %s is understood', async (_, question, messages, expected) => {
    expect(summary(await transfer(await serve(messages), question))).toBe(expected)
  })

  test.each([
    ['that begins with no SOA', AXFR, [[A, 9]], 'begins with'],
    ['that goes on behind its end', AXFR, [[9, A, 9, B]], 'behind the last SOA'],
    ['that ends with another serial', AXFR, [[9, A, 8]], 'another SOA at the end'],
    ['that ends before its end', AXFR, [[9, A]], 'nothing came'],
    ['of a lone SOA that is newer', IXFR, [[9]], 'nothing came'],
    ['from another serial than ours', IXFR, [[9, 6, A, 9, B, 9]], 'a gap before 6'],
    ['with a gap', IXFR, [[9, 7, A, 8, B, 6, 9, 9]], 'a gap before 6'],
    ['of differences that do not reach the end', IXFR, [[9, 7, A, 8, B, 8, 9]], 'nothing came'],
    ['of a message without records', AXFR, [[9, A], []], 'a message without records'],
  ] as const)('%s is refused', async (_, question, messages, problem) => {
    await expect(transfer(await serve(messages), question)).rejects.toThrow(problem)
  })

  test('is refused when a header is wrong', async () => {
    const change = (what: (message: Buffer) => void) => async () => {
      await transfer(await serve([[9, A, 9]], what), AXFR)
    }
    await expect(change((message) => message.writeUInt16BE(0x8000, 2))()).rejects.toThrow('AA')
    await expect(change((message) => message.writeUInt16BE(0x8405, 2))()).rejects.toThrow('REFUSED')
    await expect(change((message) => message.writeUInt16BE(0x0400, 2))()).rejects.toThrow(
      'a question',
    )
    await expect(change((message) => (message[14]! ^= 0x20))()).rejects.toThrow('another question')
    await expect(change((message) => (message[0]! ^= 1))()).rejects.toThrow('nothing came')
  })

  test('is refused when it must be signed and is not', async () => {
    const key = { name: 'k.test', secret: 'AAAA' }
    await expect(transfer(await serve([[9, A, 9]]), { ...AXFR, key })).rejects.toThrow('unsigned')
  })
})

describe('a difference', () => {
  const change = { from: 7, to: 9, removed: ['soa 7', 'a'], added: ['soa 9', 'b'] }
  const difference = (increments: readonly (typeof change)[]): ZoneTransfer => ({
    ...{ style: 'difference', serial: 9, messages: 1, bytes: 1, increments },
  })

  test('leaves what is neither removed nor added', () => {
    expect(applyDifference(['soa 7', 'z', 'a'], difference([change]))).toEqual(['b', 'soa 9', 'z'])
  })

  test('may not remove what is absent, nor add what is present', () => {
    expect(() => applyDifference(['soa 7'], difference([change]))).toThrow("isn't there: a")
    expect(() => applyDifference(['soa 7', 'a', 'b'], difference([change]))).toThrow('is there: b')
    expect(() => applyDifference(['soa 6', 'a'], difference([change]))).toThrow(
      "isn't there: soa 7",
    )
  })

  test('is all there is when it is a whole zone, and nothing when there is none', () => {
    const one = { serial: 9, messages: 1, bytes: 1 }
    expect(applyDifference(['x'], { ...one, style: 'whole', records: ['b', 'a'] })).toEqual([
      'a',
      'b',
    ])
    expect(applyDifference(['x'], { ...one, style: 'current' })).toEqual(['x'])
  })
})

/** A server that answers the first question with these messages. */
async function serve(
  messages: readonly (readonly (number | string)[])[],
  change: (message: Buffer) => void = () => undefined,
): Promise<{ readonly port: number; readonly timeoutMs: number }> {
  server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (asked: Buffer) => {
      for (const records of messages) {
        const header = Buffer.from(asked.subarray(2, 14))
        header.writeUInt16BE(0x8400, 2)
        header.writeUInt16BE(records.length, 6)
        header.writeUInt32BE(0, 8)
        const message = Buffer.concat([header, asked.subarray(14, 14 + 17), ...records.map(write)])
        change(message)
        socket.write(Buffer.from([message.length >> 8, message.length & 255]))
        socket.write(message)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, timeoutMs: 300 }
}

function write(record: number | string): Buffer {
  if (typeof record === 'string') {
    return writeRecord(`${record}.rpz.example`, 1, { data: Buffer.from([127, 0, 0, 1]) })
  }
  const numbers = Buffer.alloc(20)
  numbers.writeUInt32BE(record, 0)
  return writeRecord('rpz.example', 6, {
    data: Buffer.concat([writeName('.'), writeName('.'), numbers]),
  })
}

function summary(content: ZoneTransfer): string {
  const short = (texts: readonly string[]): readonly string[] =>
    texts.map((text) => / SOA \S+ \S+ (\d+)/.exec(text)?.[1] ?? text.slice(0, 1))
  const head = `${content.style} ${content.serial}`
  if (content.style === 'current') return head
  if (content.style === 'whole') return `${head}: ${short(content.records).join(' ')}`
  const parts = content.increments.map(({ from, to, removed, added }) =>
    [
      `${from}-${to}`,
      ...short(removed).map((one) => `-${one}`),
      ...short(added).map((one) => `+${one}`),
    ].join(' '),
  )
  return `${head}: ${parts.join(' ')}`
}
