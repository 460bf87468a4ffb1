import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OverviewView } from '../../../../src/console/ports/overview.ts'
import type { Person } from '../../../../src/core/person.ts'
import { newSecondary } from '../../../../src/distribute/zones/secondary.ts'
import { overviewDesk } from '../../../../src/main/console/overview-desk.ts'
import type { Store } from '../../../../src/store/open-store.ts'
import { applyPolicy, decidingOf, PEOPLE, proposeValues, TWO } from '../../../support/deciding.ts'
import {
  AT,
  blockOf,
  decisionOf,
  definitionOf,
  publish,
  storeWithList,
} from '../../../support/store-builders.ts'

let store: Store
let list: number
let data: string

beforeEach(() => {
  ;({ store, list } = storeWithList())
  data = mkdtempSync(join(tmpdir(), 'bailiwick-overview-'))
})

afterEach(() => {
  store.close()
  rmSync(data, { recursive: true })
})

const HOUR_MS = 3_600_000
const later = (hours: number): Date => new Date(AT.getTime() + hours * HOUR_MS)

function add(value: string, hours: number, more: object = {}): number {
  const decision = decisionOf(list, { added: 1, decidedAt: later(hours), ...more })
  return store.decisions.commit(decision, { added: [blockOf([value])], retired: [] })
}

function look(person: Person, hours: number, days = 3): OverviewView {
  return overviewDesk({ data, store }).overview(person, { days, at: later(hours) })
}

describe('the overview', () => {
  it('tells a list day by day, and goes on where it was when it is asked again', () => {
    const desk = overviewDesk({ data, store })
    const days = (hours: number): string[] =>
      desk
        .overview(PEOPLE.carol, { days: 3, at: later(hours) })
        .lists[0]!.days.map((one) => `${one.entries} +${one.added} -${one.retired}`)
    add('a.example', 0)
    publish(store, list, later(1))
    add('b.example', 24)
    expect(days(25)).toEqual(['null +0 -0', '1 +1 -0', '1 +1 -0'])
    add('c.example', 25)
    publish(store, list, later(26))
    expect(days(26)).toEqual(['null +0 -0', '1 +1 -0', '3 +2 -0'])
    expect(days(26)).toEqual(['null +0 -0', '1 +1 -0', '3 +2 -0'])
  })

  it('tells how long proposals wait', () => {
    applyPolicy(store, TWO)
    for (const [i, hours] of [0, 24, 96, 97, 160].entries()) {
      const deciding = { ...decidingOf(store, PEOPLE.carol), at: later(hours) }
      proposeValues(deciding, { add: [`n${i}.example`] })
    }
    // Aged 168 h, exactly 144, 72, 71 and 8.
    expect(look(PEOPLE.carol, 168).queue).toEqual([
      ...[{ list: 'phishing', open: 5, urgent: 0, oldestAt: AT.toISOString(), ages: [1, 2, 2, 0] }],
    ])
    expect(look(PEOPLE.carol, 169).queue[0]!.ages).toEqual([1, 1, 2, 1])
  })

  it('tells urgent decisions until they are published and looked at', () => {
    const decision = add('u.example', 0, { urgent: true })
    expect(look(PEOPLE.carol, 1).urgent).toMatchObject([
      { decision, list: 'phishing', secondsSince: 3600, entries: 1, published: null },
    ])
    store.reviews.open({
      ...{ listRowId: list, cause: 'urgent', target: { decision, entry: null }, aboutOn: null },
      ...{ dueOn: '2030-01-05', note: '', at: AT, actor: 'alice' },
    })
    publish(store, list, later(2))
    expect(look(PEOPLE.carol, 3).urgent).toMatchObject([{ published: { serial: 1 } }])
    expect(look(PEOPLE.carol, 3).reviews).toEqual([
      { list: 'phishing', cause: 'urgent', open: 1, overdue: 0 },
    ])
    const [review] = store.reviews.all({ isOpen: true })
    store.reviews.finish(review!.id, {
      ...{ outcome: 'kept', reason: '', at: AT, actor: 'bea', term: null, decision: null },
    })
    expect(look(PEOPLE.carol, 4).urgent).toEqual([])
  })

  it('tells nothing of lists that are not for the person', () => {
    store.lists.apply(definitionOf('hidden', { visibility: 'restricted' }), {
      ...{ at: AT, actor: 'adam', place: 'q'.repeat(26) },
    })
    expect(look(PEOPLE.carol, 1).lists.map((one) => one.list)).toEqual(['phishing'])
    expect(look(PEOPLE.rita, 1)).toMatchObject({
      ...{ lists: [], queue: [], reviews: [], urgent: [], subscribers: null },
    })
  })

  it('tells who takes the lists by either way, and how far behind', () => {
    const origin = 'phishing.rpz.example'
    const zone = { origin, ttl: 300, refresh: 300, retry: 60, expire: 86_400, zonemd: false }
    store.lists.apply(definitionOf('phishing', { zone }), {
      ...{ at: AT, actor: 'adam', place: 'phishing' },
    })
    for (let i = 0; i < 5; i++) publish(store, list, later(i / 10))
    const terms = { transfer: 'networks', networks: [], notify: [] } as const
    for (const [name, lists] of [
      ['isp-one', ['phishing']],
      ['isp-two', ['other']],
    ] as const) {
      const tokenHash = name
      store.subscribers.add({ name, lists, ...terms, tokenHash, key: null, at: AT })
    }
    const rows = [5, 2, null].map((serial, i) => ({
      ...newSecondary({ subscriber: 'isp-one', zone: origin, address: `192.0.2.${i}` }),
      ...{ serial, askedAtMs: AT.getTime() },
    }))
    const pull = { list: 'phishing', serial: 1, atMs: AT.getTime() }
    const pulls = [{ subscriber: 'isp-one', askedAtMs: AT.getTime(), lists: [pull] }]
    writeFileSync(join(data, 'pulls.json'), JSON.stringify({ format: 'bailiwick-pulls/1', pulls }))
    const file = join(data, 'secondaries.jsonl')
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    expect(look(PEOPLE.carol, 1).subscribers).toBeNull()
    expect(look(PEOPLE.otto, 1).subscribers).toEqual([
      {
        ...{ subscriber: 'isp-one', list: 'phishing', serial: 5, secondaries: 3 },
        ...{ current: 1, behind: 1, inDoubt: 1, fetched: 1, fetchedAt: AT.toISOString() },
        // Since serial 2 was published.
        ...{ mostBehind: 4, secondsBehind: 3600 - 360 },
      },
    ])
  })
})
