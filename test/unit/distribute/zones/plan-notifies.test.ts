import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Restoration, Subscriber } from '../../../../src/distribute/ports.ts'
import { addressOf, type PlannedNotify } from '../../../../src/distribute/zones/plan-notifies.ts'
import { SecondaryLedger } from '../../../../src/distribute/zones/secondary-ledger.ts'
import { ZoneDesk } from '../../../../src/distribute/zones/zone-desk.ts'
import {
  FakeImage,
  subscriberKey,
  zoneCatalog,
  zoneList,
  zoneSubscriber,
} from '../../../support/zone-builders.ts'

let folder: string
let nowMs: number
let ledger: SecondaryLedger
let desk: ZoneDesk

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-notify-'))
  nowMs = Date.UTC(2026, 10, 24)
  const now = () => new Date(nowMs)
  ledger = new SecondaryLedger({ path: join(folder, 'l.jsonl'), now, onFault: () => undefined })
  desk = new ZoneDesk({
    ...{ ledger, now, onFault: () => undefined, condense: () => Promise.resolve(null) },
    open: (key) => new FakeImage(key, [10]),
  })
})

afterEach(() => {
  ledger.close()
  rmSync(folder, { recursive: true, force: true })
})

const KEYS = [
  subscriberKey('old', { createdAt: new Date(1000) }),
  subscriberKey('new', { createdAt: new Date(2000) }),
]
const ISP = zoneSubscriber('isp', {
  lists: ['a'],
  notify: ['192.0.2.1:53', '[2001:db8::1]:5353'],
  keys: KEYS,
})
const UNBOUND = zoneSubscriber('unbound', {
  ...{ lists: ['a', 'b'], transfer: 'networks' as const, networks: ['10.0.0.0/8'] },
  notify: ['10.0.0.1:53'],
})

function update(
  subscribers: readonly Subscriber[],
  restorations: readonly Restoration[] = [],
): string[] {
  return desk
    .update(zoneCatalog([zoneList(1, 'a'), zoneList(2, 'b')], subscribers, restorations))
    .map(print)
}

function take(place: string, serial: number): PlannedNotify[] {
  return desk.take({ place, serial, state: String(serial) })
}

function print({ zone, serial, to, keys }: PlannedNotify): string {
  return `${to} ${zone} ${serial} ${keys.map(({ name }) => name).join(',')}`
}

function confirm(planned: readonly PlannedNotify[], answer = 'NOERROR'): void {
  for (const one of planned) desk.onNotified(one, { answer, tries: 1 })
}

describe('when a zone comes', () => {
  test('all secondaries of its subscribers are told, with keys where they have them', () => {
    update([ISP, UNBOUND])
    expect(take('a', 4).map(print)).toEqual([
      '192.0.2.1:53 a.rpz.test 4 new,old',
      '[2001:db8::1]:5353 a.rpz.test 4 new,old',
      '10.0.0.1:53 a.rpz.test 4 ',
    ])
    expect(take('b', 1).map(print)).toEqual(['10.0.0.1:53 b.rpz.test 1 '])
    expect(take('b', 2)[0]?.soa).toEqual(Uint8Array.of(2))
  })

  test('nobody is told of one that is served already', () => {
    update([ISP])
    expect(take('a', 4)).toHaveLength(2)
    expect(take('a', 4)).toEqual([])
  })

  test('the key that the secondary used last comes first, as long as it works', () => {
    update([ISP])
    const asker = { key: 'old', address: '192.0.2.1', transport: 'tcp' } as const
    desk.onAsked({ asker, zone: 'a.rpz.test', type: 'SOA', serial: 1, has: null, answer: 'soa' })
    expect(take('a', 4).map(print)[0]).toBe('192.0.2.1:53 a.rpz.test 4 old,new')
    const [old, young] = KEYS
    update([{ ...ISP, keys: [{ ...old!, until: new Date(nowMs) }, young!] }])
    expect(take('a', 5).map(print)[0]).toBe('192.0.2.1:53 a.rpz.test 5 new')
  })
})

describe('after a restart', () => {
  test('those who confirmed the serial are not told again, the others are', () => {
    update([ISP])
    const [one, two] = take('a', 4)
    confirm([one!])
    confirm([two!], 'timeout')
    desk = new ZoneDesk({
      ...{ ledger, now: () => new Date(nowMs), onFault: () => undefined },
      condense: () => Promise.resolve(null),
      open: (key) => new FakeImage(key, [10]),
    })
    update([ISP])
    expect(take('a', 4).map(({ to }) => to)).toEqual(['[2001:db8::1]:5353'])
    expect([...desk.counts.notifies()]).toEqual([])
  })

  test('a serial that comes a second time from a backup is news to all', () => {
    update([ISP])
    confirm(take('a', 4))
    update([ISP], [{ list: 'a', serial: 3, at: new Date(nowMs + 1) }])
    expect(desk.take({ place: 'a', serial: 4, state: 'another' })).toHaveLength(2)
  })
})

describe('a secondary that confirmed a serial', () => {
  const asker = { key: 'new', address: '192.0.2.1', transport: 'tcp' } as const
  const asked = {
    asker,
    zone: 'a.rpz.test',
    type: 'SOA',
    serial: 4,
    has: null,
    answer: 'soa',
  } as const
  const remind = (laterMs: number): string[] => {
    nowMs += laterMs
    const planned = desk.remind()
    confirm(planned)
    return planned.map(({ to, zone, serial }) => `${to} ${zone} ${serial}`)
  }

  beforeEach(() => {
    update([{ ...ISP, notify: ['192.0.2.1:53'] }])
    confirm(take('a', 4))
  })

  test('and does not come is told again, a few times and each later', () => {
    expect(remind(4_999)).toEqual([])
    expect(remind(1)).toEqual(['192.0.2.1:53 a.rpz.test 4'])
    expect(remind(29_999)).toEqual([])
    expect(remind(1)).toHaveLength(1)
    expect(remind(119_999)).toEqual([])
    expect(remind(1)).toHaveLength(1)
    expect(remind(3_600_000)).toEqual([])
  })

  test('and asks is not told again', () => {
    nowMs += 10
    desk.onAsked(asked)
    expect(remind(5_000)).toEqual([])
  })

  test('and had asked before, to no avail, is told again', () => {
    confirm(take('a', 5))
    desk.onAsked(asked)
    nowMs += 1_001
    confirm(take('a', 6))
    expect(remind(5_000)).toEqual(['192.0.2.1:53 a.rpz.test 6'])
  })

  test('and has it is not told again, wherever it was told', () => {
    ledger.ended(
      { subscriber: 'isp', zone: 'a.rpz.test', address: '192.0.2.1' },
      { serial: 4, style: 'whole', bytes: 1, ms: 1, outcome: 'sent' },
    )
    expect(remind(5_000)).toEqual([])
  })

  test('is not told again of a serial that is the newest no more, nor when it is entitled no more', () => {
    take('a', 5)
    expect(remind(5_000)).toEqual([])
    confirm(desk.take({ place: 'a', serial: 6, state: '' }))
    update([])
    expect(remind(5_000)).toEqual([])
  })

  test('is told of a later serial from the beginning', () => {
    for (const laterMs of [5_000, 30_000, 120_000]) expect(remind(laterMs)).toHaveLength(1)
    confirm(take('a', 5))
    expect(remind(5_000)).toHaveLength(1)
  })

  test('that did not answer is not told again from here: it was told six times', () => {
    confirm(take('a', 5), 'timeout')
    expect(remind(5_000)).toEqual([])
  })
})

describe('a catalog', () => {
  test('is told of at the start, and when its serial has grown', () => {
    expect(update([ISP, UNBOUND])).toEqual([
      '192.0.2.1:53 isp.catalog.bailiwick.invalid 1 new,old',
      '[2001:db8::1]:5353 isp.catalog.bailiwick.invalid 1 new,old',
      '10.0.0.1:53 unbound.catalog.bailiwick.invalid 1 ',
    ])
    expect(update([ISP, UNBOUND])).toEqual([])
    expect(update([ISP, { ...UNBOUND, catalogSerial: 2 }])).toEqual([
      '10.0.0.1:53 unbound.catalog.bailiwick.invalid 2 ',
    ])
  })
})

test.each([
  ['192.0.2.1:53', '192.0.2.1'],
  ['[2001:db8::1]:53', '2001:db8::1'],
])('the address of %s is %s', (to, address) => {
  expect(addressOf(to)).toBe(address)
})
