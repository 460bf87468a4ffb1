import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { SecondaryLedger } from '../../src/distribute/zones/secondary-ledger.ts'
import { ZoneDesk } from '../../src/distribute/zones/zone-desk.ts'
import { condenseZone } from '../../src/formats/zone/condense-zone.ts'
import { openZoneImage } from '../../src/formats/zone/zone-image.ts'
import {
  applyDifference,
  openStream,
  query,
  transfer,
  writeQuestion,
  type ClientKey,
} from '../support/dns-client.ts'
import { hostDns, until, type DnsHost } from '../support/dns-host.ts'
import { DEFINITION } from '../support/export-builders.ts'
import {
  SECRET,
  subscriberKey,
  zoneCatalog,
  zoneList,
  zoneSubscriber,
} from '../support/zone-builders.ts'
import { ZoneHistory } from '../support/zones.ts'

const ORIGIN = DEFINITION.zone!.origin
/** More than the buffers of two sockets hold. */
const NAMES = 150_000
const LINES = Array.from(
  { length: NAMES },
  (_, i) => `${createHash('md5').update(String(i)).digest('hex')}.example\thost\tnxdomain\t-\t-`,
)
const KEY: ClientKey = {
  name: 'isp-1',
  algorithm: 'hmac-sha256',
  secret: SECRET,
}

const SUBSCRIBERS = [
  zoneSubscriber('isp', { lists: ['a'], keys: [subscriberKey('isp-1')] }),
  zoneSubscriber('unbound', { lists: ['a'], transfer: 'networks', networks: ['127.0.0.2'] }),
]

let history: ZoneHistory
let ledger: SecondaryLedger
let condensed: number

beforeAll(() => {
  history = new ZoneHistory('a')
  history.next(LINES)
  history.next([...LINES.slice(100), 'new.example\thost\tnxdomain\t-\t-'])
})

afterAll(() => {
  history[Symbol.dispose]()
})

beforeEach(() => {
  condensed = 0
})

/** A desk that has the newest zone, behind a real server. */
async function serve(maxBytes?: number): Promise<DnsHost> {
  const now = () => new Date()
  const onFault = (error: unknown) => {
    throw error
  }
  const path = join(history.root, `ledger-${Math.random()}`)
  ledger = new SecondaryLedger({ path, now, onFault })
  const { folder } = history
  const desk = new ZoneDesk({
    ...{ ledger, now, onFault, ...(maxBytes !== undefined && { maxBytes }) },
    open: (key) => openZoneImage(folder, key),
    condense: (...asked) => {
      condensed++
      return Promise.resolve().then(() => condenseZone(folder, ...asked))
    },
  })
  desk.update(zoneCatalog([zoneList(1, 'a')], SUBSCRIBERS))
  desk.take(history.key(2))
  onTestFinished(() => {
    desk.close()
    ledger.close()
  })
  return hostDns(desk)
}

test('a whole transfer that the reader cuts is followed by whole ones, until it has what it was given', async () => {
  const { port, ended } = await serve()
  const stream = await openStream({ port })
  stream.socket.pause()
  stream.send(writeQuestion({ name: ORIGIN, type: 'AXFR', key: KEY }).bytes)
  await until(() => [...ledger.all()].some(({ running }) => running === 1))
  stream.socket.destroy()
  await until(() => ended.length === 1)
  expect(ended[0]).toMatchObject({ style: 'whole', outcome: 'broken' })
  expect(ledger.of('isp')).toMatchObject([{ isBroken: true, running: 0, serial: null }])
  const again = await transfer({ port }, { name: ORIGIN, type: 'IXFR', serial: 1, key: KEY })
  expect(again).toMatchObject({ style: 'whole', serial: 2 })
  await until(() => ended.length === 2)
  expect(ledger.of('isp')).toMatchObject([{ isBroken: false, serial: 2 }])
  // It was sent serial 2 to the end, and has it not: nobody knows what it has.
  const third = await transfer({ port }, { name: ORIGIN, type: 'IXFR', serial: 1, key: KEY })
  expect(third).toMatchObject({ style: 'whole', serial: 2 })
})

test('32 secondaries that come at once get one difference, made once, and end in the same zone', async () => {
  const { port } = await serve()
  const asking = Array.from({ length: 32 }, () =>
    transfer({ port }, { name: ORIGIN, type: 'IXFR', serial: 1, key: KEY }),
  )
  const answers = await Promise.all(asking)
  expect(condensed).toBe(1)
  for (const answer of answers) expect(answer).toEqual(answers[0])
  const whole = await transfer({ port }, { name: ORIGIN, type: 'AXFR', key: KEY })
  const before = await transferOf(1)
  if (whole.style !== 'whole') throw new Error('expected the whole zone')
  expect(applyDifference(before, answers[0]!)).toEqual([...new Set(whole.records)].sort())
})

/** The zone at the first serial, as a desk that has nothing newer gives it. */
async function transferOf(serial: number): Promise<string[]> {
  using older = new ZoneHistory('a')
  older.next(LINES)
  const newer = history
  history = older
  try {
    const { port } = await serveAt(serial)
    const whole = await transfer({ port }, { name: ORIGIN, type: 'AXFR', key: KEY })
    if (whole.style !== 'whole') throw new Error('expected the whole zone')
    return [...new Set(whole.records)]
  } finally {
    history = newer
  }
}

async function serveAt(serial: number): Promise<DnsHost> {
  const { folder } = history
  const desk = new ZoneDesk({
    ...{ ledger, now: () => new Date(), onFault: () => undefined },
    open: (key) => openZoneImage(folder, key),
    condense: () => Promise.resolve(null),
  })
  desk.update(zoneCatalog([zoneList(1, 'a')], SUBSCRIBERS))
  desk.take(history.key(serial))
  return hostDns(desk)
}

test('a zone that does not fit into memory goes out right to many who read at once, each message signed', async () => {
  const { port } = await serve(0)
  const asking = Array.from({ length: 4 }, () =>
    transfer({ port }, { name: ORIGIN, type: 'AXFR', key: KEY }),
  )
  const [first, ...others] = await Promise.all(asking)
  if (first?.style !== 'whole') throw new Error('expected the whole zone')
  // Without the closing SOA.
  expect(first.records).toHaveLength(history.records(2).length - 1)
  const hash = hashOf(first.records)
  for (const other of others) {
    if (other.style !== 'whole') throw new Error('expected the whole zone')
    expect(hashOf(other.records)).toBe(hash)
  }
  const { port: fromMemory } = await serve()
  const same = await transfer({ port: fromMemory }, { name: ORIGIN, type: 'AXFR', key: KEY })
  if (same.style !== 'whole') throw new Error('expected the whole zone')
  expect(hashOf(same.records)).toBe(hash)
})

function hashOf(records: readonly string[]): string {
  const hash = createHash('sha256')
  for (const record of records) hash.update(`${record}\n`)
  return hash.digest('hex')
}

test('a catalog is transferred, whatever serial is asked from, and to its subscriber alone', async () => {
  const { port } = await serve()
  const name = 'isp.catalog.bailiwick.invalid'
  const catalog = await transfer({ port }, { name, type: 'AXFR', key: KEY })
  if (catalog.style !== 'whole') throw new Error('expected the whole zone')
  expect(catalog.serial).toBe(1)
  // SOA, NS, version, one member.
  expect(catalog.records).toHaveLength(4)
  for (const question of [
    { name, type: 'SOA' },
    { name: 'unbound.catalog.bailiwick.invalid', type: 'SOA', key: KEY },
    { name: 'nobody.catalog.bailiwick.invalid', type: 'SOA', key: KEY },
    { name: 'absent.test', type: 'SOA', key: KEY },
  ]) {
    expect((await query({ port }, question)).rcode).toBe('REFUSED')
  }
  expect((await query({ port }, { name, type: 'SOA', key: KEY })).rcode).toBe('NOERROR')
  const again = await transfer({ port }, { name, type: 'IXFR', serial: 0, key: KEY })
  expect(again).toEqual({ ...catalog, bytes: again.bytes })
})
