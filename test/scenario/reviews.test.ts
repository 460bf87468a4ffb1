import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addDays, dayOf } from '../../src/core/day.ts'
import type { ListReview } from '../../src/core/list-definition.ts'
import { decisionDays } from '../../src/curation/decision-days.ts'
import { checkReviews } from '../../src/main/check-reviews.ts'
import { actingPerson } from '../../src/main/acting-person.ts'
import { finishReview } from '../../src/main/finish-review.ts'
import type { Authority } from '../../src/main/open-authority.ts'
import { openUrgentReview } from '../../src/main/open-urgent-review.ts'
import { openChanged } from '../../src/main/review-registrations.ts'
import { runReviews } from '../../src/main/run-reviews.ts'
import type { StoredList } from '../../src/store/list-store.ts'
import { viewReview } from '../../src/main/review-view.ts'
import {
  applyList,
  makeTestAuthority,
  publishOne,
  type TestAuthority,
} from '../support/authority-folder.ts'
import { blockOf, decide, decisionOf } from '../support/store-builders.ts'

const DAY_MS = 86_400_000
const REVIEW: ListReview = { afterDays: 30, expireAfterDays: 60, warnDays: 14, urgentDays: 3 }

let home: TestAuthority
let authority: Authority

beforeEach(async () => {
  home = await makeTestAuthority()
  authority = home.open()
  applyList(authority, 'a', { review: REVIEW })
})

afterEach(() => {
  authority.close()
  home.remove()
})

const pass = (days: number): void => {
  home.clock.at = new Date(home.clock.at.getTime() + days * DAY_MS)
}

const list = (): StoredList => authority.store.lists.find('a')!

/** Adds values in one decision with the list's own days. */
function add(...values: readonly string[]): number {
  const { definition, rowId } = list()
  const decidedAt = authority.now()
  return authority.store.decisions.commit(
    decisionOf(rowId, {
      ...{ act: 'add', added: values.length, decidedAt },
      ...decisionDays(definition, decidedAt),
    }),
    { added: [blockOf([...values].sort())], retired: [] },
  )
}

const run = () => runReviews(authority)
const openReviews = () => authority.store.reviews.all({ isOpen: true })
const finish = (id: number, outcome: 'extended' | 'kept' | 'relisted' | 'retired') =>
  finishReview({ ...authority, person: actingPerson(authority.store, 'bob') }, id, {
    outcome,
    reason: 'seen',
  })

/** What readers have at the newest serial, after a publication by schedule. */
async function published(): Promise<string[]> {
  await publishOne(authority, 'a')
  const { decision } = authority.store.publications.latest(list().rowId)!
  const lines = authority.store.publications.lines(list().rowId, decision)
  return [...lines].map((line) => line.split('\t')[0]!)
}

describe('nothing lasts by forgetting:', () => {
  it('an entry lapses on its day and is unblocked by the next serial; an extended one is not', async () => {
    add('forgotten.example')
    const second = add('kept.example')
    expect(await published()).toEqual(['forgotten.example', 'kept.example'])
    pass(60 - REVIEW.warnDays - 1)
    // Their review dates came long ago, and nobody has looked.
    expect(run().opened).toEqual([{ list: 'a', cause: 'due', reviews: 2 }])
    pass(1)
    expect(run().opened).toEqual([{ list: 'a', cause: 'expiring', reviews: 2 }])
    const kept = openReviews().find(
      ({ decision, cause }) => decision === second && cause === 'expiring',
    )!
    finish(kept.id, 'extended')
    // With the end, the question of the review date is answered too.
    expect(openReviews().map(({ decision }) => decision)).not.toContain(second)
    pass(13)
    expect(run().lapsed).toEqual([])
    expect(await published()).toEqual(['forgotten.example', 'kept.example'])
    pass(1)
    const { lapsed, closed } = run()
    expect(lapsed).toEqual([{ list: 'a', decision: 3, entries: 1 }])
    expect(closed).toBe(2)
    expect(await published()).toEqual(['kept.example'])
    expect(authority.store.decisions.find(3)).toMatchObject({
      ...{ act: 'retire', decidedBy: 'bailiwick', urgent: false },
      reason: `lapsed: the last day was over by ${dayOf(authority.now())}`,
    })
    expect(authority.store.events.check()).toEqual([])
    // Its own end comes in turn: 46 days and 60 more.
    pass(45)
    run()
    expect(await published()).toEqual(['kept.example'])
    pass(1)
    expect(run().lapsed).toEqual([{ list: 'a', decision: 4, entries: 1 }])
    expect(await published()).toEqual([])
  })

  it('a run does nothing that was done, and what a week’s sleep missed', () => {
    add('a.example')
    add('b.example', 'c.example')
    pass(30)
    expect(run().opened).toEqual([{ list: 'a', cause: 'due', reviews: 2 }])
    const before = authority.store.events.head()
    expect(run()).toMatchObject({ lapsed: [], opened: [], closed: 0, isComplete: true })
    expect(authority.store.events.head()).toEqual(before)
    pass(37)
    expect(run().lapsed).toEqual([{ list: 'a', decision: 3, entries: 3 }])
    const after = authority.store.events.head()
    expect(run()).toMatchObject({ lapsed: [], opened: [], closed: 0 })
    expect(authority.store.events.head()).toEqual(after)
  })

  it('a clock that goes back brings nothing back, and asks for nothing twice', async () => {
    add('a.example')
    add('b.example')
    await published()
    pass(60)
    run()
    pass(-1)
    const before = authority.store.events.head()
    expect(run()).toMatchObject({ lapsed: [], opened: [], closed: 0 })
    expect(authority.store.events.head()).toEqual(before)
    expect(await published()).toEqual([])
    // Earlier than what was signed, nothing is decided at all.
    pass(-2)
    expect(run).toThrow(expect.objectContaining({ code: 'clock/back' }))
  })

  it('a batch is one review, without those that have days of their own', () => {
    const batch = add('a.example', 'b.example', 'c.example')
    const { rowId } = authority.store.entries.find(list().rowId, 'b.example')[0]!
    authority.store.reviews.open({
      ...{ listRowId: list().rowId, cause: 'asked', target: { decision: batch, entry: rowId } },
      ...{ aboutOn: null, dueOn: '2099-01-01', note: '', at: authority.now(), actor: 'alice' },
    })
    pass(20)
    finish(1, 'extended')
    pass(26)
    expect(run().opened).toEqual([{ list: 'a', cause: 'expiring', reviews: 1 }])
    const [review] = openReviews()
    expect(viewReview(authority.store, review!, authority.now()).entries).toBe(2)
    pass(14)
    expect(run().lapsed).toMatchObject([{ entries: 2 }])
    pass(6)
    expect(run().opened).toEqual([{ list: 'a', cause: 'expiring', reviews: 1 }])
    expect(openReviews().at(-1)).toMatchObject({ entry: rowId, about: { value: 'b.example' } })
    pass(14)
    expect(run().lapsed).toMatchObject([{ entries: 1 }])
  })

  it('a review that finds an entry wrong retires it', async () => {
    add('a.example', 'b.example')
    await published()
    pass(30)
    run()
    const done = finish(1, 'retired')
    expect(done).toMatchObject({ decision: 2, retired: 2, term: null })
    expect(await published()).toEqual([])
    expect(() => finish(1, 'kept')).toThrow(expect.objectContaining({ code: 'review/done' }))
    expect(() => finish(9, 'kept')).toThrow(expect.objectContaining({ code: 'review/not-found' }))
  })

  it('a review of what is gone cannot keep it, and is closed by the next run', () => {
    add('a.example')
    pass(30)
    run()
    decide(authority.store, list().rowId, { retire: ['a.example'] })
    expect(() => finish(1, 'kept')).toThrow(expect.objectContaining({ code: 'review/outcome' }))
    expect(run().closed).toBe(1)
    expect(openReviews()).toEqual([])
  })

  it('a mirror answers for what it found', () => {
    add('a.example')
    const { definition, rowId } = list()
    pass(30)
    expect(run().opened).toMatchObject([{ cause: 'due' }])
    const decidedAt = authority.now()
    authority.store.decisions.commit(
      decisionOf(rowId, {
        ...{ act: 'mirror', added: 1, decidedAt },
        ...decisionDays(definition, decidedAt),
      }),
      { added: [blockOf(['m.example'])], retired: [] },
    )
    expect(run()).toMatchObject({ opened: [], closed: 1 })
    expect(authority.store.reviews.find(1)).toMatchObject({ outcome: 'kept' })
    pass(30)
    // The day on which the first decision ended: both have the mirror's days.
    expect(run()).toMatchObject({ lapsed: [], opened: [{ cause: 'due', reviews: 1 }] })
    pass(30)
    expect(run().lapsed).toMatchObject([{ entries: 2 }])
  })

  it('a kept entry ends when it was to end', () => {
    add('a.example')
    pass(30)
    run()
    finish(1, 'kept')
    pass(30)
    expect(run().lapsed).toMatchObject([{ entries: 1 }])
  })

  it('a run does so much at once, and the next goes on', () => {
    authority.store.write(() => {
      for (let i = 0; i < 2001; i++) add(`n${i}.example`)
    })
    pass(30)
    expect(run()).toMatchObject({ opened: [{ reviews: 2000 }], isComplete: false })
    expect(run()).toMatchObject({ opened: [{ reviews: 1 }], isComplete: true })
    expect(run()).toMatchObject({ opened: [], isComplete: true })
  })
})

describe('the guard', () => {
  it('is warned of a day on which too much ends, and stops it when nobody did anything', async () => {
    const guard = { maxGrowth: 10, maxShrink: 0.2, minEntries: 1 }
    applyList(authority, 'a', { review: REVIEW, guard })
    add('1.example', '2.example', '3.example')
    pass(1)
    add('4.example')
    pass(1)
    add('5.example', '6.example', '7.example', '8.example', '9.example')
    await published()
    pass(60 - REVIEW.warnDays - 3)
    expect(run().warnings).toEqual([])
    pass(1)
    expect(run().warnings).toMatchObject([
      { list: 'a', entries: 3, on: addDays(dayOf(authority.now()), REVIEW.warnDays) },
    ])
    expect(checkReviews(authority.store, list(), authority.now())).toEqual([
      expect.stringContaining('2 reviews with the cause due are overdue') as string,
      expect.stringMatching(/^3 entries of a end on .* shrink from 9 to 6 entries/) as string,
    ])
    // The day after, one of six ends: that much may go.
    pass(1)
    expect(run().warnings).toMatchObject([{ entries: 3 }])
    pass(13)
    expect(run().lapsed).toMatchObject([{ entries: 3 }])
    await expect(published()).rejects.toThrow(expect.objectContaining({ code: 'publish/guard' }))
    await publishOne(authority, 'a', 'they ended, and nobody wanted them')
    pass(1)
    expect(run().lapsed).toMatchObject([{ entries: 1 }])
    expect(await published()).toHaveLength(5)
  })
})

describe('an urgent retirement', () => {
  function retireUrgently(value: string): number {
    const { store } = authority
    return store.write(() => {
      const decision = decide(store, list().rowId, { retire: [value] })
      const at = authority.now()
      openUrgentReview(store, list(), { decision, actor: 'alice', reason: 'a bank', at })
      return decision
    })
  }

  it('is looked at afterwards: its time, and the serial that took it away', async () => {
    add('a.example', 'b.example')
    await published()
    const decision = retireUrgently('a.example')
    const [review] = openReviews()
    const view = () => viewReview(authority.store, review!, authority.now())
    expect(view()).toMatchObject({
      ...{ cause: 'urgent', decision, entries: 1, isOverdue: false },
      dueOn: addDays(dayOf(authority.now()), 3),
      urgent: { published: null, retired: [{ value: 'a.example' }] },
    })
    const at = authority.now()
    await published()
    pass(3)
    expect(view()).toMatchObject({ isOverdue: false, urgent: { published: { serial: 2, at } } })
    pass(1)
    expect(view()).toMatchObject({ isOverdue: true })
    // It is about what is no longer listed: a run leaves it alone.
    expect(run().closed).toBe(0)
    finish(review!.id, 'retired')
    expect(openReviews()).toEqual([])
  })

  it('is found wrong only when all of it is listed again, by a decision of its own', () => {
    add('a.example')
    retireUrgently('a.example')
    expect(() => finish(1, 'relisted')).toThrow(expect.objectContaining({ code: 'review/outcome' }))
    add('a.example')
    expect(finish(1, 'relisted')).toMatchObject({ decision: null, retired: 0 })
  })
})

describe('a domain that was registered after it was listed', () => {
  it('is looked at once for each registration', () => {
    add('a.example', 'www.b.example')
    add('c.example')
    const day = addDays(dayOf(authority.now()), 1)
    pass(2)
    const days = new Map([
      ['b.example', day],
      ['c.example', addDays(day, -1)],
    ])
    const open = (of: ReadonlyMap<string, string>): number =>
      openChanged({ store: authority.store, list: list(), actor: 'bob', at: authority.now() }, of)
    expect(open(days)).toBe(1)
    expect(open(days)).toBe(0)
    expect(openReviews()).toMatchObject([
      {
        ...{ cause: 'changed-hands', about: { value: 'www.b.example' }, openedBy: 'bob' },
        note: `b.example was registered on ${day}, after it was listed`,
      },
    ])
    finish(1, 'kept')
    expect(open(days)).toBe(0)
    expect(open(new Map([['b.example', addDays(day, 1)]]))).toBe(1)
  })
})
