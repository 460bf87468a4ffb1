import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DecisionAct } from '../../../src/core/proposal.ts'
import type { ReviewTarget, Term } from '../../../src/core/review.ts'
import type { Store } from '../../../src/store/open-store.ts'
import type { NewReview } from '../../../src/store/review-store.ts'
import { AT, blockOf, decide, decisionOf, storeWithList } from '../../support/store-builders.ts'

let store: Store
let list: number

beforeEach(() => {
  ;({ store, list } = storeWithList())
})

afterEach(() => store.close())

/** A decision with days that adds and retires; gives its number. */
function decideDated(
  act: DecisionAct,
  [reviewOn, expiresOn]: readonly [string | null, string | null],
  { add = [], retire = [] }: { add?: readonly string[]; retire?: readonly string[] },
): number {
  const rows = retire.map((value) => rowOf(value))
  const counts = { added: add.length, retired: rows.length }
  return store.decisions.commit(decisionOf(list, { act, reviewOn, expiresOn, ...counts }), {
    added: [blockOf([...add].sort())],
    retired: rows,
  })
}

const rowOf = (value: string): number => {
  const [row] = store.entries.find(list, value)
  if (row === undefined) throw new Error(`no entry ${value}`)
  return row.rowId
}

const due = (reviewOn: string, expiresOn: string): Term[] =>
  store.terms.due(list, { reviewOn, expiresOn })
const held = (target: ReviewTarget): number[] => [...store.terms.held(list, target)]
const days = (decision: number, entry: number | null, ...[reviewOn, expiresOn]: string[]) => ({
  ...{ decision, entry },
  reviewOn: reviewOn ?? null,
  expiresOn: expiresOn ?? null,
})

function reviewOf(target: ReviewTarget, changes: Partial<NewReview> = {}): NewReview {
  return {
    ...{ listRowId: list, cause: 'due', target, aboutOn: '2030-06-01', dueOn: '2030-06-15' },
    ...{ note: '', at: AT, actor: 'alice', ...changes },
  }
}

/** Gives new days to a target by a review. */
function grant(term: Term): number {
  const id = store.reviews.open(reviewOf(term, { cause: 'asked', aboutOn: null }))!
  const done = { outcome: 'extended', reason: '', at: AT, actor: 'bob', decision: null } as const
  store.reviews.finish(id, { ...done, term })
  return id
}

describe('terms', () => {
  it('are those of decisions with entries on the list, when one of their days is in reach', () => {
    const one = decideDated('add', ['2030-06-01', '2030-12-01'], { add: ['a.example'] })
    const two = decideDated('import', ['2030-07-01', null], { add: ['b.example', 'c.example'] })
    decideDated('add', [null, null], { add: ['d.example'] })
    expect(due('2030-05-31', '2030-11-30')).toEqual([])
    expect(due('2030-06-01', '')).toEqual([days(one, null, '2030-06-01', '2030-12-01')])
    expect(due('', '2030-12-01')).toEqual([days(one, null, '2030-06-01', '2030-12-01')])
    expect(due('2030-07-01', '')).toMatchObject([{ decision: one }, { decision: two }])
    expect(held({ decision: two, entry: null })).toEqual([rowOf('b.example'), rowOf('c.example')])
  })

  it('end with the last entry that is on the list', () => {
    const one = decideDated('import', ['2030-06-01', null], { add: ['a.example', 'b.example'] })
    decide(store, list, { retire: ['a.example'] })
    expect(store.terms.countHeld(list, { decision: one, entry: null })).toBe(1)
    expect(due('2030-06-01', '')).toHaveLength(1)
    decide(store, list, { retire: ['b.example'] })
    expect(due('2030-06-01', '')).toEqual([])
    expect(store.terms.find(list, { decision: one, entry: null })).toBeNull()
  })

  it('of a decision are those that a review gave last', () => {
    const one = decideDated('add', ['2030-06-01', '2030-12-01'], { add: ['a.example'] })
    grant(days(one, null, '2031-01-01', '2031-06-01'))
    grant(days(one, null, '2031-02-01'))
    expect(due('2031-01-31', '2099-01-01')).toEqual([])
    expect(due('2031-02-01', '')).toEqual([days(one, null, '2031-02-01')])
  })

  it('of one entry are its own once a review gave them, and the rest go on as they were', () => {
    const one = decideDated('import', ['2030-06-01', null], { add: ['a.example', 'b.example'] })
    const [a, b] = [rowOf('a.example'), rowOf('b.example')]
    expect(store.terms.ofEntry(list, a)).toEqual(days(one, a, '2030-06-01'))
    grant(days(one, a, '2030-09-01', '2030-10-01'))
    expect(held({ decision: one, entry: null })).toEqual([b])
    expect(due('2030-06-01', '2030-09-30')).toEqual([days(one, null, '2030-06-01')])
    expect(due('', '2030-10-01')).toEqual([days(one, a, '2030-09-01', '2030-10-01')])
    // New days for all others leave its own alone.
    grant(days(one, null, '2031-01-01'))
    expect(store.terms.ofEntry(list, a)).toEqual(days(one, a, '2030-09-01', '2030-10-01'))
    decide(store, list, { retire: ['a.example'] })
    expect(due('2099-01-01', '2099-01-01')).toEqual([days(one, null, '2031-01-01')])
    expect(store.terms.ofEntry(list, a)).toBeNull()
  })

  it('are those of the newest mirror for everything that it found', () => {
    const one = decideDated('add', ['2030-06-01', '2030-12-01'], {
      add: ['a.example', 'b.example'],
    })
    const b = rowOf('b.example')
    grant(days(one, b, '2030-08-01', '2031-01-01'))
    const mirror = decideDated('mirror', ['2030-09-01', '2031-03-01'], { add: ['m.example'] })
    const later = decideDated('add', ['2030-10-01', null], { add: ['z.example'] })
    expect(due('2099-01-01', '2099-01-01')).toEqual([
      days(mirror, null, '2030-09-01', '2031-03-01'),
      days(later, null, '2030-10-01'),
    ])
    expect(held({ decision: one, entry: null })).toEqual([])
    expect(held({ decision: mirror, entry: null })).toEqual(
      ['a.example', 'b.example', 'm.example'].map(rowOf),
    )
    // The days that a review gave before the mirror are gone; those after it count.
    expect(store.terms.ofEntry(list, b)).toEqual(days(mirror, b, '2030-09-01', '2031-03-01'))
    grant(days(mirror, b, '2030-11-01'))
    expect(store.terms.ofEntry(list, b)).toEqual(days(mirror, b, '2030-11-01'))
    expect(held({ decision: mirror, entry: null })).not.toContain(b)
  })

  it('are each of its own list', () => {
    const one = decideDated('add', ['2030-06-01', null], { add: ['a.example'] })
    expect(store.terms.due(list + 1, { reviewOn: '2099-01-01', expiresOn: '' })).toEqual([])
    const target = { decision: one, entry: rowOf('a.example') }
    expect(store.terms.find(list + 1, target)).toBeNull()
    expect([...store.terms.held(list + 1, target)]).toEqual([])
  })
})

describe('reviews', () => {
  let decision: number
  let target: ReviewTarget
  beforeEach(() => {
    decision = decideDated('import', ['2030-06-01', null], { add: ['a.example', 'b.example'] })
    target = { decision, entry: null }
  })
  const finish = (id: number): void =>
    store.reviews.finish(id, {
      ...({ outcome: 'kept', reason: 'seen', at: AT, actor: 'bob' } as const),
      ...{ term: null, decision: null },
    })

  it('are opened once for each day, whether or not they are done', () => {
    const id = store.reviews.open(reviewOf(target))!
    expect(store.reviews.open(reviewOf(target))).toBeNull()
    finish(id)
    expect(store.reviews.open(reviewOf(target))).toBeNull()
    expect(store.reviews.open(reviewOf(target, { aboutOn: '2030-06-02' }))).not.toBeNull()
    // Open: not even for another day.
    expect(store.reviews.open(reviewOf(target, { aboutOn: '2030-06-03' }))).toBeNull()
    expect(store.reviews.open(reviewOf(target, { cause: 'expiring' }))).not.toBeNull()
  })

  it('without a day are opened again when the last is done', () => {
    const one = { decision, entry: rowOf('a.example') }
    const gone = reviewOf(one, { cause: 'gone', aboutOn: null })
    const id = store.reviews.open(gone)!
    expect(store.reviews.open(gone)).toBeNull()
    const other = { decision, entry: rowOf('b.example') }
    expect(store.reviews.open({ ...gone, target: other })).not.toBeNull()
    finish(id)
    expect(store.reviews.open(gone)).not.toBeNull()
  })

  it('of an entry are opened once for each day, whatever mirrors found it since', () => {
    const entry = rowOf('a.example')
    const gone = reviewOf({ decision, entry }, { cause: 'gone', aboutOn: '2030-05-01' })
    finish(store.reviews.open(gone)!)
    const mirror = decideDated('mirror', ['2030-09-01', null], { add: ['m.example'] })
    const target = { decision: mirror, entry }
    expect(store.reviews.open({ ...gone, target })).toBeNull()
    expect(store.reviews.open({ ...gone, target, aboutOn: '2030-05-02' })).not.toBeNull()
  })

  it('tell what they are about, what was done, and leave an event for each act', () => {
    const entry = rowOf('a.example')
    const asked = reviewOf({ decision, entry }, { cause: 'asked', aboutOn: null, note: 'look' })
    const id = store.reviews.open(asked)!
    finish(id)
    expect(store.reviews.find(id)).toMatchObject({
      ...{ list: 'phishing', cause: 'asked', outcome: 'kept', doneAt: AT, openedBy: 'alice' },
      about: { value: 'a.example', kind: 'domain' },
    })
    expect(store.reviews.acts(id)).toMatchObject([
      { act: 'opened', actor: 'alice', outcome: null, reason: 'look' },
      { act: 'done', actor: 'bob', outcome: 'kept', reason: 'seen' },
    ])
    expect([...store.events.all()].slice(-2)).toMatchObject([
      {
        ...{ act: 'review-opened', actor: 'alice' },
        subject: { review: id, list: 'phishing', cause: 'asked', value: 'a.example', decision },
      },
      { act: 'review-done', actor: 'bob', subject: { review: id, outcome: 'kept' } },
    ])
    expect(store.events.check()).toEqual([])
  })

  it('end once', () => {
    const id = store.reviews.open(reviewOf(target))!
    finish(id)
    expect(() => finish(id)).toThrow('expected an open review')
    expect(store.reviews.acts(id)).toHaveLength(2)
  })

  it('are listed by what they are, the open ones by their day', () => {
    const first = store.reviews.open(reviewOf(target))!
    const urgent = reviewOf(target, { cause: 'urgent', aboutOn: null, dueOn: '2030-06-14' })
    const second = store.reviews.open(urgent)!
    const ids = (filter: Parameters<Store['reviews']['all']>[0]): number[] =>
      store.reviews.all(filter).map(({ id }) => id)
    expect(ids({})).toEqual([second, first])
    expect(ids({ isOpen: true })).toEqual([second, first])
    expect(ids({ cause: 'due' })).toEqual([first])
    expect(ids({ before: second })).toEqual([first])
    expect(ids({ limit: 1 })).toEqual([second])
    expect(ids({ listRowId: list + 1 })).toEqual([])
    expect(
      store.reviews
        .ofTarget(target)
        .map(({ id }) => id)
        .sort(),
    ).toEqual([first, second])
    finish(second)
    expect(ids({ isOpen: true })).toEqual([first])
    expect(ids({ isOpen: false })).toEqual([second])
  })

  it('are counted; overdue is one whose day is over', () => {
    store.reviews.open(reviewOf(target))
    const counted = { listRowId: list, cause: 'due', open: 1 }
    expect(store.reviews.counts('2030-06-15')).toEqual([{ ...counted, overdue: 0 }])
    expect(store.reviews.counts('2030-06-16')).toEqual([{ ...counted, overdue: 1 }])
  })

  it('know what a decision retired, and what of it is listed again', () => {
    const retirement = decide(store, list, { retire: ['a.example', 'b.example'] })
    decide(store, list, { add: ['a.example'] })
    const { entries, stillRetired } = store.reviews.retiredBy(retirement, 10)
    expect(entries.map(({ value }) => value)).toEqual(['a.example', 'b.example'])
    expect(stillRetired).toBe(1)
  })
})
