import { describe, expect, test } from 'vitest'
import {
  type DnsStream,
  openStream,
  queryStream,
  transfer,
  transferOver,
  writeQuestion,
} from '../../support/dns-client.ts'
import { hostDns, until } from '../../support/dns-host.ts'
import { parseMessage } from '../../support/dns-message.ts'
import { fakeKey, fakeSource, fakeZone } from '../../support/fake-zones.ts'

const key = fakeKey()
const SOA = { name: 'rpz.test.', type: 'SOA' } as const
const AXFR = { name: 'rpz.test.', type: 'AXFR' } as const

async function askOver(stream: DnsStream, question: Parameters<typeof writeQuestion>[0] = SOA) {
  const { id, bytes } = writeQuestion(question)
  stream.send(bytes)
  return parseMessage(await stream.nextFor(id))
}

describe('connections', () => {
  test('over the limit of an address are closed, and others come in when one leaves', async () => {
    const host = await hostDns(fakeSource([fakeZone()]), { limits: { connectionsPerAddress: 2 } })
    const [one, two] = [await openStream(host), await openStream(host)]
    expect(await askOver(two)).toMatchObject({ rcode: 'NOERROR' })
    const three = await openStream(host)
    expect(await three.ended()).toEqual([])
    expect(host.refused).toMatchObject([{ reason: 'connections-of-address', transport: 'tcp' }])
    one.close()
    await until(() => host.server.counts().connections === 1)
    expect(await askOver(await openStream(host))).toMatchObject({ rcode: 'NOERROR' })
  })

  test('over the limit of all take the place of the longest idle that showed no key', async () => {
    const limits = { connections: 2 }
    const host = await hostDns(fakeSource([fakeZone()], [key]), { limits })
    const keyed = await openStream(host)
    await askOver(keyed, { ...SOA, key: key.client })
    const idle = await openStream(host)
    await askOver(idle)
    const third = await openStream(host)
    expect(await askOver(third)).toMatchObject({ rcode: 'NOERROR' })
    await expect(idle.ended()).resolves.toEqual([])
    expect(await askOver(keyed)).toMatchObject({ rcode: 'NOERROR' })
    expect(host.server.counts().connections).toBe(2)
  })

  test('over the limit of a key are told so, signed, and closed', async () => {
    const limits = { connectionsPerKey: 1 }
    const host = await hostDns(fakeSource([fakeZone()], [key]), { limits })
    const question = { ...SOA, key: key.client }
    const first = await openStream(host)
    await askOver(first, question)
    expect(await queryStream(host, question)).toMatchObject({
      ...{ rcode: 'REFUSED', signature: 'verified' },
    })
    expect(host.refused).toMatchObject([{ reason: 'connections-of-key', key: 'key.test' }])
    expect(await askOver(first, question)).toMatchObject({ rcode: 'NOERROR' })
    first.close()
    await until(() => host.server.counts().connections === 0)
    expect(await queryStream(host, question)).toMatchObject({ rcode: 'NOERROR' })
  })
})

describe('a connection', () => {
  test('that asks nothing is ended', async () => {
    const host = await hostDns(fakeSource([fakeZone()]), { limits: { idleMs: 30 } })
    const silent = await openStream(host)
    expect(await silent.ended()).toEqual([])
    silent.close()
    const asking = await openStream(host)
    expect(await askOver(asking)).toMatchObject({ rcode: 'NOERROR' })
    expect(await asking.ended()).toEqual([])
    expect(host.refused).toEqual([])
  })

  test('that does not close after we did is closed', async () => {
    const limits = { idleMs: 30, stallMs: 60 }
    const zone = fakeZone()
    const host = await hostDns(fakeSource([zone]), { limits })
    const stream = await openStream(host)
    await transferOver(stream, AXFR)
    await stream.ended()
    expect(zone.outcomes).toEqual([])
    // The client's side stays open.
    await until(() => host.server.counts().connections === 0)
    expect(stream.socket.writable).toBe(true)
    // Whether the last bytes have arrived, nobody knows.
    expect(zone.outcomes).toEqual(['whole broken'])
  })

  test('that sends a question byte by byte is answered if it is in time', async () => {
    const host = await hostDns(fakeSource([fakeZone()]))
    const stream = await openStream(host)
    const { id, bytes } = writeQuestion(SOA)
    await stream.sendSlowly(bytes, 1, 0)
    expect(parseMessage(await stream.nextFor(id))).toMatchObject({ rcode: 'NOERROR' })
  })

  test('that never comes to the end of a question is closed, whatever its pace', async () => {
    const limits = { frameMs: 60, idleMs: 10_000 }
    const host = await hostDns(fakeSource([fakeZone()]), { limits })
    const stream = await openStream(host)
    const drip = setInterval(() => stream.write(Buffer.from([1])), 10)
    expect(await stream.ended()).toEqual([])
    clearInterval(drip)
    expect(host.refused).toMatchObject([{ reason: 'question-slow' }])
  })

  test('that begins a question during a transfer gets the transfer, and is ended then', async () => {
    let open = (): void => undefined
    const gate = new Promise<void>((resolve) => (open = resolve))
    const zone = fakeZone({ beforePart: () => gate })
    const host = await hostDns(fakeSource([zone]), { limits: { frameMs: 30, idleMs: 10_000 } })
    const stream = await openStream(host)
    const got = transferOver(stream, AXFR)
    await until(() => host.begun.length > 0)
    stream.write(Buffer.from([0]))
    await until(() => host.refused.length > 0)
    expect(host.refused).toMatchObject([{ reason: 'question-slow' }])
    open()
    expect(await got).toMatchObject({ style: 'whole' })
    expect(await stream.ended()).toEqual([])
    stream.halfClose()
    await until(() => zone.outcomes.length > 0)
    expect(zone.outcomes).toEqual(['whole sent'])
  })

  test('that begins a question after a transfer is ended, and not cut', async () => {
    const zone = fakeZone()
    const host = await hostDns(fakeSource([zone]), { limits: { frameMs: 30, idleMs: 10_000 } })
    const stream = await openStream(host)
    const asked = writeQuestion(AXFR)
    stream.write(Buffer.concat([frame(asked.bytes), Buffer.from([0])]))
    await until(() => host.refused.length > 0)
    expect(zone.outcomes).toEqual([])
    await stream.ended()
    stream.halfClose()
    await until(() => zone.outcomes.length > 0)
    expect(zone.outcomes).toEqual(['whole sent'])
  })

  test('that ends its side is answered all that it has asked', async () => {
    const limits = { outstandingPerConnection: 4 }
    const host = await hostDns(fakeSource([fakeZone()]), { limits })
    const stream = await openStream(host)
    const questions = Array.from({ length: 200 }, () => frame(writeQuestion(SOA).bytes))
    stream.write(Buffer.concat([...questions, Buffer.from([0, 50, 1])]))
    stream.halfClose()
    expect(await stream.ended()).toHaveLength(200)
    await until(() => host.server.counts().connections === 0)
    expect(host.refused).toEqual([])
  })

  test('may send the next question before the clock of one before would have run out', async () => {
    const limits = { frameMs: 80, idleMs: 10_000 }
    const host = await hostDns(fakeSource([fakeZone()]), { limits })
    const stream = await openStream(host)
    // Each is slow, none too slow; together they are.
    for (let i = 0; i < 4; i++) {
      const { id, bytes } = writeQuestion(SOA)
      await stream.sendSlowly(bytes, 20, 15)
      expect(parseMessage(await stream.nextFor(id))).toMatchObject({ rcode: 'NOERROR' })
    }
    expect(host.refused).toEqual([])
  })

  test('that announces too long a question is answered what came before, and ended', async () => {
    const host = await hostDns(fakeSource([fakeZone()]), { limits: { questionBytes: 100 } })
    const stream = await openStream(host)
    const { id, bytes } = writeQuestion(SOA)
    stream.write(Buffer.concat([frame(bytes), Buffer.from([0, 101]), Buffer.alloc(50)]))
    expect(parseMessage(await stream.nextFor(id))).toMatchObject({ rcode: 'NOERROR' })
    expect(await stream.ended()).toEqual([])
    expect(host.refused).toMatchObject([{ reason: 'question-size' }])
  })

  test('with more questions than may be is ended after the last of them', async () => {
    const host = await hostDns(fakeSource([fakeZone()]), { limits: { questionsPerConnection: 3 } })
    const stream = await openStream(host)
    for (let i = 0; i < 5; i++) stream.send(writeQuestion(SOA).bytes)
    expect(await stream.ended()).toHaveLength(3)
    expect(host.refused).toMatchObject([{ reason: 'questions' }])
  })

  test('is read no further than some questions ahead, and all are answered in the end', async () => {
    let open = (): void => undefined
    const gate = new Promise<void>((resolve) => (open = resolve))
    const zone = fakeZone({ beforePart: () => gate })
    const limits = { outstandingPerConnection: 2, frameMs: 50, idleMs: 50 }
    const host = await hostDns(fakeSource([zone]), { limits })
    const stream = await openStream(host)
    const got = transferOver(stream, AXFR)
    const questions = Array.from({ length: 20 }, () => writeQuestion(SOA))
    for (const { bytes } of questions) stream.send(bytes)
    await until(() => host.begun.length > 0)
    // Longer than any clock of a connection that waits for its asker.
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect(host.asked).toHaveLength(1)
    open()
    expect(await got).toMatchObject({ style: 'whole' })
    for (const { id } of questions) {
      expect(parseMessage(await stream.nextFor(id))).toMatchObject({ rcode: 'NOERROR' })
    }
    expect(host.refused).toEqual([])
  })
})

describe('a reader', () => {
  /** More than any socket's buffers take. */
  const LARGE = { names: 300_000, labelBytes: 60, perMessage: 700, perPart: 8 }

  test('that takes nothing holds what its socket takes, and is cut in the end', async () => {
    let given = 0
    const countPart = (): void => {
      given++
    }
    const zone = fakeZone({ ...LARGE, beforePart: countPart })
    const parts = Math.ceil(LARGE.names / LARGE.perMessage / LARGE.perPart)
    const host = await hostDns(fakeSource([zone]), { limits: { stallMs: 300, idleMs: 300 } })
    const stream = await openStream({ ...host, timeoutMs: 20_000 })
    stream.socket.pause()
    stream.send(writeQuestion(AXFR).bytes)
    await until(() => host.ended.length > 0)
    expect(given).toBeLessThan(parts / 2)
    expect(zone.outcomes).toEqual(['whole broken'])
    expect(host.refused).toMatchObject([{ reason: 'stalled' }])
    expect(host.server.counts()).toMatchObject({ connections: 0, transfers: 0 })
  })

  test('that has ended its side and takes nothing has not got what was written before', async () => {
    const [small, large] = [fakeZone(), fakeZone({ ...LARGE, name: 'large.test' })]
    const limits = { stallMs: 300, idleMs: 300 }
    const host = await hostDns(fakeSource([small, large]), { limits })
    const stream = await openStream({ ...host, timeoutMs: 20_000 })
    stream.socket.pause()
    for (const name of ['rpz.test.', 'large.test.']) {
      stream.send(writeQuestion({ ...AXFR, name }).bytes)
    }
    stream.halfClose()
    await until(() => host.ended.length === 2)
    expect([...small.outcomes, ...large.outcomes]).toEqual(['whole broken', 'whole broken'])
  })

  test('that takes a little now and then is waited for', async () => {
    const zone = fakeZone(LARGE)
    const host = await hostDns(fakeSource([zone]), { limits: { stallMs: 200 } })
    const stream = await openStream({ ...host, timeoutMs: 20_000 })
    stream.socket.pause()
    stream.send(writeQuestion(AXFR).bytes)
    for (let i = 0; i < 8; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      await readAbout(stream, 1_500_000)
    }
    expect(host.refused).toEqual([])
    stream.close()
    await until(() => zone.outcomes.length > 0)
    expect(zone.outcomes).toEqual(['whole broken'])
  })
})

describe('transfers', () => {
  test('over the limit wait for their turn, and get the newest serial then', async () => {
    let open = (): void => undefined
    const gate = new Promise<void>((resolve) => (open = resolve))
    const slow = fakeZone({ serial: 7, beforePart: () => gate })
    const zones = [slow]
    const host = await hostDns(fakeSource(zones), { limits: { transfers: 1 } })
    const first = transfer(host, AXFR)
    await until(() => host.begun.length === 1)
    const second = transfer(host, AXFR)
    await until(() => host.server.counts().waiting === 1)
    zones[0] = fakeZone({ serial: 8 })
    expect(host.begun).toHaveLength(1)
    // Who is up to date does not wait.
    expect(await queryStream(host, SOA)).toMatchObject({ rcode: 'NOERROR' })
    open()
    expect([await first, await second]).toMatchObject([{ serial: 7 }, { serial: 8 }])
    await until(() => host.server.counts().transfers === 0)
    expect(host.server.counts().waiting).toBe(0)
  })

  test('over the limit of an asker wait, though there are turns for others', async () => {
    let open = (): void => undefined
    const gate = new Promise<void>((resolve) => (open = resolve))
    const slow = fakeZone({ beforePart: () => gate })
    const limits = { transfersPerAsker: 1 }
    const host = await hostDns(fakeSource([slow], [key]), { limits })
    const first = transfer(host, AXFR)
    await until(() => host.begun.length === 1)
    const second = transfer(host, AXFR)
    await until(() => host.server.counts().waiting === 1)
    const other = transfer(host, { ...AXFR, key: key.client })
    await until(() => host.begun.length === 2)
    expect(host.begun[1]!.asker.key).toBe('key.test')
    open()
    expect(await Promise.all([first, second, other])).toHaveLength(3)
  })

  test('whose asker leaves while it waits are forgotten, and never begun', async () => {
    let open = (): void => undefined
    const gate = new Promise<void>((resolve) => (open = resolve))
    const slow = fakeZone({ beforePart: () => gate })
    const host = await hostDns(fakeSource([slow]), { limits: { transfers: 1 } })
    const first = transfer(host, AXFR)
    await until(() => host.begun.length === 1)
    const second = await openStream(host)
    second.send(writeQuestion(AXFR).bytes)
    await until(() => host.server.counts().waiting === 1)
    second.close()
    await until(() => host.server.counts().waiting === 0)
    open()
    await first
    await until(() => host.server.counts().transfers === 0)
    expect(host.begun).toHaveLength(1)
  })
})

/** So much that the kernel opens its window again. */
function readAbout({ socket }: DnsStream, bytes: number): Promise<void> {
  const end = socket.bytesRead + bytes
  return new Promise((resolve) => {
    socket.on('data', function enough() {
      if (socket.bytesRead < end) return
      socket.off('data', enough)
      socket.pause()
      resolve()
    })
    socket.resume()
  })
}

function frame(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message])
}
