import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { openStream, transfer, transferOver } from '../../support/dns-client.ts'
import { hostDns, until } from '../../support/dns-host.ts'
import { fakeSource, fakeZone } from '../../support/fake-zones.ts'

const AXFR = { name: 'rpz.test.', type: 'AXFR' } as const

/** A zone whose transfers stop in the middle until they are let go on. */
function heldZone() {
  let letGo = (): void => undefined
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  const zone = fakeZone({ names: 2000, beforePart: (number) => (number === 2 ? gate : undefined) })
  return { zone, letGo: () => letGo() }
}

function ends(got: Promise<unknown>): Promise<void> {
  return expect(got).rejects.toThrow('the connection ended')
}

test('a transfer that runs comes to its end; then the connection is closed', async () => {
  const { zone, letGo } = heldZone()
  const host = await hostDns(fakeSource([zone]))
  const stream = await openStream(host)
  stream.socket.on('end', () => stream.socket.end())
  const got = transferOver(stream, AXFR)
  await until(() => host.begun.length > 0)
  const stopped = host.server.stop(10_000)
  letGo()
  expect(await got).toMatchObject({ style: 'whole', messages: 21 })
  await stopped
  expect(zone.outcomes).toEqual(['whole sent'])
  expect(host.server.counts()).toEqual({ connections: 0, transfers: 0, waiting: 0 })
})

test('nothing new is taken: no connection, no question, no waiting transfer', async () => {
  const { zone, letGo } = heldZone()
  const host = await hostDns(fakeSource([zone]), { limits: { transfers: 1 } })
  const running = await openStream(host)
  running.socket.on('end', () => running.socket.end())
  const got = transferOver(running, AXFR)
  await until(() => host.begun.length > 0)
  const behind = ends(transferOver(running, AXFR))
  const waiting = await openStream(host)
  const refused = ends(transferOver(waiting, AXFR))
  await until(() => host.server.counts().waiting === 1)
  const stopped = host.server.stop(10_000)
  waiting.socket.on('end', () => waiting.socket.end())
  await expect(openStream(host)).rejects.toThrow('ECONNREFUSED')
  await refused
  letGo()
  await got
  await behind
  await stopped
  expect(host.begun).toHaveLength(1)
})

test('what takes longer than there is patience is cut, and told as broken', async () => {
  const { zone } = heldZone()
  const host = await hostDns(fakeSource([zone]))
  const got = ends(transfer(host, AXFR))
  await until(() => host.begun.length > 0)
  const stopped = host.server.stop(30)
  await got
  await stopped
  expect(host.server.counts().connections).toBe(0)
})

test('cutting closes all at once, and the port is free again', async () => {
  const { zone, letGo } = heldZone()
  const host = await hostDns(fakeSource([zone]))
  const got = ends(transfer(host, AXFR))
  await until(() => host.begun.length > 0)
  host.server.cut()
  host.server.cut()
  await got
  letGo()
  await until(() => zone.outcomes.length > 0)
  expect(zone.outcomes).toEqual(['whole broken'])
  const again = createServer().listen(host.port, '127.0.0.1')
  await once(again, 'listening')
  again.close()
})

test('who is idle need not answer for the server to stop', async () => {
  const host = await hostDns(fakeSource([fakeZone()]))
  const stream = await openStream(host)
  await host.server.stop(10_000)
  expect(await stream.ended()).toEqual([])
  expect(stream.socket.writable).toBe(true)
})

test('a server that nobody asks stops at once', async () => {
  const host = await hostDns(fakeSource([]))
  await host.server.stop(10_000)
  expect(host.server.counts()).toEqual({ connections: 0, transfers: 0, waiting: 0 })
})
