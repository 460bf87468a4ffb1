import { describe, expect, test } from 'vitest'
import {
  openStream,
  query,
  queryStream,
  sendDatagram,
  transfer,
  transferOver,
  writeQuestion,
} from '../../support/dns-client.ts'
import { hostDns, until } from '../../support/dns-host.ts'
import { fakeKey, fakeSource, fakeZone } from '../../support/fake-zones.ts'
import { parseMessage } from '../../support/dns-message.ts'

const key = fakeKey()
const SOA = { name: 'rpz.test.', type: 'SOA' } as const

describe('a question for the SOA', () => {
  test.each([
    ['over UDP', query],
    ['over TCP', queryStream],
  ])('is answered %s with the SOA, with authority', async (_, ask) => {
    const { port } = await hostDns(fakeSource([fakeZone({ serial: 42 })]))
    const answer = await ask({ port }, SOA)
    expect(answer).toMatchObject({ rcode: 'NOERROR', isAuthoritative: true, isTruncated: false })
    expect(answer.answer.map(({ serial }) => serial)).toEqual([42])
  })

  test('is answered with a signature where it had one', async () => {
    const { port, asked } = await hostDns(fakeSource([fakeZone()], [key]))
    expect(await query({ port }, { ...SOA, key: key.client })).toMatchObject({
      signature: 'verified',
    })
    expect(asked).toMatchObject([
      { asker: { key: 'key.test', address: '127.0.0.1', transport: 'udp' }, answer: 'soa' },
    ])
  })

  test('in capital letters is repeated in capital letters', async () => {
    const { port } = await hostDns(fakeSource([fakeZone()]))
    // The client compares octet for octet.
    expect(await query({ port }, { ...SOA, name: 'RPZ.tEst.' })).toMatchObject({ rcode: 'NOERROR' })
  })

  test('says when the zone expires to who asks for that', async () => {
    const { port } = await hostDns(fakeSource([fakeZone()]))
    const { bytes } = writeQuestion({ ...SOA, edns: { udpBytes: 1232 } })
    const asking = Buffer.concat([bytes, Buffer.from([0, 9, 0, 0])])
    asking.writeUInt16BE(4, bytes.length - 2)
    const answer = await sendDatagram({ port }, asking)
    expect(answer.subarray(-8)).toEqual(Buffer.from([0, 9, 0, 4, ...[0, 0x1b, 0xaf, 0x80]]))
    const plain = await sendDatagram({ port }, bytes)
    expect(plain.subarray(-2)).toEqual(Buffer.from([0, 0]))
  })
})

describe('a transfer', () => {
  test.each(['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const)(
    'of the whole zone comes in many messages, each signed by %s',
    async (algorithm) => {
      const mine = fakeKey('key.test', algorithm)
      const zone = fakeZone({ names: 1000 })
      const { port, ended } = await hostDns(fakeSource([zone], [mine]))
      const got = await transfer({ port }, { name: 'rpz.test.', type: 'AXFR', key: mine.client })
      expect(got).toMatchObject({ style: 'whole', serial: 7, messages: 11 })
      expect(owners(got)).toEqual(zone.texts.slice(2))
      await until(() => ended.length > 0)
      expect(ended).toMatchObject([{ bytes: got.bytes, messages: 11 }])
    },
  )

  test('over IXFR is the difference from what the asker has', async () => {
    const { port } = await hostDns(fakeSource([fakeZone()], [key]))
    const got = await transfer(
      { port },
      { name: 'rpz.test.', type: 'IXFR', serial: 5, key: key.client },
    )
    expect(got).toMatchObject({ style: 'difference', increments: [{ from: 5, to: 7 }] })
  })

  test.each([
    ['as new as ours', 7],
    ['newer than ours', 8],
    ['newer by the arithmetic that wraps', 7 + 0x7fff_ffff],
    ['exactly half of all serials away', 7 + 0x8000_0000],
  ])('over IXFR is our SOA alone to who has a serial %s', async (_, serial) => {
    const { port, begun } = await hostDns(fakeSource([fakeZone()]))
    const answer = await queryStream({ port }, { name: 'rpz.test.', type: 'IXFR', serial })
    expect(answer.answer.map((record) => record.serial)).toEqual([7])
    expect(begun).toEqual([])
  })

  test('over IXFR goes on where serials wrap', async () => {
    const { port } = await hostDns(fakeSource([fakeZone({ serial: 3 })]))
    const got = await transfer({ port }, { name: 'rpz.test.', type: 'IXFR', serial: 0xffff_fffe })
    expect(got).toMatchObject({ style: 'difference', increments: [{ from: 0xffff_fffe, to: 3 }] })
  })

  test('over IXFR is given to an SOA that has a serial and nothing else', async () => {
    const { port } = await hostDns(fakeSource([fakeZone()]))
    const question = { name: 'rpz.test.', type: 'IXFR', serial: 2, asUnbound: true } as const
    expect(await transfer({ port }, question)).toMatchObject({ style: 'difference' })
  })

  test('over IXFR by UDP is our SOA, for which the asker comes by TCP', async () => {
    const { port, begun } = await hostDns(fakeSource([fakeZone()]))
    const answer = await query({ port }, { name: 'rpz.test.', type: 'IXFR', serial: 5 })
    expect(answer).toMatchObject({ rcode: 'NOERROR', isTruncated: false, isAuthoritative: true })
    expect(answer.answer.map((record) => record.serial)).toEqual([7])
    expect(begun).toEqual([])
  })

  test('answers EDNS with EDNS, beside the signature', async () => {
    const { port } = await hostDns(fakeSource([fakeZone({ names: 300 })], [key]))
    const got = await transfer(
      { port },
      { name: 'rpz.test.', type: 'AXFR', key: key.client, edns: { udpBytes: 1232 } },
    )
    expect(got).toMatchObject({ style: 'whole', messages: 4 })
  })

  test('is followed by the answers to the questions that came behind it', async () => {
    const { port } = await hostDns(fakeSource([fakeZone({ names: 500 })], [key]))
    const stream = await openStream({ port })
    const first = transferOver(stream, { name: 'rpz.test.', type: 'AXFR', key: key.client })
    const soa = writeQuestion(SOA)
    stream.send(soa.bytes)
    const second = transferOver(stream, { name: 'rpz.test.', type: 'AXFR' })
    expect(await first).toMatchObject({ style: 'whole', messages: 6 })
    expect(parseMessage(await stream.nextFor(soa.id))).toMatchObject({ rcode: 'NOERROR' })
    expect(await second).toMatchObject({ style: 'whole', messages: 6 })
    stream.close()
  })

  test('is given to several at one time', async () => {
    const { port, begun } = await hostDns(fakeSource([fakeZone({ names: 5000 })], [key]))
    const question = { name: 'rpz.test.', type: 'AXFR', key: key.client } as const
    const all = await Promise.all(Array.from({ length: 8 }, () => transfer({ port }, question)))
    expect(new Set(all.map(({ messages }) => messages))).toEqual(new Set([51]))
    expect(begun).toHaveLength(8)
  })

  test('is given to who ends its side after asking', async () => {
    const zone = fakeZone({ names: 500 })
    const { port } = await hostDns(fakeSource([zone]))
    const stream = await openStream({ port })
    const got = transferOver(stream, { name: 'rpz.test.', type: 'AXFR' })
    stream.halfClose()
    expect(await got).toMatchObject({ style: 'whole', messages: 6 })
    await stream.ended()
    await until(() => zone.outcomes.length > 0)
    expect(zone.outcomes).toEqual(['whole sent'])
  })
})

describe('the end of a transfer is told', () => {
  test('as sent when the asker closes in order', async () => {
    const zone = fakeZone()
    const { port } = await hostDns(fakeSource([zone]))
    const stream = await openStream({ port })
    await transferOver(stream, { name: 'rpz.test.', type: 'AXFR' })
    expect(zone.outcomes).toEqual([])
    stream.halfClose()
    await until(() => zone.outcomes.length > 0)
    expect(zone.outcomes).toEqual(['whole sent'])
  })

  test('as sent when the asker asks on', async () => {
    const zone = fakeZone()
    const { port } = await hostDns(fakeSource([zone]))
    const stream = await openStream({ port })
    await transferOver(stream, { name: 'rpz.test.', type: 'AXFR' })
    const soa = writeQuestion(SOA)
    stream.send(soa.bytes)
    await stream.nextFor(soa.id)
    expect(zone.outcomes).toEqual(['whole sent'])
    stream.close()
  })

  test('as broken when the connection fails after the last byte was written', async () => {
    const zone = fakeZone()
    const { port, ended } = await hostDns(fakeSource([zone]))
    const stream = await openStream({ port })
    await transferOver(stream, { name: 'rpz.test.', type: 'AXFR' })
    stream.socket.resetAndDestroy()
    await until(() => ended.length > 0)
    expect(zone.outcomes).toEqual(['whole broken'])
    expect(ended).toMatchObject([{ outcome: 'broken', style: 'whole', from: null }])
  })

  test('as broken when the source fails, and the connection is cut', async () => {
    const zone = fakeZone({
      names: 2000,
      beforePart: (number) => {
        if (number === 2) throw new Error('the disk is gone')
      },
    })
    const { port, refused } = await hostDns(fakeSource([zone]))
    const question = { name: 'rpz.test.', type: 'AXFR' } as const
    await expect(transfer({ port }, question)).rejects.toThrow('the connection ended')
    expect(zone.outcomes).toEqual(['whole broken'])
    expect(refused).toMatchObject([{ reason: 'fault', cause: { message: 'the disk is gone' } }])
  })
})

function owners(got: Awaited<ReturnType<typeof transfer>>): string[] {
  if (got.style !== 'whole') throw new Error(got.style)
  return got.records.slice(2).map((text) => text.split(/\s/)[0]!)
}
