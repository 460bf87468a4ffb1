import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { isFault } from '../../src/core/fault.ts'
import type { GuardSummary } from '../../src/core/guard-summary.ts'
import type { ListApprovals } from '../../src/core/list-definition.ts'
import type { Person, Role } from '../../src/core/person.ts'
import type { ProposalAct } from '../../src/core/proposal.ts'
import type { PlainAct } from '../../src/curation/plan-proposal-act.ts'
import { replayProposal } from '../../src/curation/replay-proposal.ts'
import { actOnProposal } from '../../src/main/proposals/act-on-proposal.ts'
import { approveProposals } from '../../src/main/proposals/approve-proposal.ts'
import { changeProposal } from '../../src/main/proposals/change-proposal.ts'
import { overrideProposal } from '../../src/main/proposals/override-proposal.ts'
import type { Decision } from '../../src/store/decision-store.ts'
import { openStore, type Store } from '../../src/store/open-store.ts'
import { applyPolicy, decidingOf, PEOPLE, proposeValues, valuesOf } from '../support/deciding.ts'

const NAMES = Object.keys(PEOPLE) as (keyof typeof PEOPLE)[]
const VALUES = ['a.example', 'b.example', 'c.example']
const WARNING: GuardSummary = {
  ...{ code: 'shared', class: 'warn', message: 'shared', count: 1, samples: [] },
}
const STOP: GuardSummary = { ...WARNING, code: 'suffix', class: 'stop' }

const who = fc.constantFrom(...NAMES)
const value = fc.constantFrom(...VALUES)
/** One of the first proposals, and the revision that somebody thinks he saw; 0 for none. */
const which = fc.record({ id: fc.integer({ min: 1, max: 4 }), seen: fc.nat({ max: 3 }) })
const people = fc
  .record({ needed: fc.integer({ min: 1, max: 3 }), organisations: fc.integer({ min: 1, max: 3 }) })
  .map(({ needed, organisations }) => ({ needed, organisations: Math.min(needed, organisations) }))
const acknowledged = fc.constantFrom<readonly string[]>([], ['shared'])

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('propose' as const),
      ...{ who, value, acknowledged, urgent: fc.boolean() },
      change: fc.constantFrom('add' as const, 'retire' as const, 'amend' as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('approve' as const), who, which, acknowledged }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('change' as const), who, which, acknowledged }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('override' as const), who, which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      ...{ do: fc.constant('act' as const), who, which, whom: who },
      act: fc.constantFrom<PlainAct>(
        ...(['rejected', 'withdrawn', 'commented', 'assigned', 'approval-withdrawn'] as const),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...{ do: fc.constant('policy' as const), add: people, retire: people },
      urgentAdd: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('guards' as const),
      findings: fc.constantFrom<readonly GuardSummary[]>([], [WARNING], [STOP], [WARNING, STOP]),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface World {
  readonly store: Store
  approvals: ListApprovals
  findings: readonly GuardSummary[]
}

function take({ store, ...world }: World, one: Step): Partial<World> {
  if (one.do === 'guards') return { findings: one.findings }
  if (one.do === 'policy') {
    const approvals = { ...one.add, retire: one.retire, urgentAdd: one.urgentAdd }
    applyPolicy(store, approvals)
    return { approvals }
  }
  const deciding = decidingOf(store, PEOPLE[one.who], () => world.findings)
  if (one.do === 'propose') {
    const { urgent } = one
    // As the commands would: only what is listed can be retired or amended, and only what isn't be added.
    const isListed = valuesOf(store).includes(one.value)
    const change = isListed === (one.change === 'add') ? (isListed ? 'retire' : 'add') : one.change
    proposeValues(deciding, { [change]: [one.value], urgent, acknowledged: one.acknowledged })
    return {}
  }
  const request = { id: `p${one.which.id}`, expected: one.which.seen || null }
  switch (one.do) {
    case 'approve':
      approveProposals(deciding, [{ ...request, acknowledged: one.acknowledged }])
      break
    case 'change':
      changeProposal(deciding, {
        ...{ ...request, text: '', terms: { reason: 'another' }, without: [] },
        acknowledged: one.acknowledged,
      })
      break
    case 'override':
      overrideProposal(deciding, { ...request, text: 'it must be' })
      break
    case 'act':
      actOnProposal(deciding, { ...request, act: one.act, text: 'so it is', whom: one.whom })
  }
  return {}
}

/** A second opinion on who stands behind a decision, from its acts alone and in another way than the program's. */
function isBacked(
  decision: Decision,
  acts: readonly ProposalAct[] | null,
  { approvals, findings }: World,
): boolean {
  const asked = decision.act === 'retire' ? approvals.retire : approvals
  const needed = decision.act === 'retire' && decision.urgent ? 1 : asked.needed
  const organisations = decision.act === 'retire' && decision.urgent ? 1 : asked.organisations
  const isStopped = decision.act !== 'retire' && findings.some((one) => one.class === 'stop')
  if (acts === null) {
    const { roles } = PEOPLE[decision.decidedBy as keyof typeof PEOPLE]
    const isUrgent = decision.act === 'retire' && decision.urgent
    const may: readonly Role[] = isUrgent ? ['curator', 'approver', 'publisher'] : ['curator']
    return needed === 1 && !isStopped && roles.some(({ role }) => may.includes(role))
  }
  const revision = Math.max(...acts.map((act) => act.revision))
  const now = acts.filter((act) => act.revision === revision)
  const asker = now.find(({ act }) => act === 'override-asked')?.actor
  const other = now.find(({ act }) => act === 'override-confirmed')?.actor
  if (asker !== undefined && other !== undefined) {
    return asker !== other && [asker, other].every(canOverride) && decision.override !== null
  }
  const said = new Map<string, string>()
  for (const { act, actor, organisation, whom } of now) {
    const isOwn = act === 'proposed' || act === 'changed'
    if (isOwn ? canStand(PEOPLE[actor as keyof typeof PEOPLE]) : act === 'approved') {
      said.set(actor, organisation)
    }
    if (act === 'approval-withdrawn') said.delete(whom!)
  }
  return (
    !isStopped &&
    decision.override === null &&
    said.size >= needed &&
    new Set(said.values()).size >= organisations
  )
}

function canStand(person: Person): boolean {
  return person.roles.some(({ role }) => role === 'curator' || role === 'approver')
}

function canOverride(name: string): boolean {
  const { roles } = PEOPLE[name as keyof typeof PEOPLE]
  return roles.some(({ role }) => role === 'approver' || role === 'publisher')
}

/** What was written before is there still, word for word. */
function historyOf(store: Store): string[] {
  const decisions = store.decisions.all().reverse()
  const proposals = store.proposals.all().reverse()
  return [
    ...decisions.map((row) => JSON.stringify(row)),
    ...proposals.flatMap(({ id }) =>
      store.proposals.acts(id).map((act) => JSON.stringify({ id, act })),
    ),
  ]
}

describe('however people act', () => {
  test.prop([fc.array(step, { minLength: 5, maxLength: 60 })])(
    'nothing is decided without the people that the policy asks for, or two who override it; nothing is rewritten',
    (steps) => {
      const store = openStore(':memory:')
      try {
        let world: World = {
          ...{ store, findings: [] },
          approvals: {
            needed: 2,
            organisations: 2,
            retire: { needed: 1, organisations: 1 },
            urgentAdd: false,
          },
        }
        applyPolicy(store, world.approvals)
        for (const one of steps) {
          const before = historyOf(store)
          const lastDecision = store.decisions.all()[0]?.id ?? 0
          const valuesBefore = valuesOf(store)
          try {
            world = { ...world, ...take(world, one) }
          } catch (error) {
            if (!isFault(error)) throw error
          }
          const after = new Set(historyOf(store))
          for (const line of before) expect(after).toContain(line)
          const made = store.decisions.all({ after: lastDecision })
          expect(made.length).toBeLessThanOrEqual(1)
          if (made.length === 0) expect(valuesOf(store)).toEqual(valuesBefore)
          for (const decision of made) {
            const proposal = store.proposals.ofDecision(decision.id)
            const acts = proposal === null ? null : store.proposals.acts(proposal.id)
            expect(isBacked(decision, acts, world), JSON.stringify([decision, acts])).toBe(true)
          }
          for (const proposal of store.proposals.all()) {
            const { state, revision, assignee } = replayProposal(store.proposals.acts(proposal.id))
            expect(proposal).toMatchObject({ state, revision, assignee })
          }
        }
        expect(store.events.check()).toEqual([])
      } finally {
        store.close()
      }
    },
  )
})
