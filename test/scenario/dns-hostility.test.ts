import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { transfer, query, writeQuestion } from '../support/dns-client.ts'
import { type DnsHost, hostDns, until } from '../support/dns-host.ts'
import { fakeKey, fakeSource, fakeZone } from '../support/fake-zones.ts'

/*
 * Those who mean ill, or are broken: whatever they do, the next honest asker is answered, and nothing of them is left.
 */

const key = fakeKey()
const AXFR = { name: 'rpz.test.', type: 'AXFR', key: key.client } as const
const SOA = { name: 'rpz.test.', type: 'SOA' } as const
const LARGE = { names: 250_000, labelBytes: 60, perMessage: 700, perPart: 16 }

/** Chance with a seed, which is printed when the test fails. */
function chance(seed: number) {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 0x1_0000_0000) * below)
  }
}

async function expectServing(host: DnsHost, serial = 7): Promise<void> {
  expect(await askAgain(host)).toMatchObject({ rcode: 'NOERROR' })
  expect(await transfer(host, AXFR)).toMatchObject({ style: 'whole', serial })
}

/** A datagram may be lost in a flood of others; whoever asks by datagrams asks again. */
async function askAgain(host: DnsHost, tries = 5): Promise<unknown> {
  return query({ ...host, timeoutMs: 500 }, SOA).catch((error: unknown) => {
    if (tries === 0) throw error
    return askAgain(host, tries - 1)
  })
}

async function expectNothingLeft({ server }: DnsHost): Promise<void> {
  await until(() => server.counts().connections === 0 && server.counts().transfers === 0)
  expect(server.counts()).toEqual({ connections: 0, transfers: 0, waiting: 0 })
}

function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(socket))
    socket.on('error', () => resolve(socket))
  })
}

function frame(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message])
}

describe('an honest asker is answered', () => {
  test('while 200 connections more than may be are opened and left open', async () => {
    const limits = { connections: 100, connectionsPerAddress: 90 }
    const host = await hostDns(fakeSource([fakeZone({ names: 500 })], [key]), { limits })
    const all = await Promise.all(Array.from({ length: 300 }, () => dial(host.port)))
    await until(() => all.filter((socket) => socket.closed || socket.destroyed).length > 0)
    expect(host.server.counts().connections).toBeLessThanOrEqual(90)
    expect(new Set(host.refused.map(({ reason }) => reason))).toEqual(
      new Set(['connections-of-address']),
    )
    // UDP has no connections, and another address has its own.
    expect(await query(host, SOA)).toMatchObject({ rcode: 'NOERROR' })
    for (const socket of all.slice(0, 150)) socket.resetAndDestroy()
    for (const socket of all.slice(150)) socket.destroy()
    await until(() => host.server.counts().connections === 0)
    await expectServing(host)
    await expectNothingLeft(host)
  })

  test('while others send questions byte by byte, and some never end', async () => {
    const limits = { frameMs: 400, idleMs: 400 }
    const host = await hostDns(fakeSource([fakeZone({ names: 500 })], [key]), { limits })
    const slow = await Promise.all(Array.from({ length: 40 }, () => dial(host.port)))
    const question = frame(writeQuestion(SOA).bytes)
    const dripping = (async () => {
      for (const octet of question.subarray(0, -1)) {
        for (const socket of slow) if (!socket.destroyed) socket.write(Buffer.from([octet]))
        await sleep(20)
      }
    })()
    await expectServing(host)
    await dripping
    await expectNothingLeft(host)
    expect(host.refused.map(({ reason }) => reason)).toContain('question-slow')
  })

  test('while others read nothing of a large zone, which costs their sockets only', async () => {
    const zone = fakeZone(LARGE)
    const host = await hostDns(fakeSource([zone], [key]), { limits: { stallMs: 1500 } })
    const readers = await Promise.all(Array.from({ length: 8 }, () => dial(host.port)))
    for (const socket of readers) {
      socket.pause()
      socket.write(frame(writeQuestion(AXFR).bytes))
    }
    await until(() => host.begun.length === readers.length)
    expect(await query(host, SOA)).toMatchObject({ rcode: 'NOERROR' })
    await until(() => host.ended.length === readers.length)
    const { bytes } = await zone.whole()
    // What was taken went to the kernel: its buffers, and the slice that waits; never the zone.
    for (const { bytes: taken } of host.ended) expect(taken).toBeLessThan(bytes / 2)
    expect(new Set(zone.outcomes)).toEqual(new Set(['whole broken']))
    await expectNothingLeft(host)
  })

  test('while others reset in mid-transfer, again and again', async () => {
    const zone = fakeZone({ names: 60_000, labelBytes: 60 })
    const host = await hostDns(fakeSource([zone], [key]))
    const random = chance(20_261_124)
    for (let round = 0; round < 30; round++) {
      const socket = await dial(host.port)
      socket.write(frame(writeQuestion(AXFR).bytes))
      const enough = random(2_000_000)
      await new Promise<void>((resolve) => {
        socket.on('data', () => {
          if (socket.bytesRead < enough && socket.bytesRead > 0) return
          socket.resetAndDestroy()
          resolve()
        })
      })
    }
    await until(() => host.ended.length === 30)
    await expectServing(host)
    await until(() => host.ended.length === 31)
    expect(zone.outcomes).toHaveLength(31)
    expect(zone.outcomes.filter((outcome) => outcome === 'whole sent')).toHaveLength(1)
    await expectNothingLeft(host)
  })

  test('after a restart in mid-transfer, on the same port', async () => {
    let letGo = (): void => undefined
    const gate = new Promise<void>((resolve) => (letGo = resolve))
    const held = fakeZone({ names: 2000, beforePart: (n) => (n === 2 ? gate : undefined) })
    const before = await hostDns(fakeSource([held], [key]))
    const cut = expect(transfer(before, AXFR)).rejects.toThrow('the connection ended')
    await until(() => before.begun.length > 0)
    before.server.cut()
    const listen = [{ address: '127.0.0.1', port: before.port }]
    const after = await hostDns(fakeSource([fakeZone({ serial: 8 })], [key]), { listen })
    await cut
    await expectServing(after, 8)
    letGo()
    await until(() => held.outcomes.length > 0)
    expect(held.outcomes).toEqual(['whole broken'])
    await expectNothingLeft(before)
  })

  test('while others ask and end their side, or are gone without a word', async () => {
    const zone = fakeZone({ names: 5000 })
    const host = await hostDns(fakeSource([zone], [key]), { limits: { idleMs: 300 } })
    for (let round = 0; round < 20; round++) {
      const socket = await dial(host.port)
      socket.resume()
      if (round % 2 === 0) socket.write(frame(writeQuestion(AXFR).bytes))
      if (round % 3 === 0) socket.end()
    }
    await expectServing(host)
    await expectNothingLeft(host)
  })
})

describe('garbage', () => {
  const seed = Number(process.env['SEED'] ?? 42)
  const rounds = process.env['SLOW'] ? 2000 : 60

  /** Nothing that anybody would send, and some that is nearly right. */
  function nonsense(random: (below: number) => number): Buffer {
    const { bytes } = writeQuestion(random(2) === 0 ? AXFR : SOA)
    if (random(3) === 0) return Buffer.from(Array.from({ length: random(300) }, () => random(256)))
    for (let flips = random(6); flips >= 0; flips--) bytes[random(bytes.length)] = random(256)
    return bytes.subarray(0, random(4) === 0 ? random(bytes.length) : bytes.length)
  }

  test(`over connections (seed ${seed})`, async () => {
    const random = chance(seed)
    const zone = fakeZone({ names: 300 })
    const limits = { frameMs: 100, idleMs: 100, connections: 1e6, connectionsPerAddress: 1e6 }
    const host = await hostDns(fakeSource([zone], [key]), { limits })
    for (let round = 0; round < rounds; round++) {
      const socket = await dial(host.port)
      socket.resume()
      for (let i = random(8); i >= 0; i--) {
        const bytes = nonsense(random)
        socket.write(random(4) === 0 ? bytes : frame(bytes))
      }
      if (random(3) === 0) socket.resetAndDestroy()
      else if (random(2) === 0) socket.end()
    }
    await expectServing(host)
    await expectNothingLeft(host)
    expect(host.refused.filter(({ reason }) => reason === 'fault')).toEqual([])
    expect(host.begun).toHaveLength(zone.outcomes.length)
    // All kinds of it came as far as they could.
    const reasons = new Set(host.refused.map(({ reason }) => reason))
    expect([...reasons]).toEqual(expect.arrayContaining(['malformed', 'opcode', 'zone']))
  })

  test(`in datagrams (seed ${seed})`, async () => {
    const random = chance(seed + 1)
    const host = await hostDns(fakeSource([fakeZone()], [key]))
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    onTestFinished(() => void socket.close())
    let longest = 0
    socket.on('message', ({ length }) => (longest = Math.max(longest, length)))
    for (let i = 0; i < rounds * 10; i++) {
      socket.send(nonsense(random), host.port, '127.0.0.1')
      if (i % 50 === 0) await sleep(1)
    }
    await expectServing(host)
    expect(longest).toBeLessThanOrEqual(1232)
    expect(host.refused.filter(({ reason }) => reason === 'fault')).toEqual([])
  })
})
