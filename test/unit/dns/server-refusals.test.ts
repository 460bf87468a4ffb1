import { describe, expect, test } from 'vitest'
import {
  type DnsQuestion,
  TransferRefused,
  openStream,
  query,
  queryStream,
  sendDatagram,
  transfer,
  writeQuestion,
} from '../../support/dns-client.ts'
import { hostDns, until } from '../../support/dns-host.ts'
import { parseMessage } from '../../support/dns-message.ts'
import { fakeKey, fakeSource, fakeZone } from '../../support/fake-zones.ts'

const key = fakeKey()
const other = fakeKey('other.test')
const SOA = { name: 'rpz.test.', type: 'SOA' } as const
const hourAgo = Math.floor(Date.now() / 1000) - 3600

/** Given to one key alone. */
const source = fakeSource([fakeZone()], [key, other], (_, asker) => asker === key.name)

type Row = readonly [what: string, question: DnsQuestion, rcode: string, reason: string]

const SIGNED_REFUSALS: readonly Row[] = [
  ['for a zone that is not there', { ...SOA, name: 'none.test.' }, 'REFUSED', 'zone'],
  ['for a name in the zone', { ...SOA, name: 'n1.rpz.test.' }, 'REFUSED', 'zone'],
  ['for the root', { ...SOA, name: '.' }, 'REFUSED', 'zone'],
  ['of another class', { ...SOA, class: 3 }, 'REFUSED', 'class'],
  ['of another type', { ...SOA, type: 'A' }, 'REFUSED', 'type'],
  ['for all types', { ...SOA, type: 255 }, 'REFUSED', 'type'],
  ['for IXFR without an SOA', { ...SOA, type: 'IXFR' }, 'FORMERR', 'no-serial'],
  ['of a later EDNS', { ...SOA, edns: { udpBytes: 1232, version: 1 } }, 'BADVERS', 'edns-version'],
  ['that is a NOTIFY', { ...SOA, opcode: 4 }, 'NOTIMP', 'opcode'],
  ['that is an UPDATE', { ...SOA, opcode: 5 }, 'NOTIMP', 'opcode'],
]

describe.each([
  ['UDP', query],
  ['TCP', queryStream],
])('over %s', (_, ask) => {
  test.each(SIGNED_REFUSALS)('a question %s is refused, signed', async (_, question, ...told) => {
    const [rcode, reason] = told
    const { port, refused } = await hostDns(source)
    const answer = await ask({ port }, { ...question, key: key.client })
    expect(answer).toMatchObject({ rcode, signature: 'verified', answer: [] })
    expect(refused).toMatchObject([{ reason, key: 'key.test', address: '127.0.0.1' }])
  })

  test.each([
    ['by a key that is not ours', fakeKey('unknown.test').client, {}, 'BADKEY', 'key-unknown'],
    [
      'by another secret',
      { ...key.client, secret: other.client.secret },
      ...[{}, 'BADSIG', 'signature-wrong'],
    ],
    [
      'by another algorithm',
      fakeKey('key.test', 'hmac-sha512').client,
      {},
      'BADKEY',
      'key-unknown',
    ],
  ] as const)('a question signed %s is not answered', async (_, client, sign, error, reason) => {
    const { port, refused } = await hostDns(source)
    const answer = await ask({ port }, { ...SOA, key: client, sign })
    expect(answer).toMatchObject({ rcode: 'NOTAUTH', signature: 'unsigned-error', answer: [] })
    expect(answer.tsig).toMatchObject({ error })
    expect(refused).toMatchObject([{ reason, zone: 'rpz.test', type: 'SOA' }])
  })

  test.each([
    ['long ago', { timeSigned: hourAgo }, 'BADTIME', 'signature-late'],
    ['with a short MAC', { macBytes: 16 }, 'BADTRUNC', 'signature-short'],
  ])('a question signed %s is told so, signed', async (_, sign, error, reason) => {
    const { port, refused } = await hostDns(source)
    const answer = await ask({ port }, { ...SOA, key: key.client, sign })
    expect(answer).toMatchObject({ rcode: 'NOTAUTH', signature: 'signed-error', answer: [] })
    expect(answer.tsig).toMatchObject({ error })
    expect(refused).toMatchObject([{ reason }])
  })

  test('a MAC too short to look at is a mistake of form', async () => {
    const { port, refused } = await hostDns(source)
    const answer = await ask({ port }, { ...SOA, key: key.client, sign: { macBytes: 8 } })
    expect(answer).toMatchObject({ rcode: 'FORMERR', signature: 'none' })
    expect(refused).toMatchObject([{ reason: 'signature-short' }])
  })

  test('a zone that is not for the asker is refused as one that is not there', async () => {
    const { port } = await hostDns(source)
    const question = { ...SOA, id: 77, key: other.client }
    const hidden = await ask({ port }, question)
    const missing = await ask({ port }, { ...question, name: 'zpr.test.' })
    expect(hidden).toMatchObject({ rcode: 'REFUSED', signature: 'verified' })
    // The same octets but for the name that was asked for, and the MAC over it.
    expect(shapeOf(hidden.bytes)).toEqual(shapeOf(missing.bytes))
    const unsigned = await ask({ port }, SOA)
    expect(unsigned).toMatchObject({ rcode: 'REFUSED', signature: 'none' })
  })

  test('a fault of the source is SERVFAIL, and the next question is answered', async () => {
    let isBroken = true
    const zones = fakeSource([fakeZone()], [key])
    const { port, refused } = await hostDns({
      ...zones,
      zone: (...args) => {
        if (isBroken) throw new Error('no disk')
        return zones.zone(...args)
      },
    })
    expect(await ask({ port }, { ...SOA, key: key.client })).toMatchObject({
      ...{ rcode: 'SERVFAIL', signature: 'verified' },
    })
    isBroken = false
    expect(await ask({ port }, SOA)).toMatchObject({ rcode: 'NOERROR' })
    expect(refused).toMatchObject([{ reason: 'fault', cause: { message: 'no disk' } }])
  })

  test('an answer for a question is not answered, and what comes behind it is', async () => {
    const { port, refused } = await hostDns(fakeSource([fakeZone()]))
    const { bytes } = writeQuestion(SOA)
    bytes[2] = 0x80
    await expect(sendTo(ask, port, bytes)).rejects.toThrow()
    expect(await ask({ port }, SOA)).toMatchObject({ rcode: 'NOERROR' })
    expect(refused).toMatchObject([{ reason: 'answer-as-question' }])
  })

  test.each([
    ['an opcode that nobody knows', 2, 'NOTIMP', 'opcode'],
    ['the opcode of DSO', 6, 'NOTIMP', 'opcode'],
  ])('%s is not implemented', async (_, opcode, rcode, reason) => {
    const { port, refused } = await hostDns(fakeSource([fakeZone()]))
    expect(await ask({ port }, { ...SOA, opcode })).toMatchObject({ rcode })
    expect(refused).toMatchObject([{ reason }])
  })

  test('a message that is cut short is a mistake of form', async () => {
    const { port, refused } = await hostDns(fakeSource([fakeZone()]))
    const { bytes } = writeQuestion(SOA)
    const answer = parseMessage(await sendTo(ask, port, bytes.subarray(0, -3)))
    expect(answer).toMatchObject({ rcode: 'FORMERR', answer: [] })
    expect(refused).toMatchObject([{ reason: 'malformed' }])
  })
})

test('AXFR over UDP is a mistake of form', async () => {
  const { port, refused } = await hostDns(fakeSource([fakeZone()]))
  expect(await query({ port }, { ...SOA, type: 'AXFR' })).toMatchObject({ rcode: 'FORMERR' })
  expect(refused).toMatchObject([{ reason: 'transfer-over-udp', type: 'AXFR' }])
})

test('a transfer that is not for the asker is refused', async () => {
  const { port, refused, begun } = await hostDns(source)
  const question = { name: 'rpz.test.', type: 'AXFR', key: other.client } as const
  await expect(transfer({ port }, question)).rejects.toThrow(TransferRefused)
  expect(refused).toMatchObject([{ reason: 'zone', key: 'other.test', type: 'AXFR' }])
  expect(begun).toEqual([])
})

test('a transfer that the source can not open is SERVFAIL', async () => {
  const zone = { ...fakeZone(), whole: () => Promise.reject(new Error('no image')) }
  const { port, refused } = await hostDns(fakeSource([zone]))
  const question = { name: 'rpz.test.', type: 'AXFR' } as const
  await expect(transfer({ port }, question)).rejects.toThrow('SERVFAIL')
  expect(refused).toMatchObject([{ reason: 'fault' }])
})

test('too few octets for a header end a connection, and are not answered in a datagram', async () => {
  const { port, refused } = await hostDns(fakeSource([fakeZone()]))
  const stream = await openStream({ port })
  stream.send(Buffer.alloc(11))
  expect(await stream.ended()).toEqual([])
  await expect(sendDatagram({ port, timeoutMs: 50 }, Buffer.alloc(11))).rejects.toThrow()
  await until(() => refused.length === 2)
  expect(refused.map(({ reason }) => reason)).toEqual(['malformed', 'malformed'])
})

/** Without the name in the question and the MAC. */
function shapeOf(bytes: Buffer): string {
  const { tsig } = parseMessage(bytes)
  const masked = Buffer.from(bytes)
  masked.fill(0, 12, 12 + 10)
  if (tsig) masked.fill(0, masked.indexOf(tsig.mac), masked.indexOf(tsig.mac) + tsig.mac.length)
  return masked.toString('hex')
}

async function sendTo(ask: unknown, port: number, bytes: Buffer): Promise<Buffer> {
  if (ask === query) return sendDatagram({ port, timeoutMs: 100 }, bytes)
  const stream = await openStream({ port, timeoutMs: 100 })
  try {
    stream.send(bytes)
    return await stream.nextFor(bytes.readUInt16BE(0))
  } finally {
    stream.close()
  }
}
