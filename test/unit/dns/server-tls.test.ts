import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, TLSSocket, connect } from 'node:tls'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Certificate } from '../../../src/dns/open-dns-server.ts'
import type { ZoneSource } from '../../../src/dns/zone-source.ts'
import {
  openStream,
  query,
  transfer,
  transferOver,
  writeQuestion,
} from '../../support/dns-client.ts'
import { type DnsHostOptions, hostDns, until } from '../../support/dns-host.ts'
import { fakeKey, fakeSource, fakeZone } from '../../support/fake-zones.ts'
import { describeWith } from '../../support/needs-program.ts'
import { TLS_NAME, makeCertificate } from '../../support/secondaries/certificates.ts'

const key = fakeKey()
const AXFR = { name: 'rpz.test.', type: 'AXFR', key: key.client } as const

describeWith('openssl', 'over TLS', () => {
  let folder: string
  let first: Certificate
  let second: Certificate

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bailiwick-xot-'))
    first = read('first')
    second = read('second')
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function read(name: string): Certificate {
    const files = makeCertificate(folder, name)
    const [certificate, secret] = [files.cert, files.key].map((path) => readFileSync(path, 'utf8'))
    return { certificate: certificate!, key: secret! }
  }

  async function host(source: ZoneSource, options: DnsHostOptions = {}) {
    const tls = { listen: [{ address: '127.0.0.1', port: 0 }], ...first }
    return hostDns(source, { listen: [], tls, ...options })
  }

  /** Where a client finds it that trusts this certificate. */
  function at(port: number, { certificate: ca }: Certificate) {
    return { port, tls: { ca, name: TLS_NAME }, timeoutMs: 20_000 }
  }

  async function handshake(port: number, options: ConnectionOptions): Promise<TLSSocket> {
    const socket = connect({ port, host: '127.0.0.1', ca: first.certificate, ...options })
    onTestFinished(() => void socket.destroy())
    await once(socket, 'secureConnect')
    return socket
  }

  test('a zone is transferred, with `dot` agreed upon', async () => {
    const zone = fakeZone({ names: 3000 })
    const { port, asked } = await host(fakeSource([zone], [key]))
    const stream = await openStream(at(port, first))
    expect(await transferOver(stream, AXFR)).toMatchObject({ style: 'whole', messages: 31 })
    const { socket } = stream
    expect(socket).toMatchObject({ alpnProtocol: 'dot' })
    expect(socket instanceof TLSSocket && socket.getProtocol()).toBe('TLSv1.3')
    expect(asked).toMatchObject([{ asker: { transport: 'tls', address: '127.0.0.1' } }])
    socket.end()
    await until(() => zone.outcomes.length > 0)
    expect(zone.outcomes).toEqual(['whole sent'])
  })

  test('a client without ALPN is taken, as Unbound is', async () => {
    const { port } = await host(fakeSource([fakeZone()]))
    const socket = await handshake(port, { servername: TLS_NAME })
    expect(socket.alpnProtocol).toBe(false)
    const { bytes } = writeQuestion({ name: 'rpz.test.', type: 'SOA' })
    socket.write(Buffer.concat([Buffer.from([0, bytes.length]), bytes]))
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.readUInt16BE(2)).toBe(bytes.readUInt16BE(0))
  })

  test.each([
    ['another protocol', { ALPNProtocols: ['h2'] }],
    ['an older TLS', { maxVersion: 'TLSv1.2' as const }],
  ])('a client with %s is refused', async (_, options) => {
    const { port, refused, server } = await host(fakeSource([fakeZone()]))
    await expect(handshake(port, { servername: TLS_NAME, ...options })).rejects.toThrow()
    await until(() => server.counts().connections === 0)
    expect(refused).toMatchObject([{ reason: 'handshake', transport: 'tls' }])
  })

  test('what is no TLS is refused', async () => {
    const { port, refused, server } = await host(fakeSource([fakeZone()]))
    const socket = connectTcp(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(Buffer.alloc(100, 'GET / HTTP/1.1\r\n'))
    await once(socket, 'close')
    await until(() => server.counts().connections === 0)
    expect(refused).toMatchObject([{ reason: 'handshake' }])
  })

  test('who does not speak is closed when the time for the handshake is over', async () => {
    const limits = { handshakeMs: 50 }
    const { port, refused, server } = await host(fakeSource([fakeZone()]), { limits })
    const socket = connectTcp(port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
    await until(() => server.counts().connections === 1)
    socket.resume()
    await once(socket, 'close')
    await until(() => server.counts().connections === 0)
    expect(refused).toMatchObject([{ reason: 'handshake' }])
  })

  test('a question by UDP to the same port is answered', async () => {
    const { port } = await host(fakeSource([fakeZone()]))
    const answer = await query({ port }, { name: 'rpz.test.', type: 'SOA' })
    expect(answer).toMatchObject({ rcode: 'NOERROR' })
  })

  test('a new certificate is for new connections; those that are open go on', async () => {
    const { port, server } = await host(fakeSource([fakeZone({ names: 500 })], [key]))
    const open = await openStream(at(port, first))
    server.setCertificate(second)
    expect(await transferOver(open, AXFR)).toMatchObject({ style: 'whole' })
    expect(await transfer(at(port, second), AXFR)).toMatchObject({ style: 'whole' })
    await expect(transfer(at(port, first), AXFR)).rejects.toThrow(/self-signed/)
    open.close()
  })

  test('a wrong certificate leaves the one before', async () => {
    const { port, server } = await host(fakeSource([fakeZone()], [key]))
    const mixed = { certificate: first.certificate, key: second.key }
    for (const wrong of [mixed, { certificate: 'none', key: 'none' }]) {
      expect(() => server.setCertificate(wrong)).toThrow(
        expect.objectContaining({ code: 'serve/certificate' }),
      )
    }
    expect(await transfer(at(port, first), AXFR)).toMatchObject({ style: 'whole' })
  })

  test('the limits of connections hold before the handshake', async () => {
    const limits = { connectionsPerAddress: 1 }
    const { port, refused } = await host(fakeSource([fakeZone()], [key]), { limits })
    const silent = connectTcp(port, '127.0.0.1')
    onTestFinished(() => void silent.destroy())
    await once(silent, 'connect')
    await expect(openStream(at(port, first))).rejects.toThrow()
    expect(refused).toMatchObject([{ reason: 'connections-of-address' }])
  })

  test('a handshake in progress makes room where there is none', async () => {
    const { port } = await host(fakeSource([fakeZone()], [key]), { limits: { connections: 1 } })
    const silent = connectTcp(port, '127.0.0.1')
    silent.on('error', () => undefined)
    await once(silent, 'connect')
    silent.resume()
    const closed = once(silent, 'close')
    expect(await transfer(at(port, first), AXFR)).toMatchObject({ style: 'whole' })
    await closed
  })

  test('a wrong record ends the connection, and nothing before it counts as arrived', async () => {
    const zone = fakeZone()
    const { port, server } = await host(fakeSource([zone], [key]))
    const below = connectTcp(port, '127.0.0.1')
    const socket = await handshake(port, { servername: TLS_NAME, socket: below })
    socket.on('error', () => undefined)
    const { bytes } = writeQuestion(AXFR)
    socket.write(Buffer.concat([Buffer.from([0, bytes.length]), bytes]))
    await once(socket, 'data')
    const wrong = Buffer.from([23, 3, 3, 0, 20, ...Buffer.alloc(20, 1)])
    below.write(wrong)
    await until(() => server.counts().connections === 0)
    expect(zone.outcomes).toEqual(['whole broken'])
  })

  test('a reader that takes nothing is cut in the end', async () => {
    const zone = fakeZone({ names: 300_000, labelBytes: 60, perMessage: 700, perPart: 8 })
    const limits = { stallMs: 300 }
    const { port, refused, server } = await host(fakeSource([zone], [key]), { limits })
    const socket = await handshake(port, { servername: TLS_NAME, ALPNProtocols: ['dot'] })
    socket.on('error', () => undefined)
    socket.pause()
    const { bytes } = writeQuestion(AXFR)
    socket.write(Buffer.concat([Buffer.from([0, bytes.length]), bytes]))
    await until(() => refused.length > 0)
    expect(refused).toMatchObject([{ reason: 'stalled', transport: 'tls' }])
    await until(() => server.counts().connections === 0 && zone.outcomes.length > 0)
    expect(zone.outcomes).toEqual(['whole broken'])
  })

  test('connections in and before the handshake end when the server stops', async () => {
    const { port, server } = await host(fakeSource([fakeZone()], [key]))
    const [silent, open] = [connectTcp(port, '127.0.0.1'), await openStream(at(port, first))]
    onTestFinished(() => void silent.destroy())
    silent.on('error', () => undefined)
    await until(() => server.counts().connections === 2)
    open.socket.on('end', () => open.socket.end())
    await server.stop(10_000)
    expect(server.counts()).toEqual({ connections: 0, transfers: 0, waiting: 0 })
  })
})
