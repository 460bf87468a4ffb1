import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Restoration, StoredList, Subscriber } from '../../../../src/distribute/ports.ts'
import { readLedger } from '../../../../src/distribute/zones/ledger-file.ts'
import { SecondaryLedger } from '../../../../src/distribute/zones/secondary-ledger.ts'
import { ZoneDesk } from '../../../../src/distribute/zones/zone-desk.ts'
import type { Asker, Transfer, TransferPart, Zone } from '../../../../src/dns/zone-source.ts'
import type { ZoneDifference } from '../../../../src/formats/zone/condense-zone.ts'
import type { ZoneKey } from '../../../../src/formats/zone/zone-image.ts'
import {
  bytesOf,
  byteAt,
  FakeImage,
  partsOf,
  subscriberKey,
  zoneCatalog,
  zoneList,
  zoneSubscriber,
} from '../../../support/zone-builders.ts'

const NOW = Date.UTC(2026, 10, 24, 12)

let folder: string
let nowMs: number
let ledger: SecondaryLedger
let desk: ZoneDesk
let images: FakeImage[]
let faults: unknown[]
let condense: (key: ZoneKey, from: number, maxBytes: number) => Promise<ZoneDifference | null>
let origins: Map<string, string>

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-desk-'))
  nowMs = NOW
  images = []
  faults = []
  origins = new Map()
  condense = () => Promise.resolve(null)
  openDesk()
})

afterEach(() => {
  desk.close()
  ledger.close()
  rmSync(folder, { recursive: true, force: true })
  expect(faults).toEqual([])
})

function openDesk(): void {
  const now = () => new Date(nowMs)
  const onFault = (fault: unknown) => void faults.push(fault)
  ledger = new SecondaryLedger({ path: join(folder, 'secondaries.jsonl'), now, onFault })
  desk = new ZoneDesk({
    ...{ ledger, now, onFault },
    condense: (...asked) => condense(...asked),
    open: (key) => {
      const image = new FakeImage(key, [100, 50], origins.get(key.place))
      images.push(image)
      return image
    },
  })
}

/** The same data, opened by another process after this one was killed. */
function restart(): void {
  openDesk()
}

const LISTS = [zoneList(1, 'a'), zoneList(2, 'b'), zoneList(3, 'bare')].map((list) =>
  list.id === 'bare' ? { ...list, definition: { ...list.definition, zone: null } } : list,
)
const ISP = zoneSubscriber('isp', { lists: ['a', 'bare'], keys: [subscriberKey('isp-1')] })
const OTHER = zoneSubscriber('other', { lists: ['b'], keys: [subscriberKey('other-1')] })
const UNBOUND = zoneSubscriber('unbound', {
  ...{ lists: ['a'], transfer: 'networks' as const, networks: ['192.0.2.0/24'] },
})

function keyOf(place: string, serial: number, state = `${serial}`): ZoneKey {
  return { place, serial, state }
}

function serve(
  subscribers: readonly Subscriber[] = [ISP, OTHER, UNBOUND],
  more: { lists?: readonly StoredList[]; restorations?: readonly Restoration[] } = {},
): void {
  desk.update(zoneCatalog(more.lists ?? LISTS, subscribers, more.restorations))
}

function asks(key: string | null, address = '198.51.100.1'): Asker {
  return { key, address, transport: 'tcp' }
}

function zoneFor(name: string, asker: Asker = asks('isp-1')): Zone {
  const zone = desk.zone(name, asker)
  if (zone === null) throw new Error(`there is no zone ${name}`)
  return zone
}

async function finish(transfer: Transfer, outcome: 'sent' | 'broken' = 'sent'): Promise<Buffer> {
  const bytes = bytesOf(await partsOf(transfer))
  transfer.end(outcome)
  return bytes
}

function difference(from: number, to: number): ZoneDifference {
  const records = Uint8Array.of(to, from, to, to)
  return { from, to, records: 4, bytes: 4, parts: [{ records, ends: [4], counts: [4] }] }
}

describe('a key', () => {
  test('works until its end, and no longer', () => {
    const until = new Date(NOW + 1000)
    serve([
      zoneSubscriber('isp', { keys: [subscriberKey('old', { until }), subscriberKey('new')] }),
    ])
    expect(desk.key('old')).toMatchObject({ name: 'old', algorithm: 'hmac-sha256' })
    nowMs += 1000
    expect(desk.key('old')).toBeNull()
    expect(desk.key('new')?.secret.export()).toEqual(Buffer.alloc(32, 7))
    expect(desk.key('unknown')).toBeNull()
  })

  test('is gone with the catalog in which it is not', () => {
    serve()
    expect(desk.key('isp-1')).not.toBeNull()
    serve([OTHER])
    expect(desk.key('isp-1')).toBeNull()
  })

  test('of a subscriber that was revoked is none', () => {
    serve([{ ...ISP, revokedAt: new Date(NOW) }])
    expect(desk.key('isp-1')).toBeNull()
  })

  test('of a subscriber known by its networks is none', () => {
    serve([{ ...UNBOUND, keys: [subscriberKey('u-1')] }])
    expect(desk.key('u-1')).toBeNull()
  })
})

describe('a zone', () => {
  beforeEach(() => {
    serve()
    for (const place of ['a', 'b', 'bare']) desk.take(keyOf(place, 1))
  })

  test('is there for the subscriber whose list it is', () => {
    expect(desk.zone('a.rpz.test', asks('isp-1'))).toMatchObject({ name: 'a.rpz.test', serial: 1 })
    expect(desk.zone('b.rpz.test', asks('other-1'))?.soa).toEqual(Uint8Array.of(1))
  })

  test.each([
    ['b.rpz.test', asks('isp-1'), 'is another subscriber’s'],
    ['c.rpz.test', asks('isp-1'), 'does not exist'],
    ['bare.rpz.test', asks('isp-1'), 'has no origin in its list’s definition'],
    ['a.rpz.test', asks('gone-1'), 'is asked for with a key that is unknown'],
    ['a.rpz.test', asks(null), 'is asked for from nowhere'],
    ['b.rpz.test', asks(null, '192.0.2.9'), 'is asked for from the networks of another'],
    ['rpz.test', asks('isp-1'), 'is above'],
    ['x.a.rpz.test', asks('isp-1'), 'is below'],
  ])('is not there when it %s', (name, asker) => {
    expect(desk.zone(name, asker)).toBeNull()
  })

  test('is there without a key for whoever asks from the networks of its subscriber', () => {
    expect(desk.zone('a.rpz.test', asks(null, '192.0.2.9'))).not.toBeNull()
    expect(desk.zone('a.rpz.test', asks(null, '192.0.3.9'))).toBeNull()
  })

  test('is there with a key only from the networks that its subscriber has', () => {
    serve([{ ...ISP, networks: ['192.0.2.0/24', '2001:db8::/32'] }])
    expect(desk.zone('a.rpz.test', asks('isp-1'))).toBeNull()
    expect(desk.zone('a.rpz.test', asks('isp-1', '192.0.2.1'))).not.toBeNull()
    expect(desk.zone('a.rpz.test', asks('isp-1', '2001:db8::53'))).not.toBeNull()
    expect(desk.zone('a.rpz.test', asks(null, '192.0.2.1'))).toBeNull()
  })

  test('costs the same work whether it exists for somebody else or not at all', () => {
    const workFor = (name: string, asker: Asker): string[] => {
      const work: string[] = []
      const get = vi.spyOn(Map.prototype, 'get').mockImplementation(function (
        this: Map<unknown, unknown>,
        key: unknown,
      ) {
        get.mockRestore()
        work.push(`${this.size}${key === name ? '' : ` ${String(key)}`}`)
        const value = this.get(key)
        spyAgain()
        return value
      })
      const implementation = get.getMockImplementation()
      const spyAgain = () => {
        vi.spyOn(Map.prototype, 'get').mockImplementation(implementation as never)
      }
      expect(desk.zone(name, asker)).toBeNull()
      vi.restoreAllMocks()
      return work
    }
    // Once, for what is put together at the first question.
    expect(desk.zone('a.rpz.test', asks('isp-1'))).not.toBeNull()
    expect(desk.zone('a.rpz.test', asks(null, '192.0.2.1'))).not.toBeNull()
    for (const asker of [asks('isp-1'), asks('gone'), asks(null, '192.0.2.1'), asks(null)]) {
      const hidden = workFor('b.rpz.test', asker)
      expect(hidden.length).toBeGreaterThan(0)
      expect(workFor('zzzzzzzz.test', asker)).toEqual(hidden)
    }
  })

  test('follows the list to another origin with the serial that has it', () => {
    expect(desk.zone('new.rpz.test', asks('isp-1'))).toBeNull()
    origins.set('a', 'new.rpz.test')
    desk.take(keyOf('a', 2))
    expect(desk.zone('a.rpz.test', asks('isp-1'))).toBeNull()
    expect(desk.zone('new.rpz.test', asks('isp-1'))?.serial).toBe(2)
  })

  test('ends when its list’s definition has no origin any more', () => {
    const [a, ...rest] = LISTS
    serve([ISP], { lists: [{ ...a!, definition: { ...a!.definition, zone: null } }, ...rest] })
    expect(desk.zone('a.rpz.test', asks('isp-1'))).toBeNull()
  })
})

describe('a whole transfer', () => {
  beforeEach(() => {
    serve()
    desk.take(keyOf('a', 1))
  })

  test('gives the zone as it was when it began, though the next serial comes', async () => {
    const transfer = await zoneFor('a.rpz.test').whole()
    const parts = transfer.parts()[Symbol.asyncIterator]()
    desk.take(keyOf('a', 2))
    const first = (await parts.next()).value as TransferPart
    expect(first).toMatchObject({ ends: [100, 150], counts: [2, 2] })
    expect([...first.records]).toEqual(Array.from({ length: 150 }, (_, at) => byteAt(1, at)))
    expect(images[0]?.isClosed).toBe(false)
    expect((await parts.next()).done).toBe(true)
    transfer.end('sent')
    expect(images[0]?.isClosed).toBe(true)
    expect(images[1]?.isClosed).toBe(false)
  })

  test('that waited gives the serial that came meanwhile', async () => {
    const zone = zoneFor('a.rpz.test')
    desk.take(keyOf('a', 2))
    const transfer = await zone.whole()
    expect(transfer).toMatchObject({ style: 'whole', serial: 2, bytes: 150 })
    expect((await finish(transfer))[0]).toBe(byteAt(2, 0))
  })

  test('of a zone that went to another origin meanwhile is refused', async () => {
    const zone = zoneFor('a.rpz.test')
    origins.set('a', 'new.rpz.test')
    desk.take(keyOf('a', 2))
    await expect(zone.whole()).rejects.toMatchObject({ code: 'serve/not-found' })
    await expect(zone.since(1)).rejects.toMatchObject({ code: 'serve/not-found' })
  })

  test('leaves its mark in the file before its first byte, and not before its turn', async () => {
    const transfer = await zoneFor('a.rpz.test').whole()
    expect(readLedger(ledger.path)).toEqual([])
    transfer.parts()
    expect(readLedger(ledger.path)).toMatchObject([{ subscriber: 'isp', running: 1 }])
    transfer.end('sent')
    expect(readLedger(ledger.path)).toMatchObject([{ running: 0, isBroken: false, serial: 1 }])
  })

  test('whose connection is lost while it waits harms nobody', async () => {
    const transfer = await zoneFor('a.rpz.test').whole()
    transfer.end('broken')
    expect([...ledger.all()]).toEqual([])
  })

  test('is counted once, however often its end is told', async () => {
    const transfer = await zoneFor('a.rpz.test').whole()
    await finish(transfer)
    transfer.end('broken')
    expect([...desk.counts.transfers()]).toEqual([
      { list: 'a', style: 'whole', outcome: 'sent', transfers: 1, bytes: 150 },
    ])
    expect(ledger.of('isp')).toMatchObject([{ isBroken: false }])
  })
})

describe('what came since a serial', () => {
  beforeEach(() => {
    serve()
    desk.take(keyOf('a', 7))
    condense = (key, from) => Promise.resolve(difference(from, key.serial))
  })

  test('is the difference where there is one', async () => {
    const transfer = await zoneFor('a.rpz.test').since(5)
    expect(transfer).toMatchObject({ style: 'difference', serial: 7, bytes: 4 })
    expect([...(await finish(transfer))]).toEqual([7, 5, 7, 7])
    expect(ledger.of('isp')).toMatchObject([{ serial: 7, transfer: { style: 'difference' } }])
  })

  test('is the whole zone where there is none, none so small, or it fails', async () => {
    const asked: number[] = []
    condense = (_, from, maxBytes) => {
      asked.push(maxBytes)
      return from === 5 ? Promise.resolve(null) : Promise.reject(new Error('no thread'))
    }
    for (const serial of [5, 6]) {
      const asker = asks('isp-1', `10.0.0.${serial}`)
      const transfer = await zoneFor('a.rpz.test', asker).since(serial)
      expect(transfer).toMatchObject({ style: 'whole', serial: 7 })
      await finish(transfer)
    }
    expect(asked).toEqual([150, 150])
    expect(faults.splice(0)).toMatchObject([{ message: 'no thread' }])
  })

  test('is made once for all who ask at the same time, and after that not at all', async () => {
    const made: number[] = []
    condense = (key, from) => {
      made.push(from)
      return Promise.resolve(difference(from, key.serial))
    }
    const askers = Array.from({ length: 32 }, (_, i) => asks('isp-1', `10.0.0.${i}`))
    await Promise.all(askers.map((asker) => zoneFor('a.rpz.test', asker).since(5)))
    await zoneFor('a.rpz.test').since(5)
    expect(made).toEqual([5])
    desk.take(keyOf('a', 8))
    expect(await zoneFor('a.rpz.test').since(5)).toMatchObject({ serial: 8 })
    expect(made).toEqual([5, 5])
  })

  test('is the whole zone for a secondary whose last whole transfer broke, until one is sent', async () => {
    await finish(await zoneFor('a.rpz.test').whole(), 'broken')
    expect(await zoneFor('a.rpz.test', asks('isp-1', '10.0.0.1')).since(5)).toMatchObject({
      style: 'difference',
    })
    const again = await zoneFor('a.rpz.test').since(5)
    expect(again.style).toBe('whole')
    await finish(again, 'broken')
    const third = await zoneFor('a.rpz.test').since(5)
    expect(third.style).toBe('whole')
    await finish(third)
    desk.take(keyOf('a', 8))
    expect((await zoneFor('a.rpz.test').since(7)).style).toBe('difference')
  })

  test('is the whole zone for a secondary that was sent one and still has a serial before it', async () => {
    await finish(await zoneFor('a.rpz.test').whole())
    const other = asks('isp-1', '10.0.0.1')
    expect((await zoneFor('a.rpz.test', other).since(6)).style).toBe('difference')
    const again = await zoneFor('a.rpz.test').since(6)
    expect(again.style).toBe('whole')
    await finish(again)
    desk.take(keyOf('a', 9))
    const next = await zoneFor('a.rpz.test').since(7)
    expect(next.style).toBe('difference')
    await finish(next)
    // What it got since is no whole zone: of a difference it takes all or nothing.
    expect((await zoneFor('a.rpz.test').since(6)).style).toBe('difference')
  })

  test('is the whole zone for one whose whole transfer was on its way when the process died', async () => {
    const transfer = await zoneFor('a.rpz.test').whole()
    transfer.parts()
    restart()
    serve()
    desk.take(keyOf('a', 7))
    expect((await zoneFor('a.rpz.test').since(5)).style).toBe('whole')
    transfer.end('sent')
  })

  test('is the difference after a difference that broke, which harms nobody', async () => {
    await finish(await zoneFor('a.rpz.test').since(5), 'broken')
    expect((await zoneFor('a.rpz.test').since(5)).style).toBe('difference')
  })

  test('is the whole zone, when that is not made in time', async () => {
    vi.useFakeTimers()
    try {
      condense = () => new Promise(() => undefined)
      const waiting = zoneFor('a.rpz.test').since(5)
      await vi.advanceTimersByTimeAsync(10_000)
      expect((await waiting).style).toBe('whole')
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a zone that was made anew under the serial that is served', () => {
  beforeEach(() => {
    serve()
    origins.set('a', 'a.rpz.test')
    desk.take({ ...keyOf('a', 7), by: 'render' }, true)
    condense = (key, from) => Promise.resolve(difference(from, key.serial))
  })

  test('is served in its place, under its name, with differences of its own', async () => {
    const before = zoneFor('a.rpz.test')
    await before.since(5)
    origins.set('a', 'other.rpz.test')
    condense = () => Promise.resolve(null)
    desk.take({ ...keyOf('a', 7), by: 'render' }, true)
    expect(images.map(({ isClosed }) => isClosed)).toEqual([true, false])
    expect(desk.zone('a.rpz.test', asks('isp-1'))).toBeNull()
    expect((await zoneFor('other.rpz.test').since(5)).style).toBe('whole')
  })

  test('is not led to by a difference that was being made', async () => {
    let finishOld: (made: ZoneDifference) => void = () => undefined
    condense = () => new Promise((resolve) => (finishOld = resolve))
    const waiting = zoneFor('a.rpz.test').since(5)
    await Promise.resolve()
    desk.take({ ...keyOf('a', 7), by: 'render' }, true)
    finishOld(difference(5, 7))
    expect((await waiting).style).toBe('whole')
    condense = (key, from) => Promise.resolve(difference(from, key.serial))
    expect((await zoneFor('a.rpz.test', asks('isp-1', '10.0.0.9')).since(6)).style).toBe(
      'difference',
    )
  })
})

describe('after a restored backup', () => {
  const restorations = [{ list: 'a', serial: 5, at: new Date(NOW) }]

  beforeEach(() => {
    condense = (key, from) => Promise.resolve(difference(from, key.serial))
    serve([ISP], { restorations })
    desk.take(keyOf('a', 9))
  })

  test('a serial of before is brought along by the difference', async () => {
    expect((await zoneFor('a.rpz.test').since(5)).style).toBe('difference')
  })

  test('a serial that may have been another one then gets the whole zone', async () => {
    const first = await zoneFor('a.rpz.test').since(8)
    expect(first.style).toBe('whole')
    await finish(first)
    desk.take(keyOf('a', 10))
    expect((await zoneFor('a.rpz.test').since(9)).style).toBe('difference')
    expect((await zoneFor('a.rpz.test').since(8)).style).toBe('whole')
  })

  test('it counts until secondaries of the lost history have expired, and no longer', async () => {
    nowMs = NOW + 2_419_200_000 - 1
    expect((await zoneFor('a.rpz.test').since(8)).style).toBe('whole')
    nowMs++
    expect((await zoneFor('a.rpz.test').since(8)).style).toBe('difference')
  })

  test('what was given before it does not count', async () => {
    nowMs = NOW - 1
    ledger.ended(
      { subscriber: 'isp', zone: 'a.rpz.test', address: '198.51.100.1' },
      { serial: 8, style: 'whole', bytes: 1, ms: 1, outcome: 'sent' },
    )
    nowMs = NOW + 1
    expect((await zoneFor('a.rpz.test').since(8)).style).toBe('whole')
  })

  test('other lists go on', async () => {
    serve([OTHER], { restorations })
    desk.take(keyOf('b', 9))
    expect((await zoneFor('b.rpz.test', asks('other-1')).since(8)).style).toBe('difference')
  })
})

describe('what secondaries do', () => {
  beforeEach(() => {
    serve()
    desk.take(keyOf('a', 3))
  })

  const asked = { zone: 'a.rpz.test', type: 'IXFR', serial: 3, has: 3, answer: 'soa' } as const

  test('is noted when they ask', () => {
    desk.onAsked({ ...asked, asker: asks('isp-1') })
    expect(ledger.of('isp')).toMatchObject([{ serial: 3, key: 'isp-1', askedAtMs: NOW }])
    expect([...desk.counts.questions()]).toEqual([['IXFR', 1]])
  })

  test('is not believed over UDP without a signature', () => {
    desk.onAsked({ ...asked, asker: { ...asks(null, '192.0.2.9'), transport: 'udp' } })
    expect([...ledger.all()]).toEqual([])
    desk.onAsked({ ...asked, asker: asks(null, '192.0.2.9') })
    expect(ledger.of('unbound')).toMatchObject([{ serial: 3, key: null }])
  })
})
