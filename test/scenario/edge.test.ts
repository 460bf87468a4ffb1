import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { hashToken, printToken } from '../../src/platform/http-auth.ts'
import { runBailiwick } from '../support/bailiwick-command.ts'
import {
  applyDifference,
  transfer,
  type ClientKey,
  type ZoneTransfer,
} from '../support/dns-client.ts'
import { keyOf, writeCredentials, type CredentialsOf } from '../support/edge-credentials.ts'
import { openLiveAuthority, type LiveAuthority } from '../support/live-authority.ts'
import { makeEdgeHost, type EdgeHost, type LiveEdge } from '../support/live-edge.ts'
import { findFlaws, openCopyHost } from '../support/copy-host.ts'

const zone = (id: string): object => ({
  ...{ origin: `${id}.rpz.example`, ttl: 300, refresh: 300, retry: 60, expire: 2419200 },
  zonemd: id === 'open',
})
const definition = (id: string, visibility: string): Record<string, unknown> => ({
  ...{ id, title: `The list ${id}`, authority: 'Example CERT', visibility },
  ...{ guard: { maxGrowth: 1e6, maxShrink: 1, minEntries: 0 }, publish: { cron: null } },
  zone: zone(id),
})

let authority: LiveAuthority
/** The token of the edges, which may see everything. */
let tokenFile = ''
let secretPlace = ''
let added = 0

beforeAll(async () => {
  authority = await openLiveAuthority(definition('open', 'public'))
  const folder = join(authority.rootFile, '..')
  const file = join(folder, 'secret.json')
  writeFileSync(file, JSON.stringify(definition('secret', 'restricted')))
  await authority.run('list', 'apply', file)
  await authority.run('entry', 'add', 'secret', 'hidden.example', '--reason', 'r')
  await publishNext('open')
  await authority.run('publish', 'secret')
  const made = await authority.run('subscriber', 'add', 'edges', '--lists', 'open,secret', '--json')
  tokenFile = join(folder, 'edges.token')
  const { token } = JSON.parse(made) as { readonly token: string }
  writeFileSync(tokenFile, `${token}\n`)
  secretPlace = await placeOf('secret', token)
})
afterAll(() => authority.stop())

/** What a command does is in effect within a second. */
async function placeOf(list: string, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` }
  for (let tries = 0; tries < 50; tries++) {
    const answer = await fetch(`${authority.url}/v1/lists/${list}`, { headers })
    if (answer.ok) return ((await answer.json()) as { readonly place: string }).place
    await sleep(100)
  }
  throw new Error(`expected the list ${list} for its subscriber, got 404`)
}

/** Adds some names to a list and publishes it. */
async function publishNext(list: string): Promise<void> {
  const folder = join(authority.rootFile, '..')
  const names = Array.from({ length: 40 }, () => `n${added++}.example`)
  writeFileSync(join(folder, 'names.txt'), names.map((name) => `${name}\n`).join(''))
  await authority.run('entry', 'import', list, join(folder, 'names.txt'), '--reason', 'r')
  await authority.run('publish', list)
}

async function newestSerial(): Promise<number> {
  const answer = await fetch(`${authority.url}/v1/lists/open`)
  return ((await answer.json()) as { readonly serial: number }).serial
}

const isp: CredentialsOf = {
  name: 'isp-a',
  token: printToken(Buffer.alloc(32, 7)),
  lists: [
    { id: 'open', place: 'open', origin: 'open.rpz.example' },
    { id: 'secret', place: '', origin: 'secret.rpz.example' },
  ],
}

/** A host for an edge of the authority, with the credentials of one subscriber. */
function edgeHost(source = authority.url, more: Readonly<Record<string, unknown>> = {}): EdgeHost {
  const host = makeEdgeHost(source, authority.rootFile, {
    ...{ subscribers: 'subscribers.json', tokenFile, ...more },
  })
  writeSubscribers(host, [isp])
  return host
}

function writeSubscribers(host: EdgeHost, all: readonly CredentialsOf[]): void {
  const placed = all.map((one) => ({
    ...one,
    lists: one.lists.map((list) => (list.id === 'secret' ? { ...list, place: secretPlace } : list)),
  }))
  writeCredentials(join(host.folder, 'subscribers.json'), placed)
}

async function zoneAt(edge: LiveEdge, serial?: number, name = 'open'): Promise<ZoneTransfer> {
  return transfer(edge.dns, {
    ...{ name: `${name}.rpz.example`, type: serial === undefined ? 'AXFR' : 'IXFR' },
    ...(serial !== undefined && { serial }),
    key: keyOf(isp),
  })
}

async function untilZone(
  edge: LiveEdge,
  serial: number,
  { name = 'open', from }: { readonly name?: string; readonly from?: number } = {},
): Promise<ZoneTransfer> {
  const got: ZoneTransfer[] = []
  await edge.until(`the zone of ${name} at ${serial}`, async () => {
    const zone = await zoneAt(edge, from, name).catch(() => null)
    if (zone?.serial === serial) got.push(zone)
    return got.length > 0
  })
  return got[0] ?? Promise.reject(new Error('no zone'))
}

async function body(url: string, headers: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(url, { headers })
  if (answer.status !== 200) return String(answer.status)
  return Buffer.from(await answer.arrayBuffer()).toString('base64')
}

const bearer = { authorization: `Bearer ${isp.token}` }

interface Notify {
  readonly opcode: number
  readonly name: string
  readonly serial: number
}

/** Of a NOTIFY with the SOA `localhost. hostmaster.localhost. …`. */
function readNotify(bytes: Buffer): Notify {
  const labels: string[] = []
  let at = 12
  for (; (bytes[at] ?? 0) > 0; at += 1 + (bytes[at] ?? 0))
    labels.push(bytes.toString('latin1', at + 1, at + 1 + (bytes[at] ?? 0)))
  const serialAt = bytes.indexOf('hostmaster', at) + 'hostmaster.localhost'.length + 1
  const serial = bytes.readUInt32BE(serialAt)
  return { opcode: ((bytes[2] ?? 0) >> 3) & 15, name: labels.join('.'), serial }
}

/** Ten behave as two do, but need ten times the start. */
const EDGES = process.env['SLOW'] ? 10 : 2

describe('edges of one authority', () => {
  it('give the same bytes as it does: files, feeds, signatures, zones, catalogs', async () => {
    const edges = await Promise.all(Array.from({ length: EDGES }, () => edgeHost().start()))
    await publishNext('open')
    const serial = await newestSerial()
    for (const edge of edges) {
      await edge.untilSerial('open', serial)
      await edge.until('the tree', async () => {
        const path = '/tuf/metadata/timestamp.json'
        return (await body(edge.url + path)) === (await body(authority.url + path))
      })
      for (const path of ['rpz', 'rpz.minisig', 'json', 'hosts.minisig']) {
        const url = `/feeds/open/${path}`
        const wanted = await body(authority.url + url)
        expect(wanted).not.toBe('404')
        expect(await body(edge.url + url)).toBe(wanted)
      }
      const [ours, theirs] = [
        await fetch(`${edge.url}/feeds/open/rpz`),
        await fetch(`${authority.url}/feeds/open/rpz`),
      ]
      for (const name of ['etag', 'last-modified', 'bailiwick-serial', 'content-encoding']) {
        expect(ours.headers.get(name)).toBe(theirs.headers.get(name))
      }
    }
    const zones = await Promise.all(edges.map((edge) => untilZone(edge, serial)))
    for (const zone of zones) expect(zone).toEqual(zones[0])
    const catalog = {
      name: 'isp-a.catalog.bailiwick.invalid',
      type: 'AXFR',
      key: keyOf(isp),
    } as const
    const catalogs = await Promise.all(edges.map((edge) => transfer(edge.dns, catalog)))
    for (const one of catalogs) expect(one).toEqual(catalogs[0])
  })

  it('let a secondary go from one to the other, also with a serial that the other has jumped over', async () => {
    const [hostA, hostB] = [edgeHost(), edgeHost()]
    const a = await hostA.start()
    const first = await hostB.start()
    const start = await newestSerial()
    await untilZone(first, start)
    // Until it is started again B sees nothing.
    await first.stop()
    await publishNext('open')
    const between = await untilZone(a, start + 1)
    await publishNext('open')
    await publishNext('open')
    const b = await hostB.start()
    // Before it is given the whole: who comes back with an earlier serial has not got that.
    const difference = await untilZone(b, start + 3, { from: start + 1 })
    const whole = await zoneAt(b)
    if (between.style !== 'whole' || whole.style !== 'whole') throw new Error('no whole zone')
    expect(difference.style).toBe('difference')
    const records = applyDifference(between.records, difference)
    expect([...new Set(records)]).toEqual([...new Set(whole.records)].sort())
  })
})

describe('an edge', () => {
  it('is a source for agents and for edges', async () => {
    const a = await edgeHost().start()
    const serial = await newestSerial()
    await a.untilSerial('open', serial)
    // Of an edge that has what this one may see: the token of a subscriber, whom A knows.
    const host = edgeHost(a.url)
    writeFileSync(join(host.folder, 'token'), `${isp.token}\n`)
    const c = await host.start({ tokenFile: 'token' })
    await c.untilSerial('open', serial)
    await c.untilSerial('secret', 1, isp.token)
    expect(await untilZone(c, serial)).toEqual(await untilZone(a, serial))
    expect(await body(`${c.url}/feeds/open/rpz.minisig`)).toBe(
      await body(`${authority.url}/feeds/open/rpz.minisig`),
    )
    const config = {
      ...{ source: c.url, root: authority.rootFile, state: 'agent', tokenFile: 'token' },
      lists: ['open', 'secret'].map((id) => ({
        id,
        outputs: [{ format: 'rpz', path: `${id}.rpz` }],
      })),
    }
    writeFileSync(join(host.folder, 'agent.json'), JSON.stringify(config))
    await c.until(
      'the tree',
      async () => (await body(`${c.url}/tuf/metadata/timestamp.json`)) !== '404',
    )
    const pulled = await runBailiwick([
      'agent',
      'pull',
      '--config',
      join(host.folder, 'agent.json'),
    ])
    expect(pulled).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(join(host.folder, 'secret.rpz'), 'utf8')).toContain('hidden.example')
  })

  it('takes the credentials that the authority exports, and gives the zones that it gives', async () => {
    const host = edgeHost()
    const made = await authority.run(
      'subscriber',
      'add',
      'isp-b',
      '--lists',
      'open,secret',
      '--json',
    )
    const { token, tsig } = JSON.parse(made) as { token: string; tsig: ClientKey }
    await authority.run('subscriber', 'export', '-o', join(host.folder, 'subscribers.json'))
    const edge = await host.start()
    await edge.untilSerial('secret', 1, token)
    for (const name of [
      'open.rpz.example',
      'secret.rpz.example',
      'isp-b.catalog.bailiwick.invalid',
    ]) {
      const question = { name, type: 'AXFR', key: tsig } as const
      const [host, port] = authority.dns.split(':')
      const theirs = await transfer({ host: host ?? '', port: Number(port) }, question)
      await edge.until(name, async () => {
        const ours = await transfer(edge.dns, question).catch(() => null)
        return ours?.serial === theirs.serial
      })
      expect(await transfer(edge.dns, question)).toEqual(theirs)
    }
    const seen = await fetch(`${edge.url}/v1/subscribers`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(seen.status).toBe(200)
    expect(await seen.text()).toContain('"open.rpz.example"')
  })

  it('tells the secondaries that it is to tell when it has a serial itself', async () => {
    const told = createSocket('udp4')
    const serials: number[] = []
    told.on('message', (bytes) => {
      const { opcode, name, serial } = readNotify(bytes)
      // RFC 1996 §3.1: NOTIFY.
      if (opcode === 4 && name === 'open.rpz.example') serials.push(serial)
    })
    told.bind(0, '127.0.0.1')
    await once(told, 'listening')
    onTestFinished(() => void told.close())
    const host = edgeHost()
    const notify = [`127.0.0.1:${told.address().port}`]
    writeSubscribers(host, [{ ...isp, notify }])
    const quiet = await host.start({ notify: ['another'] })
    const serial = await newestSerial()
    await untilZone(quiet, serial)
    await quiet.stop()
    expect(serials).toEqual([])
    const edge = await host.start({ notify: ['isp-a'] })
    await edge.until('a word', () => serials.includes(serial))
    await publishNext('open')
    await edge.until('another', () => serials.includes(serial + 1))
    expect((await zoneAt(edge)).serial).toBe(serial + 1)
  })

  it('shows a restricted list to the entitled alone, in feeds, files and zones', async () => {
    const host = edgeHost()
    const edge = await host.start()
    await edge.untilSerial('secret', 1, isp.token)
    const metadata = join(host.state, 'published/tuf/metadata')
    await edge.until('the tree', () => existsSync(join(metadata, 'timestamp.json')))
    const name = readdirSync(metadata).find((file) => file.includes(secretPlace)) ?? ''
    const role = `/tuf/metadata/${name}`
    for (const path of ['/feeds/secret/rpz', '/v1/lists/secret', role]) {
      expect(await body(edge.url + path), path).toBe('404')
      expect(await body(edge.url + path, bearer), path).not.toBe('404')
    }
    expect((await untilZone(edge, 1, { name: 'secret' })).serial).toBe(1)
    const stranger = { name: 'secret.rpz.example', type: 'AXFR' } as const
    await expect(transfer(edge.dns, stranger)).rejects.toThrow('REFUSED')
    // Its entitlement ends with the file.
    writeSubscribers(host, [{ ...isp, lists: isp.lists.slice(0, 1), catalogSerial: 2 }])
    await edge.until(
      'the end of it',
      async () => (await body(`${edge.url}/feeds/secret/rpz`, bearer)) === '404',
    )
    await expect(transfer(edge.dns, { ...stranger, key: keyOf(isp) })).rejects.toThrow('REFUSED')
    // A bad file changes nothing, and is told.
    writeFileSync(join(host.folder, 'subscribers.json'), '{"format":')
    await edge.until('a word', () => edge.log.some(({ code }) => code === 'edge/credentials'))
    expect((await zoneAt(edge)).style).toBe('whole')
  })

  it('goes on without its source, also after a start, and says how old it is', async () => {
    const relay = await openCopyHost({ lists: ['open'], lifeMs: 4000 })
    relay.authority.publish('open', ['a.example\tdomain\tnxdomain\t-\t-'])
    const host = makeEdgeHost(relay.source.url, join(relay.state, '../root.json'), {
      subscribers: 'subscribers.json',
    })
    writeSubscribers(host, [isp])
    const edge = await host.start()
    await edge.untilSerial('open', 1)
    const zoneBefore = await untilZone(edge, 1)
    await edge.until(
      'the tree',
      async () => (await body(`${edge.url}/tuf/metadata/timestamp.json`)) !== '404',
    )
    await relay.source.close()
    await edge.until('a word', () => edge.log.some(({ code }) => code === 'fetch/unreachable'))
    await edge.until('staleness', () => edge.log.some(({ msg }) => String(msg).startsWith('stale')))
    await edge.kill()
    const again = await host.start()
    const ready = await fetch(`${again.url}/readyz`)
    expect(ready.status).toBe(200)
    const age = (await ready.json()) as Record<string, unknown>
    expect(age).toMatchObject({ status: 'ready', isStale: true, checkedAt: null })
    expect(await (await fetch(`${again.url}/v1/lists/open`)).json()).toMatchObject({
      isStale: true,
      serial: 1,
    })
    const metrics = await (await fetch(`${again.url}/metrics`)).text()
    expect(metrics).toMatch(/^bailiwick_edge_stale 1$/m)
    expect(await untilZone(again, 1)).toEqual(zoneBefore)
    expect(await body(`${again.url}/feeds/open/rpz`)).not.toBe('503')
    expect(findFlaws(join(host.state, 'published'))).toEqual([])
  })

  it('killed at any instant has a copy that is whole, and catches up', async () => {
    const host = edgeHost()
    const rounds = process.env['SLOW'] ? 60 : 8
    for (let round = 0; round < rounds; round++) {
      // Starting takes a while of its own, and everything else is soon over.
      await host.startAndKill(250 + Math.floor((round * 600) / rounds))
      expect(findFlaws(join(host.state, 'published')), `round ${round}`).toEqual([])
    }
    const edge = await host.start()
    await untilZone(edge, await newestSerial())
    await edge.stop()
  })

  it('answers what it cannot know with a problem', async () => {
    const edge = await edgeHost().start()
    await edge.untilSerial('open', await newestSerial())
    const answer = await fetch(`${edge.url}/v1/lists/open/entries`)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ code: 'edge/no-history' })
  })

  it('keeps the zone before when the signed digest is another, and says so', async () => {
    const relay = await openCopyHost({ lists: ['open'] })
    const zonemd = (file: string, bytes: Buffer): Buffer =>
      file === 'list.json'
        ? Buffer.from(bytes.toString().replace('"zonemd":false', '"zonemd":true'))
        : bytes
    relay.authority.publish('open', ['a.example\tdomain\tnxdomain\t-\t-'], { raw: zonemd })
    const host = makeEdgeHost(relay.source.url, join(relay.state, '../root.json'), {
      subscribers: 'subscribers.json',
    })
    writeSubscribers(host, [isp])
    const edge = await host.start()
    const before = await untilZone(edge, 1)
    relay.authority.publish('open', ['b.example\tdomain\tnxdomain\t-\t-'], {
      raw: zonemd,
      custom: (file, custom) => {
        if (file.startsWith('snapshot')) custom['zonemd'] = 'ab'.repeat(48)
      },
    })
    await edge.untilSerial('open', 2)
    await edge.until('a word', () => edge.log.some(({ code }) => code === 'zone/digest'))
    expect(await zoneAt(edge)).toEqual(before)
  })
})

describe('the command', () => {
  it('refuses a configuration that is wrong, and credentials that are none', async () => {
    const host = makeEdgeHost(authority.url, authority.rootFile)
    const run = async (change: object): Promise<string> => {
      const file = join(host.folder, 'bad.json')
      writeFileSync(
        file,
        JSON.stringify({ source: authority.url, root: authority.rootFile, state: 's', ...change }),
      )
      const { code, stderr } = await runBailiwick(['edge', '--config', file])
      expect(code).toBe(2)
      return stderr
    }
    expect(await run({ list: ['open'] })).toContain('did you mean "lists"?')
    expect(await run({ http: null, dns: [] })).toContain('to listen on')
    expect(await run({ dnsTls: ['127.0.0.1:0'] })).toContain('expected tls')
    expect(await run({ subscribers: 'none.json' })).toContain('a file of subscribers')
    expect(await run({ schedule: 'often' })).toContain('schedule')
  })

  it('lets one edge work on a folder, and no second', async () => {
    const host = edgeHost()
    const edge = await host.start()
    const { code, stderr } = await runBailiwick([
      'edge',
      '--config',
      join(host.folder, 'edge.json'),
    ])
    expect(code).toBe(3)
    expect(stderr).toContain('agent/locked')
    await edge.stop()
    await sleep(1)
  })
})

// The tokens of subscribers are known to an edge as hashes alone.
it('the credentials of an edge hold no token', () => {
  const host = edgeHost()
  const text = readFileSync(join(host.folder, 'subscribers.json'), 'utf8')
  expect(text).toContain(hashToken(isp.token))
  expect(text).not.toContain(isp.token)
})
