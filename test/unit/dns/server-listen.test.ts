import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { plainAddress, printEndpoint } from '../../../src/dns/endpoint.ts'
import { query, queryStream } from '../../support/dns-client.ts'
import { hostDns } from '../../support/dns-host.ts'
import { fakeSource, fakeZone } from '../../support/fake-zones.ts'

const SOA = { name: 'rpz.test.', type: 'SOA' } as const

async function hasIpv6(): Promise<boolean> {
  const server = createServer()
  server.listen(0, '::1')
  return once(server, 'listening').then(
    () => (server.close(), true),
    () => false,
  )
}

test('listens at several addresses, over UDP and TCP on one port each', async () => {
  const listen = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, port: 0 }))
  const { server, asked } = await hostDns(fakeSource([fakeZone()]), { listen })
  expect(server.endpoints.map(({ address }) => address)).toEqual(['127.0.0.1', '127.0.0.2'])
  for (const { address: host, port } of server.endpoints) {
    expect(await query({ host, port }, SOA)).toMatchObject({ rcode: 'NOERROR' })
    expect(await queryStream({ host, port }, SOA)).toMatchObject({ rcode: 'NOERROR' })
  }
  expect(asked).toHaveLength(4)
})

test('knows who comes by IPv4 through an address of IPv6 by the IPv4 address', async (context) => {
  if (!(await hasIpv6())) context.skip('this machine has no IPv6')
  const listen = [{ address: '::', port: 0 }]
  const { port, asked } = await hostDns(fakeSource([fakeZone()]), { listen })
  for (const host of ['127.0.0.1', '::1']) {
    await query({ host, port }, SOA)
    await queryStream({ host, port }, SOA)
  }
  const addresses = asked.map(({ asker }) => `${asker.transport} ${asker.address}`)
  expect(addresses).toEqual(['udp 127.0.0.1', 'tcp 127.0.0.1', 'udp ::1', 'tcp ::1'])
})

test('listens at all addresses of both families, where both are named', async (context) => {
  if (!(await hasIpv6())) context.skip('this machine has no IPv6')
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port } = free.address() as { readonly port: number }
  free.close()
  const listen = ['::', '0.0.0.0'].map((address) => ({ address, port }))
  const { server } = await hostDns(fakeSource([fakeZone()]), { listen })
  expect(server.endpoints).toEqual(listen)
  expect(await query({ host: '127.0.0.1', port }, SOA)).toMatchObject({ rcode: 'NOERROR' })
  expect(await query({ host: '::1', port }, SOA)).toMatchObject({ rcode: 'NOERROR' })
})

test('does not open by half: a port in use for UDP leaves none open for TCP', async () => {
  const taken = createSocket('udp4').bind(0, '127.0.0.1')
  await once(taken, 'listening')
  onTestFinished(() => void taken.close())
  const { port } = taken.address()
  const listen = [
    { address: '127.0.0.2', port: 0 },
    { address: '127.0.0.1', port },
  ]
  await expect(hostDns(fakeSource([]), { listen })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  const again = createServer().listen(port, '127.0.0.1')
  await once(again, 'listening')
  again.close()
})

test.each([
  ['192.0.2.1', '192.0.2.1', '192.0.2.1:53'],
  ['::ffff:192.0.2.1', '192.0.2.1', '192.0.2.1:53'],
  ['::ffff:c000', '::ffff:c000', '[::ffff:c000]:53'],
  ['fe80::1%eth0', 'fe80::1', '[fe80::1]:53'],
])('%s is %s, and with its port %s', (given, plain, printed) => {
  expect(plainAddress(given)).toBe(plain)
  expect(printEndpoint({ address: plain, port: 53 })).toBe(printed)
})
