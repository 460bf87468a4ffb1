import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Fault } from '../../src/core/fault.ts'
import type { GuardSummary } from '../../src/core/guard-summary.ts'
import type { ListApprovals } from '../../src/core/list-definition.ts'
import type { Person } from '../../src/core/person.ts'
import { actOnProposal } from '../../src/main/proposals/act-on-proposal.ts'
import { approveProposals, type Approved } from '../../src/main/proposals/approve-proposal.ts'
import { changeProposal, type ChangeRequest } from '../../src/main/proposals/change-proposal.ts'
import { describeProposal } from '../../src/main/proposals/describe-proposal.ts'
import { overrideProposal } from '../../src/main/proposals/override-proposal.ts'
import { openStore, type Store } from '../../src/store/open-store.ts'
import {
  applyPolicy,
  decidingOf,
  ONE,
  PEOPLE,
  proposeValues,
  TWO,
  valuesOf,
} from '../support/deciding.ts'
import { AT, decide, decisionOf, definitionOf } from '../support/store-builders.ts'

let folder: string
let path: string
let store: Store
let findings: readonly GuardSummary[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'))
  path = join(folder, 'bailiwick.db')
  store = openStore(path, { create: true })
  findings = []
  applyPolicy(store, TWO)
})

afterEach(() => {
  expect(store.events.check()).toEqual([])
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

const fault = (code: string) => expect.objectContaining({ name: 'Fault', code }) as Error
const by = (person: Person) => decidingOf(store, person, () => findings)

function approve(
  person: Person,
  id = 'p1',
  {
    expected = null,
    acknowledged = [],
  }: { expected?: number | null; acknowledged?: string[] } = {},
): Approved {
  return approveProposals(by(person), [{ id, expected, acknowledged }])[0]!
}

function change(person: Person, more: Partial<ChangeRequest>) {
  const nothing = { expected: null, text: '', terms: {}, without: [], acknowledged: [] }
  return changeProposal(by(person), { id: 'p1', ...nothing, ...more })
}

function reject(person: Person, expected: number | null = null) {
  const request = { id: 'p1', expected, text: 'it is a bank', whom: null }
  return actOnProposal(by(person), { act: 'rejected', ...request })
}

function override(person: Person, text = '') {
  return overrideProposal(by(person), { id: 'p1', expected: null, text })
}

function storyOf(id: number): string[] {
  return store.proposals.acts(id).map(({ act, actor }) => `${act} ${actor}`)
}

function linesOf(id: number, change: 'add' | 'retire' = 'add'): string {
  const proposal = store.proposals.find(id)!
  return Buffer.concat([...store.proposals.lines(proposal, change)]).toString()
}

function policy(changes: Partial<ListApprovals>): void {
  applyPolicy(store, changes)
}

describe('two organisations', () => {
  it('put a name on the list together; the decision says who', () => {
    const outcome = proposeValues(by(PEOPLE.carol), { add: ['bad.example'] })
    expect(outcome).toMatchObject({
      ...{ proposal: 'p1', state: 'open', decision: null },
      missing: { people: 1, organisations: 1 },
    })
    expect(valuesOf(store)).toEqual([])
    expect(approve(PEOPLE.arno)).toMatchObject({ state: 'open', missing: { organisations: 1 } })
    expect(approve(PEOPLE.bea)).toMatchObject({ state: 'decided', decision: 1, note: '' })
    expect(valuesOf(store)).toEqual(['bad.example'])
    expect(store.decisions.find(1)).toMatchObject({
      ...{ proposer: 'carol', decidedBy: 'carol, arno, bea', legalBasis: 'Act, art. 1' },
      ...{ added: 1, override: null, reviewOn: '2030-06-30' },
    })
    expect(storyOf(1)).toEqual([
      ...['proposed carol', 'approved arno', 'approved bea', 'decided bea'],
    ])
    expect(store.proposals.ofDecision(1)).toMatchObject({ id: 1, state: 'decided' })
    const [proposed, , , decision] = [...store.events.all(3)]
    expect(decision).toMatchObject({
      ...{ act: 'decision', actor: 'bea' },
      subject: { proposal: 1, revision: 1, proposalDigest: proposed!.subject['digest'] },
    })
  })

  it('take proposals of curators alone, and urgent retirements of publishers too', () => {
    const add = { add: ['bad.example'] }
    for (const person of [PEOPLE.rita, PEOPLE.arno, PEOPLE.paul, PEOPLE.adam, PEOPLE.otto]) {
      expect(() => proposeValues(by(person), add)).toThrow(fault('user/refused'))
    }
    policy(ONE)
    proposeValues(by(PEOPLE.carol), add)
    const retire = { retire: ['bad.example'] }
    expect(() => proposeValues(by(PEOPLE.paul), retire)).toThrow(fault('user/refused'))
    policy(TWO)
    expect(proposeValues(by(PEOPLE.paul), { ...retire, urgent: true })).toMatchObject({
      decision: 2,
    })
    expect(store.decisions.find(2)).toMatchObject({ proposer: 'paul', decidedBy: 'paul' })
  })

  it('need one person where the list says so, who then decides at once', () => {
    policy(ONE)
    expect(proposeValues(by(PEOPLE.carol), { add: ['bad.example'] })).toMatchObject({
      ...{ proposal: null, state: 'decided', decision: 1 },
    })
    policy({ ...ONE, retire: TWO })
    expect(proposeValues(by(PEOPLE.carol), { retire: ['bad.example'] })).toMatchObject({
      ...{ proposal: 'p1', decision: null },
    })
    expect(approve(PEOPLE.ben)).toMatchObject({ decision: 2 })
    expect(valuesOf(store)).toEqual([])
    expect(store.decisions.find(2)).toMatchObject({ reviewOn: null, expiresOn: null })
  })

  it('follow a policy that has changed meanwhile from the next act on', () => {
    proposeValues(by(PEOPLE.carol), { add: ['a.example'] })
    policy({ needed: 3, organisations: 2 })
    expect(approve(PEOPLE.bea)).toMatchObject({ state: 'open', missing: { people: 1 } })
    policy(ONE)
    expect(valuesOf(store)).toEqual([])
    expect(approve(PEOPLE.bea)).toMatchObject({ state: 'decided' })
  })

  it('retire together where the list says so, but for what is urgent', () => {
    policy({ retire: TWO })
    decide(store, 1, { add: ['a.example', 'b.example'] })
    expect(proposeValues(by(PEOPLE.carol), { retire: ['a.example'] })).toMatchObject({
      missing: { people: 1, organisations: 1 },
    })
    const urgent = { retire: ['b.example'], urgent: true }
    expect(proposeValues(by(PEOPLE.carol), urgent)).toMatchObject({ decision: 2 })
    expect(store.decisions.find(2)).toMatchObject({ urgent: true, decidedBy: 'carol' })
    expect(valuesOf(store)).toEqual(['a.example'])
    expect(approve(PEOPLE.bea)).toMatchObject({ decision: 3 })
  })

  it('may add urgently where the list says so, with all approvals', () => {
    const urgent = { add: ['a.example'], urgent: true }
    expect(() => proposeValues(by(PEOPLE.carol), urgent)).toThrow(fault('proposal/urgent'))
    policy({ ...TWO, urgentAdd: true })
    expect(proposeValues(by(PEOPLE.carol), urgent)).toMatchObject({ state: 'open' })
    expect(approve(PEOPLE.bea)).toMatchObject({ decision: 1 })
    expect(store.decisions.find(1)).toMatchObject({ urgent: true })
  })

  it('say why, and on what basis', () => {
    const list = definitionOf('phishing', { legalBasis: '' })
    store.lists.apply(list, { at: AT, actor: 'adam', place: 'phishing' })
    expect(() => proposeValues(by(PEOPLE.carol), { add: ['a.example'] })).toThrow(
      fault('proposal/incomplete'),
    )
    policy(ONE)
    expect(() => proposeValues(by(PEOPLE.carol), { add: ['a.example'], reason: ' ' })).toThrow(
      fault('proposal/incomplete'),
    )
    expect(store.proposals.all()).toEqual([])
    expect(store.decisions.all()).toEqual([])
  })
})

describe('of two who act at the same time', () => {
  beforeEach(() => {
    proposeValues(by(PEOPLE.carol), { add: ['a.example'] })
  })

  it('one wins and the other is told by whom, and when', () => {
    expect(approve(PEOPLE.bea, 'p1', { expected: 1 })).toMatchObject({ state: 'decided' })
    const late = approve(PEOPLE.ben, 'p1', { expected: 1 })
    expect(late).toMatchObject({ code: 'proposal/settled' })
    expect((late as Fault).message).toContain('decided by "bea" of "police" at 2030-01-01')
    expect(() => reject(PEOPLE.arno, 1)).toThrow(fault('proposal/settled'))
    expect(store.decisions.all()).toHaveLength(1)
  })

  it('nobody approves another text than the one that he has seen', () => {
    expect(change(PEOPLE.arno, { terms: { reason: 'another' } })).toMatchObject({ revision: 2 })
    const late = approve(PEOPLE.bea, 'p1', { expected: 1 })
    expect(late).toMatchObject({ code: 'proposal/changed' })
    expect((late as Fault).message).toContain('revision 2, made by "arno" of "hotline"')
    expect(valuesOf(store)).toEqual([])
  })

  it('an end is an end', () => {
    expect(reject(PEOPLE.bea)).toMatchObject({ state: 'rejected' })
    expect(approve(PEOPLE.ben)).toMatchObject({ code: 'proposal/settled' })
    expect(() => change(PEOPLE.carol, { terms: { reason: 'x' } })).toThrow(
      fault('proposal/settled'),
    )
    expect(() => override(PEOPLE.paul, 'why')).toThrow(fault('proposal/settled'))
    expect(storyOf(1)).toEqual(['proposed carol', 'rejected bea'])
  })
})

describe('a change', () => {
  beforeEach(() => {
    proposeValues(by(PEOPLE.carol), { add: ['a.example', 'b.example', 'c.example'] })
  })

  it('takes all approvals away, and the right to approve from whoever made it', () => {
    policy({ needed: 3, organisations: 2 })
    approve(PEOPLE.bea)
    const terms = { reason: 'better', evidence: 'case 7', evidenceSha256: 'a'.repeat(64) }
    expect(change(PEOPLE.ben, { terms })).toMatchObject({ revision: 2, missing: { people: 2 } })
    expect(approve(PEOPLE.ben)).toMatchObject({ code: 'proposal/own' })
    expect(approve(PEOPLE.bea)).toMatchObject({ missing: { people: 1, organisations: 1 } })
    expect(approve(PEOPLE.arno)).toMatchObject({ state: 'decided' })
    expect(store.decisions.find(1)).toMatchObject({
      ...{ proposer: 'ben', reason: 'better', decidedBy: 'ben, bea, arno' },
      evidence: `case 7 (SHA-256 ${'a'.repeat(64)})`,
    })
  })

  it('of its lines leaves those of the revision before as they were', () => {
    const before = describeProposal(store, store.proposals.find(1)!).digest
    change(PEOPLE.arno, { without: ['b.example'], category: 'spam' })
    expect(linesOf(1)).toBe(
      'a.example\tdomain\tnxdomain\tspam\tK7M29QXT\nc.example\tdomain\tnxdomain\tspam\tK7M29QXT\n',
    )
    const first = { ...store.proposals.find(1)!, linesOf: 1 }
    const lines = Buffer.concat([...store.proposals.lines(first, 'add')]).toString()
    expect(lines.split('\n')).toHaveLength(4)
    expect(lines).toContain('b.example\tdomain\tnxdomain\t-\t')
    expect(store.proposals.find(1)).toMatchObject({ added: 2, category: 'spam' })
    expect(store.proposals.find(1)!.digest).not.toBe(before)
    approve(PEOPLE.bea)
    expect(valuesOf(store)).toEqual(['a.example', 'c.example'])
  })

  it('is refused of what is not in it, of all that is, and by those who may not', () => {
    expect(() => change(PEOPLE.carol, { without: ['x.example'] })).toThrow(fault('entry/not-found'))
    const all = { without: ['a.example', 'b.example', 'c.example'] }
    expect(() => change(PEOPLE.carol, all)).toThrow(fault('entry/not-found'))
    expect(() => change(PEOPLE.rita, { terms: { reason: 'x' } })).toThrow(fault('user/refused'))
    expect(() => change(PEOPLE.carol, { terms: { reason: ' ' } })).toThrow(
      fault('proposal/incomplete'),
    )
    expect(() => change(PEOPLE.carol, { terms: { evidenceSha256: 'ab' } })).toThrow(
      fault('proposal/incomplete'),
    )
    expect(store.proposals.find(1)).toMatchObject({ revision: 1 })
  })
})

describe('a list that has gone on', () => {
  const add = (value: string, action = 'nxdomain'): void => {
    const line = `${value}\tdomain\t${action}\t-\tOTHER\n`
    const decision = decisionOf(1, { added: 1 })
    store.decisions.commit(decision, { added: [Buffer.from(line)], retired: [] })
  }
  beforeEach(() => {
    decide(store, 1, { add: ['old.example', 'other.example'] })
    policy({ ...TWO, retire: TWO })
  })

  it('has what was proposed already: the line is left out, and the rest decided', () => {
    proposeValues(by(PEOPLE.carol), { add: ['a.example', 'b.example'] })
    add('a.example')
    expect(approve(PEOPLE.bea)).toMatchObject({
      ...{ state: 'decided', note: 'left out 1 line that ask for what is so already' },
    })
    expect(store.decisions.find(3)).toMatchObject({ added: 1 })
    expect(valuesOf(store)).toEqual(['a.example', 'b.example', 'old.example', 'other.example'])
  })

  it('has all of it: nothing is left to decide', () => {
    proposeValues(by(PEOPLE.carol), { add: ['a.example'] })
    add('a.example')
    expect(approve(PEOPLE.bea)).toMatchObject({ state: 'overtaken', decision: null })
    expect(storyOf(1).slice(-2)).toEqual(['approved bea', 'overtaken bea'])
    expect(approve(PEOPLE.ben)).toMatchObject({ code: 'proposal/settled' })
  })

  it('has the name with another action: an addition is overtaken, an import leaves it', () => {
    proposeValues(by(PEOPLE.carol), { add: ['a.example', 'b.example'] })
    const imported = { add: ['a.example', 'c.example'], act: 'import' } as const
    proposeValues(by(PEOPLE.carol), imported)
    add('a.example', 'passthru')
    const outcome = approve(PEOPLE.bea)
    expect(outcome).toMatchObject({ state: 'overtaken' })
    expect(outcome).toMatchObject({ note: '1 entry has changed on phishing since: a.example' })
    expect(approve(PEOPLE.bea, 'p2')).toMatchObject({ state: 'decided' })
    expect(valuesOf(store)).toEqual(['a.example', 'c.example', 'old.example', 'other.example'])
  })

  it('lacks what was to be retired: that is left out; what came in its place is not touched', () => {
    proposeValues(by(PEOPLE.carol), { retire: ['old.example', 'other.example'] })
    proposeValues(by(PEOPLE.carol), { retire: ['other.example'] })
    decide(store, 1, { retire: ['old.example'] })
    expect(approve(PEOPLE.bea)).toMatchObject({ state: 'decided' })
    expect(store.decisions.find(3)).toMatchObject({ retired: 1 })
    add('other.example')
    expect(approve(PEOPLE.bea, 'p2')).toMatchObject({ state: 'overtaken' })
    expect(valuesOf(store)).toEqual(['other.example'])
  })

  it('has what was to be amended in another form, or no longer', () => {
    proposeValues(by(PEOPLE.carol), { amend: ['old.example'] })
    proposeValues(by(PEOPLE.carol), { amend: ['other.example'] })
    proposeValues(by(PEOPLE.carol), { amend: ['other.example'] })
    decide(store, 1, { retire: ['old.example'] })
    expect(approve(PEOPLE.bea, 'p1')).toMatchObject({ state: 'overtaken' })
    expect(approve(PEOPLE.bea, 'p2')).toMatchObject({ state: 'decided' })
    expect(store.decisions.find(3)).toMatchObject({ act: 'amend', amended: 1, added: 0 })
    expect(store.entries.find(1, 'other.example')[0]!.entry.action).toBe('nodata')
    expect(approve(PEOPLE.bea, 'p3')).toMatchObject({ state: 'overtaken' })
  })

  it('has another definition, by which a line could not stand there', () => {
    proposeValues(by(PEOPLE.carol), { add: ['a.example'] })
    change(PEOPLE.carol, { category: 'spam' })
    const definition = { ...store.lists.find('phishing')!.definition, categories: ['phishing'] }
    store.lists.apply(definition, { at: AT, actor: 'adam', place: 'phishing' })
    expect(approve(PEOPLE.bea)).toMatchObject({
      state: 'overtaken',
      note: 'the definition of phishing has changed since: a.example is refused now (not-a-category)',
    })
  })

  it('would lose more to a mirror than when it was proposed', () => {
    const mirror = { retire: ['old.example'], act: 'mirror' } as const
    proposeValues(by(PEOPLE.carol), mirror)
    expect(approve(PEOPLE.bea)).toMatchObject({ state: 'overtaken' })
    expect(valuesOf(store)).toEqual(['old.example', 'other.example'])
  })
})

describe('a guard', () => {
  const WARN = {
    code: 'shared',
    class: 'warn',
    message: 'it is shared',
    count: 1,
    samples: [],
  } as const
  const STOP = {
    code: 'suffix',
    class: 'stop',
    message: 'a suffix',
    count: 1,
    samples: [],
  } as const

  it('stops whoever would decide alone: it waits, and nobody can approve it', () => {
    policy(ONE)
    findings = [STOP]
    expect(proposeValues(by(PEOPLE.carol), { add: ['a.example'] })).toMatchObject({
      ...{ proposal: 'p1', decision: null },
      missing: { stops: ['suffix'] },
    })
    expect(approve(PEOPLE.bea)).toMatchObject({ code: 'proposal/stopped' })
    expect(valuesOf(store)).toEqual([])
  })

  it('that finds something new when it is decided stops it then, and that is kept', () => {
    proposeValues(by(PEOPLE.carol), { add: ['a.example'] })
    findings = [STOP]
    expect(approve(PEOPLE.bea)).toMatchObject({ code: 'proposal/stopped' })
    expect(storyOf(1)).toEqual(['proposed carol', 'checked bea'])
    expect(approve(PEOPLE.bea)).toMatchObject({ code: 'proposal/stopped' })
    expect(storyOf(1)).toEqual(['proposed carol', 'checked bea'])
    findings = []
    expect(approve(PEOPLE.bea)).toMatchObject({ state: 'decided' })
  })

  it('that warns wants a word of each who stands behind it', () => {
    findings = [WARN]
    proposeValues(by(PEOPLE.carol), { add: ['a.example'] })
    const acknowledged = ['shared']
    expect(approve(PEOPLE.bea)).toMatchObject({ code: 'proposal/warned' })
    expect(approve(PEOPLE.bea, 'p1', { acknowledged })).toMatchObject({
      ...{ state: 'open', missing: { people: 1, organisations: 1 } },
    })
    expect(approve(PEOPLE.carol, 'p1', { acknowledged })).toMatchObject({ state: 'decided' })
    const decision = [...store.events.all()].find(({ act }) => act === 'decision')
    expect(decision!.subject).toMatchObject({ acknowledged })
  })

  it('is overridden by two people alone, who are named, with the reason', () => {
    policy(ONE)
    findings = [STOP]
    proposeValues(by(PEOPLE.carol), { add: ['a.example'] })
    expect(override(PEOPLE.paul, 'a court says so')).toMatchObject({ state: 'open' })
    expect(valuesOf(store)).toEqual([])
    expect(() => override(PEOPLE.paul, 'again')).toThrow(fault('proposal/own'))
    expect(() => override(PEOPLE.carol)).toThrow(fault('user/refused'))
    expect(() => override(PEOPLE.adam)).toThrow(fault('user/refused'))
    expect(override(PEOPLE.bea)).toMatchObject({ state: 'decided', decision: 1 })
    expect(store.decisions.find(1)).toMatchObject({
      ...{ override: 'a court says so', decidedBy: 'paul, bea', proposer: 'carol' },
    })
    expect([...store.events.all()].map(({ act }) => act).slice(-4)).toEqual([
      ...['override-asked', 'override-confirmed', 'decision', 'override'],
    ])
  })
})

describe('a batch', () => {
  it('is decided as far as it can be', () => {
    for (const value of ['a.example', 'b.example', 'c.example']) {
      proposeValues(by(PEOPLE.carol), { add: [value] })
    }
    actOnProposal(by(PEOPLE.carol), {
      ...{ act: 'withdrawn', id: 'p2', expected: null, text: '', whom: null },
    })
    const requests = ['p1', 'p2', 'p9', 'p3'].map((id) => ({ id, expected: 1, acknowledged: [] }))
    const outcomes = approveProposals(by(PEOPLE.bea), requests)
    expect(outcomes.map((one) => (one instanceof Fault ? one.code : one.state))).toEqual([
      ...['decided', 'proposal/settled', 'proposal/not-found', 'decided'],
    ])
    expect(valuesOf(store)).toEqual(['a.example', 'c.example'])
  })

  it('of many lines is whole or not there: a broken write takes the approval back, too', () => {
    const add = Array.from({ length: 25_000 }, (_, i) => `n${i}.example`)
    proposeValues(by(PEOPLE.carol), { add })
    const other = new Database(path)
    other.exec(
      "CREATE TRIGGER broken BEFORE INSERT ON entries WHEN NEW.value = 'n9999.example' BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END",
    )
    expect(() => approve(PEOPLE.bea)).toThrow('the disk is gone')
    expect(storyOf(1)).toEqual(['proposed carol'])
    expect(store.proposals.find(1)).toMatchObject({ state: 'open' })
    expect([valuesOf(store), store.decisions.all()]).toEqual([[], []])
    other.exec('DROP TRIGGER broken')
    other.close()
    expect(approve(PEOPLE.bea)).toMatchObject({ state: 'decided' })
    expect(valuesOf(store)).toEqual([...add].sort())
  })
})
