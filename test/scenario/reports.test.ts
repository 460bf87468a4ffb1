import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../../src/core/person.ts'
import { REPORT_LIMITS } from '../../src/curation/reports/parse-report.ts'
import { actOnProposal } from '../../src/main/proposals/act-on-proposal.ts'
import { approveProposals } from '../../src/main/proposals/approve-proposal.ts'
import { changeProposal } from '../../src/main/proposals/change-proposal.ts'
import { rejectReports, withdrawReports } from '../../src/main/reports/answer-reports.ts'
import { listReports } from '../../src/main/reports/list-reports.ts'
import { openStore, type Store } from '../../src/store/open-store.ts'
import {
  applyPolicy,
  decidingOf,
  PEOPLE,
  personOf,
  proposeValues,
  TWO,
  valuesOf,
} from '../support/deciding.ts'
import { handIn, proposeThese, told, written } from '../support/reporting.ts'
import { AT, blockOf, decisionOf, definitionOf } from '../support/store-builders.ts'

/** Two hotlines that report, and see nothing of each other. */
const rita = personOf('rita', 'hotline', ['reporter'])
const sven = personOf('sven', 'partner', ['reporter'])
const { carol, arno, bea, otto, paul } = PEOPLE

let store: Store

beforeEach(() => {
  store = openStore(':memory:', { create: true })
  applyPolicy(store, TWO)
})

afterEach(() => {
  expect(store.events.check()).toEqual([])
  store.close()
})

const fault = (code: string): unknown => expect.objectContaining({ code })
const stateOf = (id: string, person: Person = carol): string => told(store, person, id).state
const states = (...ids: readonly string[]): string[] => ids.map((id) => stateOf(id))
const reject = (person: Person, ...ids: readonly string[]) =>
  rejectReports({ store, person, at: AT }, { ids, text: 'parked' })
const withdraw = (person: Person, ...ids: readonly string[]) =>
  withdrawReports({ store, person, at: AT }, { ids, text: '' })
const approve = (person: Person, id: string) =>
  approveProposals(decidingOf(store, person), [{ id, expected: null, acknowledged: [] }])
const actOn = (person: Person, act: 'rejected' | 'withdrawn', id: string) =>
  actOnProposal(decidingOf(store, person), { act, id, expected: null, text: 'no', whom: null })
const ls = (person: Person, more: object = {}): string[] =>
  listReports(store, person, { limit: 50, ...more }).map(({ report }) => report)

describe('to hand in', () => {
  it('gives each report its own outcome', () => {
    expect(
      handIn(store, rita, [
        'a.example',
        'not a name',
        written('b.example', { list: 'other' }),
        written('c.example', { kind: 'site' }),
        'd.example',
      ]),
    ).toEqual(['r1', 'name/invalid', 'report/route', 'entry/invalid', 'r2'])
    expect(told(store, rita, 'r1')).toMatchObject({
      ...{ list: 'phishing', organisation: 'hotline', reporter: 'rita', state: 'open' },
      ...{ value: 'a.example', kind: 'domain', at: AT, acts: null },
    })
  })

  it('does nothing the second time, in one request and in the next', () => {
    expect(handIn(store, rita, ['a.example', 'a.example'])).toEqual(['r1', 'known r1'])
    const before = store.events.head()
    // Whoever of the organisation hands it in.
    const rob = personOf('rob', 'hotline', ['reporter'])
    expect(handIn(store, rob, ['a.example'])).toEqual(['known r1'])
    expect(store.events.head()).toEqual(before)
    // The id is one organisation's alone.
    expect(handIn(store, sven, ['a.example'])).toEqual(['r2'])
  })

  it('refuses another report under the same id', () => {
    handIn(store, rita, ['a.example'])
    const other = [
      written('a.example', { reason: 'a shop' }),
      written('b.example', { externalId: 'a.example' }),
    ]
    expect(handIn(store, rita, other)).toEqual(['report/conflict', 'report/conflict'])
  })

  it('gives the same report though the lists have changed since', () => {
    expect(handIn(store, rita, [written('a.example', { list: undefined })])).toEqual(['r1'])
    store.lists.apply(definitionOf('fraud'), { at: AT, actor: 'adam', place: 'fraud' })
    const both: Person = { ...rita, roles: [...rita.roles, { list: 'fraud', role: 'reporter' }] }
    const same = [written('a.example', { list: undefined }), written('b.example', { list: '' })]
    expect(handIn(store, both, same)).toEqual(['known r1', 'report/route'])
  })

  it('takes as many as the limit, and not one more', () => {
    const many = Array.from({ length: REPORT_LIMITS.reports + 1 }, (_, i) => `n${i}.example`)
    expect(() => handIn(store, rita, many)).toThrow(fault('report/too-many'))
    expect(store.reports.find(1)).toBeNull()
    const outcomes = handIn(store, rita, many.slice(1))
    expect(outcomes.at(-1)).toBe(`r${REPORT_LIMITS.reports}`)
    expect(store.events.head().number).toBe(3)
  })

  it('is for who may report to some list', () => {
    for (const person of [paul, otto, PEOPLE.adam, personOf('x', 'y', [])]) {
      expect(() => handIn(store, person, ['a.example'])).toThrow(fault('user/refused'))
    }
    for (const person of [rita, carol, arno]) {
      expect(handIn(store, person, [written('a.example', { externalId: person.name })])).toEqual([
        expect.stringMatching(/^r\d$/),
      ])
    }
  })
})

describe('a duplicate', () => {
  it('of what is listed, or covered by it, says so', () => {
    applyPolicy(store)
    proposeValues(decidingOf(store, carol), { add: ['a.example'] })
    const deep = [
      written('x.y.a.example'),
      written('a.example/x'),
      written('h', { value: 'a.example', kind: 'host' }),
    ]
    expect(handIn(store, rita, ['a.example', ...deep])).toEqual(['r1', 'r2', 'r3', 'r4'])
    expect(states('r1', 'r2', 'r3', 'r4')).toEqual(Array(4).fill('duplicate'))
    const entry = { value: 'a.example', kind: 'domain' }
    expect(told(store, carol, 'r2').duplicate).toEqual({ of: 'entry', entry })
    // Who only reports learns that it is listed, not as what.
    expect(told(store, rita, 'r2').duplicate).toEqual({ of: 'entry', entry: null })
    // What is beside or above isn't.
    expect(handIn(store, rita, ['example', 'b.example', 'xa.example'])).toEqual([
      ...['name/invalid', 'r5', 'r6'],
    ])
    expect(states('r5', 'r6')).toEqual(['open', 'open'])
    // It has had its answer: nobody need, nor may, give it another.
    expect(() => reject(arno, 'r1')).toThrow(fault('report/settled'))
    expect(() => withdraw(rita, 'r1')).toThrow(fault('report/settled'))
    expect(() => proposeThese(decidingOf(store, carol), ['r1'])).toThrow(fault('report/settled'))
  })

  it('of a network that is listed says so, whatever lengths there are', () => {
    const list = store.lists.find('phishing')!.rowId
    store.decisions.commit(decisionOf(list, { added: 3 }), {
      added: [
        blockOf(['192.0.2.0/28', '198.51.100.7', '2001:db8::/48'], 'ip\tnxdomain\t-\tK7M29QXT'),
      ],
      retired: [],
    })
    const inside = ['192.0.2.15', '192.0.2.8/30', '2001:db8:0:1::7', '198.51.100.7']
    const outside = ['192.0.2.16', '192.0.2.0/27', '2001:db8:1::7', '198.51.100.6']
    handIn(store, rita, [...inside, ...outside])
    const all = listReports(store, carol, { limit: 50 }).reverse()
    expect(all.map(({ value, state }) => [value, state])).toEqual([
      ...inside.map((value) => [value, 'duplicate']),
      ...outside.map((value) => [value, 'open']),
    ])
  })

  it('is not one of what the list lets pass on purpose, which no report changes', () => {
    const list = store.lists.find('phishing')!.rowId
    store.decisions.commit(decisionOf(list, { added: 2 }), {
      added: [blockOf(['a.example', 'b.example'], 'domain\tpassthru\t-\tK7M29QXT')],
      retired: [],
    })
    expect(handIn(store, rita, ['a.example', 'x.b.example'])).toEqual(['r1', 'r2'])
    expect(states('r1', 'r2')).toEqual(['open', 'open'])
    expect(told(store, carol, 'r1').isListedNow).toBe(false)
    expect(() => proposeThese(decidingOf(store, carol), ['r1', 'r2'])).toThrow(
      fault('entry/already-listed'),
    )
    expect(proposeThese(decidingOf(store, carol), ['r2']).reports).toEqual(['r2'])
  })

  it('of another report that waits goes its way, and takes its place when it is taken back', () => {
    handIn(store, rita, ['a.example'])
    handIn(store, sven, ['a.example'])
    expect(handIn(store, carol, [written('a.example', { externalId: 'c', kind: 'host' })])).toEqual(
      ['r3'],
    )
    expect(states('r1', 'r2', 'r3')).toEqual(['open', 'duplicate', 'open'])
    expect(told(store, carol, 'r2').duplicate).toEqual({ of: 'report', report: 'r1' })
    // Of others' reports nobody learns more than that there is one.
    expect(told(store, sven, 'r2').duplicate).toEqual({ of: 'report', report: null })
    expect(withdraw(rita, 'r1')).toEqual({ list: 'phishing', reports: ['r1'] })
    expect(states('r1', 'r2')).toEqual(['withdrawn', 'open'])
    expect(ls(carol, { state: 'open' })).toEqual(['r2', 'r3'])
  })

  it('of an open proposal goes its way', () => {
    proposeValues(decidingOf(store, carol), { add: ['a.example', 'b.example'] })
    proposeValues(decidingOf(store, carol), { add: ['c.example'] })
    proposeValues(decidingOf(store, carol), { add: ['d.example'] })
    handIn(store, rita, ['a.example', 'b.example', 'c.example', 'd.example'])
    expect(told(store, rita, 'r1')).toMatchObject({
      ...{ state: 'duplicate', duplicate: { of: 'proposal', proposal: 'p1' }, proposal: 'p1' },
    })
    expect(() => reject(arno, 'r1')).toThrow(fault('report/settled'))
    expect(() => proposeThese(decidingOf(store, carol), ['r1'])).toThrow(fault('report/settled'))
    changeProposal(decidingOf(store, carol), {
      ...{ id: 'p1', expected: 1, text: '', terms: {}, acknowledged: [], without: ['b.example'] },
    })
    approve(bea, 'p1')
    actOn(bea, 'rejected', 'p2')
    actOn(carol, 'withdrawn', 'p3')
    // What was left out of the proposal has had no answer.
    expect(states('r1', 'r2', 'r3', 'r4')).toEqual(['listed', 'open', 'rejected', 'open'])
    expect(told(store, rita, 'r1').decision).toBe(1)
    expect(told(store, rita, 'r3').rejected).toEqual({ at: AT, reason: 'no' })
  })

  it('of an open proposal may be taken back', () => {
    proposeValues(decidingOf(store, carol), { add: ['a.example'] })
    handIn(store, rita, ['a.example'])
    withdraw(rita, 'r1')
    approve(bea, 'p1')
    expect(stateOf('r1')).toBe('withdrawn')
  })
})

describe('reports become a proposal', () => {
  it('several at once, with those of others that ask for the same', () => {
    handIn(store, rita, ['b.example', 'a.example'])
    handIn(store, sven, ['a.example', 'c.example'])
    const proposed = proposeThese(decidingOf(store, carol), ['r1', 'r2'])
    expect(proposed).toMatchObject({
      ...{ list: 'phishing', reports: ['r1', 'r2', 'r3'], listed: [] },
      outcome: { proposal: 'p1', state: 'open', missing: { people: 1, organisations: 1 } },
    })
    expect(store.proposals.find(1)).toMatchObject({
      ...{ act: 'add', added: 2, reason: 'a bank', evidence: 'reports r1-r3' },
      ...{ legalBasis: 'Act, art. 1', reference: 'K7M29QXT' },
    })
    expect(states('r1', 'r2', 'r3', 'r4')).toEqual([...Array<string>(3).fill('proposed'), 'open'])
    expect(told(store, sven, 'r3')).toMatchObject({ state: 'proposed', proposal: 'p1' })
    approve(bea, 'p1')
    expect(valuesOf(store)).toEqual(['a.example', 'b.example'])
    expect(states('r1', 'r2', 'r3', 'r4')).toEqual([...Array<string>(3).fill('listed'), 'open'])
  })

  it('and are decided with it where one word is enough', () => {
    applyPolicy(store)
    handIn(store, rita, ['a.example'])
    expect(proposeThese(decidingOf(store, carol), ['r1']).outcome).toMatchObject({
      ...{ state: 'decided', decision: 1, proposal: null },
    })
    expect(told(store, rita, 'r1')).toMatchObject({ state: 'listed', decision: 1, proposal: null })
  })

  it('or are listed by what has been listed meanwhile', () => {
    applyPolicy(store)
    handIn(store, rita, ['a.example', 'b.example'])
    proposeValues(decidingOf(store, carol), { add: ['a.example'] })
    expect(told(store, rita, 'r1')).toMatchObject({ state: 'open', isListedNow: true })
    expect(proposeThese(decidingOf(store, carol), ['r1', 'r2'])).toMatchObject({
      ...{ reports: ['r2'], listed: ['r1'], outcome: { decision: 2 } },
    })
    expect(told(store, rita, 'r1')).toMatchObject({ state: 'listed', decision: 1 })
    handIn(store, rita, ['c.example'])
    proposeValues(decidingOf(store, carol), { add: ['c.example'] })
    expect(proposeThese(decidingOf(store, carol), ['r3'])).toMatchObject({
      ...{ reports: [], listed: ['r3'], outcome: null },
    })
  })

  it('and wait again when it is withdrawn or overtaken, and are rejected with it', () => {
    handIn(store, rita, ['a.example'])
    proposeThese(decidingOf(store, carol), ['r1'])
    actOn(carol, 'withdrawn', 'p1')
    expect(told(store, rita, 'r1')).toMatchObject({ state: 'open', proposal: 'p1' })
    proposeThese(decidingOf(store, carol), ['r1'], { kind: 'host' })
    expect(told(store, rita, 'r1')).toMatchObject({ state: 'proposed', proposal: 'p2' })
    actOn(bea, 'rejected', 'p2')
    expect(told(store, rita, 'r1')).toMatchObject({ state: 'rejected', rejected: { reason: 'no' } })
    expect(() => proposeThese(decidingOf(store, carol), ['r1'])).toThrow(fault('report/settled'))
  })

  it('by a curator, all or none, and as guards allow', () => {
    handIn(store, rita, ['a.example', 'b.example'])
    reject(arno, 'r2')
    for (const person of [rita, arno, paul, otto]) {
      expect(() => proposeThese(decidingOf(store, person), ['r1'])).toThrow(
        fault(person === paul ? 'report/not-found' : 'user/refused'),
      )
    }
    expect(() => proposeThese(decidingOf(store, carol), ['r1', 'r2'])).toThrow(
      fault('report/settled'),
    )
    expect(() => proposeThese(decidingOf(store, carol), [])).toThrow(fault('usage/invalid'))
    const stop = { code: 'guard/popular', class: 'stop', message: 'm', cure: 'c', count: 1 }
    const guarded = decidingOf(store, carol, () => [stop as never])
    expect(proposeThese(guarded, ['r1']).outcome).toMatchObject({
      missing: { stops: ['guard/popular'] },
    })
    expect(states('r1', 'r2')).toEqual(['proposed', 'rejected'])
  })
})

describe('a report is rejected', () => {
  it('with its duplicates, and every reporter sees why', () => {
    handIn(store, rita, ['a.example'])
    handIn(store, sven, ['a.example'])
    expect(reject(arno, 'r1')).toEqual({ list: 'phishing', reports: ['r1', 'r2'] })
    const rejected = { at: AT, reason: 'parked' }
    expect(told(store, sven, 'r2')).toMatchObject({ state: 'rejected', rejected, acts: null })
    expect(told(store, carol, 'r2').acts).toMatchObject([{ act: 'rejected', actor: 'arno' }])
    expect(() => reject(arno, 'r1')).toThrow(fault('report/settled'))
    expect(() => withdraw(rita, 'r1')).toThrow(fault('report/settled'))
  })

  it('by who answers reports, with a reason', () => {
    handIn(store, rita, ['a.example'])
    expect(() => reject(rita, 'r1')).toThrow(fault('user/refused'))
    expect(() => reject(otto, 'r1')).toThrow(fault('user/refused'))
    expect(() => reject(paul, 'r1')).toThrow(fault('report/not-found'))
    const silent = { ids: ['r1'], text: ' ' }
    expect(() => rejectReports({ store, person: arno, at: AT }, silent)).toThrow(
      fault('report/invalid'),
    )
    expect(stateOf('r1')).toBe('open')
  })

  it('and the next one of that value is told, of a report as of a proposal', () => {
    handIn(store, rita, ['a.example'])
    reject(arno, 'r1')
    proposeValues(decidingOf(store, carol), { add: ['b.example'] })
    actOn(bea, 'rejected', 'p1')
    handIn(store, sven, ['a.example', 'b.example', 'c.example'])
    expect(told(store, carol, 'r2').rejectedBefore).toEqual({ at: AT, reason: 'parked' })
    expect(told(store, carol, 'r3').rejectedBefore).toEqual({ at: AT, reason: 'no' })
    // The answer to somebody else's report is his.
    expect(told(store, sven, 'r2').rejectedBefore).toEqual({ at: AT, reason: null })
    expect(told(store, carol, 'r4').rejectedBefore).toBeNull()
    expect(told(store, carol, 'r1').rejectedBefore).toBeNull()
  })
})

describe('a report is taken back', () => {
  it('by the organisation that has reported it, and nobody else', () => {
    handIn(store, rita, ['a.example', 'b.example'])
    expect(() => withdraw(sven, 'r1')).toThrow(fault('report/not-found'))
    expect(() => withdraw(bea, 'r1')).toThrow(fault('user/refused'))
    expect(withdraw(personOf('rob', 'hotline', ['reporter']), 'r1').reports).toEqual(['r1'])
    expect(() => withdraw(rita, 'r1')).toThrow(fault('report/settled'))
    proposeThese(decidingOf(store, carol), ['r2'])
    expect(() => withdraw(rita, 'r2')).toThrow(fault('report/settled'))
    // To report it again needs an id of its own.
    expect(handIn(store, rita, ['a.example'])).toEqual(['known r1'])
  })
})

describe('reports are seen', () => {
  it('by their organisation, and by who reads the list', () => {
    store.lists.apply(definitionOf('fraud'), { at: AT, actor: 'adam', place: 'fraud' })
    const other = personOf('fred', 'hotline', ['reporter'], 'fraud')
    handIn(store, rita, ['a.example'])
    handIn(store, sven, ['b.example'])
    handIn(store, other, [written('c.example', { list: 'fraud' })])
    expect(ls(rita)).toEqual(['r1'])
    expect(ls(sven)).toEqual(['r2'])
    expect(ls(other)).toEqual(['r3'])
    for (const person of [carol, bea, otto, PEOPLE.adam]) expect(ls(person)).toEqual(['r2', 'r1'])
    // A publisher has no part in them, and nobody sees anything of a list for which he has no role.
    expect(ls(paul)).toEqual([])
    expect(ls(personOf('nobody', 'hotline', []))).toEqual([])
    expect(() => told(store, sven, 'r1')).toThrow(fault('report/not-found'))
    expect(() => told(store, rita, 'r3')).toThrow(fault('report/not-found'))
    expect(() => told(store, rita, '1')).toThrow(fault('report/not-found'))
    expect(() => ls(rita, { list: 'fraud' })).toThrow(fault('list/not-found'))
    expect(() => ls(rita, { list: 'none' })).toThrow(fault('list/not-found'))
  })

  it('by their own id, by state, and page by page', () => {
    handIn(store, rita, ['a.example', 'b.example', 'c.example', 'd.example'])
    handIn(store, sven, ['a.example', 'x.example'])
    reject(arno, 'r2')
    expect(ls(rita, { externalId: 'c.example' })).toEqual(['r3'])
    expect(ls(sven, { externalId: 'c.example' })).toEqual([])
    expect(ls(carol, { state: 'open' })).toEqual(['r1', 'r3', 'r4', 'r6'])
    expect(ls(carol, { state: 'open', limit: 2 })).toEqual(['r1', 'r3'])
    expect(ls(carol, { state: 'open', limit: 2, after: 3 })).toEqual(['r4', 'r6'])
    expect(ls(carol, { limit: 2 })).toEqual(['r6', 'r5'])
    expect(ls(carol, { limit: 2, after: 5 })).toEqual(['r4', 'r3'])
    expect(ls(carol, { state: 'duplicate' })).toEqual(['r5'])
    expect(ls(sven, { state: 'duplicate' })).toEqual(['r5'])
    expect(ls(rita, { state: 'open' })).toEqual(['r1', 'r3', 'r4'])
    expect(ls(rita, { limit: 3, after: 4 })).toEqual(['r3', 'r2', 'r1'])
    expect(store.reports.countOpen(1)).toBe(4)
  })
})
