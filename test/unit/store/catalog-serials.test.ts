import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ListDefinition } from '../../../src/core/list-definition.ts'
import { readCatalog } from '../../../src/distribute/catalog.ts'
import { SecondaryLedger } from '../../../src/distribute/zones/secondary-ledger.ts'
import { ZoneDesk } from '../../../src/distribute/zones/zone-desk.ts'
import type { PlannedNotify } from '../../../src/distribute/zones/plan-notifies.ts'
import { openStore, type Store } from '../../../src/store/open-store.ts'
import { AT, definitionOf } from '../../support/store-builders.ts'
import { bytesOf, partsOf } from '../../support/zone-builders.ts'

const SECOND = Math.floor(AT.getTime() / 1000)
const TIMES = { ttl: 300, refresh: 300, retry: 60, expire: 2_419_200, zonemd: false }

function zoneAt(origin: string): ListDefinition['zone'] {
  return { origin, ...TIMES }
}

function apply(
  store: Store,
  id: string,
  changes: Partial<ListDefinition> = {},
  at: Date = AT,
): void {
  store.lists.apply(definitionOf(id, changes), { at, actor: 'alice', place: id })
}

/** Two lists without zones, and a subscriber of each. */
function newStore(): Store {
  const store = openStore(':memory:', { create: true })
  for (const id of ['a', 'b']) {
    apply(store, id)
    store.subscribers.add({
      ...{ name: `isp-${id}`, tokenHash: id, key: null, at: AT, lists: [id] },
      ...{ transfer: 'networks', networks: ['192.0.2.0/24'], notify: ['192.0.2.1:53'] },
    })
  }
  return store
}

function serials(store: Store): (number | undefined)[] {
  return ['isp-a', 'isp-b'].map((name) => store.subscribers.find(name)!.catalogSerial - SECOND)
}

describe('the serial of a catalog', () => {
  it('grows when the zone of one of its lists comes, gets another name, or goes', () => {
    const store = newStore()
    expect(serials(store)).toEqual([0, 0])
    apply(store, 'a', { zone: zoneAt('a.rpz.test') })
    expect(serials(store)).toEqual([1, 0])
    apply(store, 'a', { zone: zoneAt('other.rpz.test') })
    expect(serials(store)).toEqual([2, 0])
    apply(store, 'a')
    expect(serials(store)).toEqual([3, 0])
  })

  it('stays when anything else of its lists changes', () => {
    const store = newStore()
    apply(store, 'a', { zone: zoneAt('a.rpz.test') })
    apply(store, 'a', { zone: { ...zoneAt('a.rpz.test')!, ttl: 60 }, title: 'other' })
    expect(serials(store)).toEqual([1, 0])
  })

  it('is the second of the change, where that is later', () => {
    const store = newStore()
    apply(store, 'a', { zone: zoneAt('a.rpz.test') }, new Date(AT.getTime() + 90_000))
    expect(serials(store)).toEqual([90, 0])
  })

  it('stays with all else when the transaction fails', () => {
    const store = newStore()
    const failing = (): void =>
      store.write(() => {
        apply(store, 'a', { zone: zoneAt('a.rpz.test') })
        throw new Error('stop')
      })
    expect(failing).toThrow('stop')
    expect(serials(store)).toEqual([0, 0])
    expect(store.lists.find('a')?.definition.zone).toBeNull()
  })

  it('is past all that were given away before a restored backup, though many changes had one second', () => {
    const [lost, restored] = [newStore(), newStore()]
    for (let i = 0; i < 100; i++) apply(lost, 'a', { zone: zoneAt(`n${i}.rpz.test`) })
    restored.restorations.note(new Date(AT.getTime() + 1000))
    const [was = 0, is = 0] = [serials(lost)[0], serials(restored)[0]]
    expect(is).toBeGreaterThan(was)
    restored.restorations.note(new Date(AT.getTime() + 2000))
    expect(serials(restored)[0]).toBeGreaterThan(is)
    expect(serials(restored)[0]).toBe(serials(restored)[1])
  })
})

it('a desk that runs takes the new members of a catalog, and tells of them', async () => {
  const store = newStore()
  const fail = (fault: unknown): void => {
    throw fault
  }
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-catalogs-'))
  const path = join(folder, 'secondaries.jsonl')
  const ledger = new SecondaryLedger({ path, now: () => AT, onFault: fail })
  const desk = new ZoneDesk({
    ...{ ledger, now: () => AT, onFault: fail },
    condense: () => Promise.resolve(null),
    open: () => null,
  })
  const read = (): PlannedNotify[] => desk.update(readCatalog(store))
  const name = 'isp-a.catalog.bailiwick.invalid'
  const members = async (): Promise<string> => {
    const zone = desk.zone(name, { key: null, address: '192.0.2.1', transport: 'tcp' })!
    return bytesOf(await partsOf(await zone.whole())).toString('latin1')
  }
  try {
    expect(read().map(({ zone }) => zone)).toContain(name)
    expect(await members()).not.toContain('rpz')
    apply(store, 'a', { zone: zoneAt('a.rpz.test') })
    expect(read()).toMatchObject([{ zone: name, serial: SECOND + 1, to: '192.0.2.1:53' }])
    expect(await members()).toContain('\x01a\x03rpz\x04test')
    apply(store, 'a')
    expect(read()).toMatchObject([{ zone: name, serial: SECOND + 2 }])
    expect(await members()).not.toContain('rpz')
  } finally {
    desk.close()
    ledger.close()
    rmSync(folder, { recursive: true })
  }
})
