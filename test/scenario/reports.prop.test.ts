import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { isFault } from '../../src/core/fault.ts'
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
import { handIn, proposeThese, written } from '../support/reporting.ts'
import { AT } from '../support/store-builders.ts'

const REPORTERS = {
  rita: personOf('rita', 'hotline', ['reporter']),
  sven: personOf('sven', 'partner', ['reporter']),
  carol: PEOPLE.carol,
}
const reporter = fc.constantFrom(...Object.values(REPORTERS))
const value = fc.constantFrom('a.example', 'b.example', 'x.a.example')
const id = fc.integer({ min: 1, max: 6 })
const reports = fc.uniqueArray(id, { minLength: 1, maxLength: 3 })

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ do: fc.constant('report' as const), who: reporter, value },
      own: fc.constantFrom('1', '2', '3', '4'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('propose' as const), reports }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reject' as const), reports }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('withdraw' as const), who: reporter, reports }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('add' as const), value }) },
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ do: fc.constant('settle' as const), id },
      how: fc.constantFrom('approve' as const, 'rejected' as const, 'withdrawn' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave out' as const), id, value }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retire' as const), value }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function take(store: Store, one: Step): void {
  const named = 'reports' in one ? one.reports.map((report) => `r${report}`) : []
  switch (one.do) {
    case 'report':
      return void handIn(store, one.who, [written(one.value, { externalId: one.own })])
    case 'propose':
      return void proposeThese(decidingOf(store, PEOPLE.carol), named)
    case 'reject':
      return void rejectReports({ store, person: PEOPLE.arno, at: AT }, { ids: named, text: 'no' })
    case 'withdraw':
      return void withdrawReports({ store, person: one.who, at: AT }, { ids: named, text: '' })
    case 'add':
      if (valuesOf(store).includes(one.value)) return
      return void proposeValues(decidingOf(store, PEOPLE.carol), { add: [one.value] })
    case 'retire':
      if (!valuesOf(store).includes(one.value)) return
      return void proposeValues(decidingOf(store, PEOPLE.carol), { retire: [one.value] })
    case 'leave out':
      return void changeProposal(decidingOf(store, PEOPLE.carol), {
        ...{ id: `p${one.id}`, expected: null, text: '', terms: {}, acknowledged: [] },
        without: [one.value],
      })
    case 'settle':
      settle(store, `p${one.id}`, one.how)
  }
}

function settle(store: Store, proposal: string, how: 'approve' | 'rejected' | 'withdrawn'): void {
  if (how === 'approve') {
    const request = { id: proposal, expected: null, acknowledged: [] }
    approveProposals(decidingOf(store, PEOPLE.bea), [request])
    return
  }
  const person = how === 'rejected' ? PEOPLE.bea : PEOPLE.carol
  const act = { act: how, id: proposal, expected: null, text: 'no', whom: null }
  actOnProposal(decidingOf(store, person), act)
}

/** What must be true of all reports after whatever was done. */
function assertSound(store: Store): void {
  const all = listReports(store, PEOPLE.otto, { limit: 1000 })
  const open = all.filter(({ state }) => state === 'open')
  // Nothing is asked twice.
  expect(new Set(open.map((one) => one.value)).size).toBe(open.length)
  for (const one of all) {
    const proposal =
      one.proposal === null ? null : store.proposals.find(Number(one.proposal.slice(1)))
    // Nothing waits for what has ended.
    if (one.state === 'proposed') expect(proposal?.state).toBe('open')
    if (one.state === 'listed') expect(one.decision).toBeGreaterThan(0)
    if (one.state === 'rejected') expect(one.rejected?.reason).toBe('no')
    if (one.duplicate?.of === 'report') {
      const first = all.find(
        ({ report }) => report === (one.duplicate as { report: string }).report,
      )
      expect(first).toMatchObject({ value: one.value })
      expect(['open', 'duplicate', 'proposed']).toContain(first?.state)
    }
    if (one.duplicate?.of === 'proposal') expect(proposal?.state).toBe('open')
  }
  const count = (state: string): number => all.filter((one) => one.state === state).length
  for (const state of ['open', 'duplicate', 'proposed', 'listed', 'rejected', 'withdrawn'] as const)
    expect(listReports(store, PEOPLE.otto, { state, limit: 1000 })).toHaveLength(count(state))
  expect(store.events.check()).toEqual([])
}

describe('whatever is done in whatever order', () => {
  test.prop([fc.array(step, { minLength: 1, maxLength: 40 }), fc.boolean()])(
    'each report stands as its acts and its proposal say, and no report lists anything by itself',
    (steps, isAlone) => {
      const store = openStore(':memory:', { create: true })
      try {
        applyPolicy(store, isAlone ? {} : TWO)
        for (const one of steps) {
          const before = valuesOf(store)
          try {
            take(store, one)
          } catch (error) {
            if (!isFault(error)) throw error
            expect(valuesOf(store)).toEqual(before)
          }
          if (['report', 'reject', 'withdraw'].includes(one.do)) {
            expect(valuesOf(store)).toEqual(before)
          }
        }
        assertSound(store)
      } finally {
        store.close()
      }
    },
  )
})
