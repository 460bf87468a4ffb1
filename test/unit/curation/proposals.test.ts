import { describe, expect, it, test } from 'vitest'
import type { GuardSummary } from '../../../src/core/guard-summary.ts'
import type { ListApprovals } from '../../../src/core/list-definition.ts'
import { ROLES, type Person, type Role } from '../../../src/core/person.ts'
import type { ProposalAct, ProposalActName } from '../../../src/core/proposal.ts'
import { assertMayApprove, planApproval } from '../../../src/curation/plan-approval.ts'
import { planProposal } from '../../../src/curation/plan-proposal.ts'
import {
  assertMayChange,
  assertProposalAct,
  planOverride,
  type PlainAct,
} from '../../../src/curation/plan-proposal-act.ts'
import { replayProposal } from '../../../src/curation/replay-proposal.ts'
import { approvalsOf, ONE, PEOPLE, personOf, TWO } from '../../support/deciding.ts'
import { AT, definitionOf } from '../../support/store-builders.ts'

const WARNING: GuardSummary = {
  ...{ code: 'shared-hosting', class: 'warn', message: 'it is shared', count: 1, samples: [] },
}
const STOP: GuardSummary = {
  ...{ code: 'public-suffix', class: 'stop', message: 'it is a suffix', count: 1, samples: [] },
}
const proposal = { id: 7, list: 'phishing', act: 'add', urgent: false } as const

function actOf(
  act: ProposalActName,
  { name, organisation }: Person,
  more: Partial<ProposalAct> = {},
): ProposalAct {
  return {
    ...{ act, actor: name, organisation: organisation.name, at: AT, revision: 1, text: '' },
    ...{ counts: act === 'approved', acknowledged: [], findings: null, whom: null, decision: null },
    ...more,
  }
}

function define(approvals: Partial<ListApprovals>) {
  return definitionOf('phishing', { approvals: approvalsOf(approvals) })
}

/** What a fault's code is, or what `work` gives. */
function tried<T>(work: () => T): T | string {
  try {
    return work()
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('each role', () => {
  const acts: readonly ProposalAct[] = [actOf('proposed', PEOPLE.carol, { counts: true })]
  const standing = replayProposal(acts)
  const allowed = (work: (person: Person) => unknown): Role[] =>
    ROLES.filter((role) => tried(() => work(personOf('x', 'court', [role]))) !== 'user/refused')
  const plain = (act: PlainAct, whom: string | null = null) =>
    allowed((person) =>
      assertProposalAct(act, { proposal, standing, expected: null, person, text: 'why', whom }),
    )

  it.each([
    ['propose', ['curator'], allowed((person) => planOf(person, ONE).isDecided)],
    [
      'approve',
      ['approver'],
      allowed((person) => {
        const definition = define(TWO)
        const about = { proposal, standing, definition, person, expected: null, acknowledged: [] }
        assertMayApprove(about)
      }),
    ],
    [
      'change',
      ['curator', 'approver'],
      allowed((person) => assertMayChange({ proposal, standing, expected: null, person })),
    ],
    ['reject', ['approver'], plain('rejected')],
    ['withdraw what another organisation proposed', [], plain('withdrawn')],
    ['comment', ['curator', 'approver', 'publisher'], plain('commented')],
    ['assign', ['curator', 'approver'], plain('assigned', 'bea')],
    ["take another's approval back", ['administrator'], plain('approval-withdrawn', 'carol')],
    [
      'override',
      ['approver', 'publisher'],
      allowed((person) => planOverride({ ...acting(person), text: 'why' })),
    ],
  ] as const)('to %s must be one of %j', (_, expected, roles) => {
    expect(roles).toEqual(expected)
  })

  it('counts on its own list alone, unless it is for all', () => {
    expect(tried(() => planOf(personOf('x', 'a', ['curator'], 'malware'), ONE))).toBe(
      'user/refused',
    )
    expect(planOf(personOf('x', 'a', ['curator'], '*'), ONE)).toMatchObject({ isDecided: true })
  })

  function acting(person: Person) {
    return { proposal, standing, expected: null, person, whom: null }
  }

  it('lets whoever proposed it, and curators of his organisation, withdraw it', () => {
    const withdraw = (person: Person) =>
      tried(() => assertProposalAct('withdrawn', { ...acting(person), text: '' }))
    expect(withdraw(PEOPLE.carol)).toBeUndefined()
    expect(withdraw(personOf('carl', 'hotline', ['curator']))).toBeUndefined()
    expect(withdraw(PEOPLE.arno)).toBe('user/refused')
    expect(withdraw(PEOPLE.ben)).toBe('user/refused')
  })

  it('gives a reason or says something where that is the point', () => {
    for (const act of ['rejected', 'commented'] as const) {
      const empty = { ...acting(PEOPLE.bea), text: ' ' }
      expect(tried(() => assertProposalAct(act, empty))).toBe('proposal/incomplete')
    }
    expect(tried(() => planOverride({ ...acting(PEOPLE.bea), text: '' }))).toBe(
      'proposal/incomplete',
    )
  })
})

function planOf(
  person: Person,
  needed: { readonly needed: number; readonly organisations: number },
  { findings = [], acknowledged = [] }: { findings?: GuardSummary[]; acknowledged?: string[] } = {},
) {
  return planProposal({
    definition: define(needed),
    wanted: proposal,
    ...{ person, findings, acknowledged },
  })
}

describe('a proposal', () => {
  const three = { needed: 3, organisations: 2 }
  it.each([
    ['a curator', PEOPLE.carol, ONE, true, 0, 0],
    ['a curator', PEOPLE.carol, TWO, true, 1, 1],
    ['a curator', PEOPLE.carol, three, true, 2, 1],
    ['a curator', PEOPLE.carol, { needed: 2, organisations: 1 }, true, 1, 0],
  ] as const)('of %s (%o) where %j are needed', (_, person, needed, counts, people, orgs) => {
    const plan = planOf(person, needed)
    expect(plan).toMatchObject({ counts, missing: { people, organisations: orgs } })
    expect(plan.isDecided).toBe(people === 0)
  })

  it.each(['approver', 'publisher', 'curator'] as const)(
    'of an urgent retirement is decided by one %s',
    (role) => {
      const wanted = { act: 'retire', urgent: true } as const
      const about = { definition: define(TWO), wanted, findings: [], acknowledged: [] }
      const person = personOf('x', 'court', [role])
      expect(planProposal({ ...about, person })).toMatchObject({ counts: true, isDecided: true })
      expect(
        tried(() => planProposal({ ...about, person: personOf('x', 'court', ['reporter']) })),
      ).toBe('user/refused')
    },
  )

  it('of a mirror needs everything that a mirror does', () => {
    const about = { definition: define(ONE), findings: [], acknowledged: [] }
    const wanted = { act: 'mirror', urgent: false } as const
    expect(planProposal({ ...about, wanted, person: PEOPLE.carol })).toMatchObject({
      isDecided: true,
    })
    expect(tried(() => planProposal({ ...about, wanted, person: PEOPLE.arno }))).toBe(
      'user/refused',
    )
  })

  it('is one word, and never one of several, where nobody has proven his name', () => {
    const anybody = { ...personOf('x', 'authority', [...ROLES]), isUnproven: true }
    expect(planOf(anybody, ONE)).toMatchObject({ counts: true, isDecided: true })
    expect(planOf(anybody, TWO)).toMatchObject({ counts: false, missing: { people: 2 } })
  })

  it('waits for a warning to be seen, and for nobody where a guard stops it', () => {
    const warned = planOf(PEOPLE.carol, ONE, { findings: [WARNING] })
    expect(warned).toMatchObject({ counts: true, isDecided: false, missing: { people: 1 } })
    const seen = { findings: [WARNING], acknowledged: [WARNING.code] }
    expect(planOf(PEOPLE.carol, ONE, seen)).toMatchObject({ isDecided: true })
    const stopped = { findings: [STOP], acknowledged: [STOP.code] }
    expect(planOf(PEOPLE.carol, ONE, stopped)).toMatchObject({
      isDecided: false,
      missing: { people: 0, stops: [STOP.code] },
    })
  })
})

describe('an approval', () => {
  const proposed = actOf('proposed', PEOPLE.carol, { counts: true })

  function approve(
    person: Person,
    {
      acts = [proposed],
      needed = TWO,
      findings = [],
      acknowledged = [],
      expected = null,
    }: {
      acts?: readonly ProposalAct[]
      needed?: { needed: number; organisations: number }
      findings?: readonly GuardSummary[]
      acknowledged?: readonly string[]
      expected?: number | null
    } = {},
  ) {
    return tried(() => {
      const standing = replayProposal(acts)
      const about = { proposal, standing, definition: define(needed), person, expected }
      assertMayApprove({ ...about, acknowledged })
      return planApproval({ ...about, acknowledged }, findings)
    })
  }

  it('decides with the last person of the last organisation that is needed, and not before', () => {
    expect(approve(PEOPLE.bea)).toMatchObject({ isNew: true, isDecided: true })
    expect(approve(PEOPLE.arno)).toMatchObject({
      isDecided: false,
      missing: { people: 1, organisations: 1 },
    })
    const third = { needed: 3, organisations: 2 }
    expect(approve(PEOPLE.bea, { needed: third })).toMatchObject({
      isDecided: false,
      missing: { people: 1, organisations: 0 },
    })
    const both = [proposed, actOf('approved', PEOPLE.arno)]
    expect(approve(PEOPLE.bea, { acts: both, needed: third })).toMatchObject({ isDecided: true })
    expect(
      approve(PEOPLE.ben, { acts: both, needed: { needed: 3, organisations: 3 } }),
    ).toMatchObject({ isDecided: false, missing: { people: 1, organisations: 1 } })
  })

  it('is never of what is one’s own, whatever one’s roles are', () => {
    const own = [actOf('proposed', PEOPLE.ben, { counts: true })]
    expect(approve(PEOPLE.ben, { acts: own })).toBe('proposal/own')
    const reported = [actOf('proposed', PEOPLE.rita)]
    expect(approve(PEOPLE.rita, { acts: reported })).toBe('proposal/own')
    const changed = [proposed, actOf('changed', PEOPLE.ben, { revision: 2, counts: true })]
    expect(approve(PEOPLE.ben, { acts: changed })).toBe('proposal/own')
  })

  it('may be of whoever proposed it, once another has made it his own', () => {
    const acts = [
      actOf('proposed', PEOPLE.ben, { counts: true }),
      actOf('changed', PEOPLE.carol, { revision: 2, counts: true }),
    ]
    expect(approve(PEOPLE.ben, { acts })).toMatchObject({ isNew: true, isDecided: true })
    expect(approve(PEOPLE.rita, { acts })).toBe('user/refused')
  })

  it('is one of two where a reporter has proposed it, or changed it', () => {
    const reported = [actOf('proposed', PEOPLE.rita)]
    expect(approve(PEOPLE.arno, { acts: reported })).toMatchObject({ missing: { people: 1 } })
    const changed = [...reported, actOf('changed', PEOPLE.rita, { revision: 2 })]
    expect(approve(PEOPLE.arno, { acts: changed })).toMatchObject({ missing: { people: 1 } })
  })

  it('counts once, however often it is given', () => {
    const acts = [proposed, actOf('approved', PEOPLE.arno)]
    const needed = { needed: 3, organisations: 1 }
    expect(approve(PEOPLE.arno, { acts, needed })).toMatchObject({
      isNew: false,
      isDecided: false,
      missing: { people: 1 },
    })
  })

  it('is gone when it was taken back, and when the proposal was changed', () => {
    const given = [proposed, actOf('approved', PEOPLE.bea)]
    const needed = { needed: 3, organisations: 1 }
    expect(approve(PEOPLE.arno, { acts: given, needed })).toMatchObject({ isDecided: true })
    const back = [...given, actOf('approval-withdrawn', PEOPLE.bea, { whom: 'bea' })]
    expect(approve(PEOPLE.arno, { acts: back, needed })).toMatchObject({ missing: { people: 1 } })
    const changed = [...given, actOf('changed', PEOPLE.carol, { revision: 2, counts: true })]
    expect(approve(PEOPLE.arno, { acts: changed, needed })).toMatchObject({
      missing: { people: 1 },
    })
  })

  it('is for the revision that was looked at', () => {
    const acts = [proposed, actOf('changed', PEOPLE.carol, { revision: 2, counts: true })]
    expect(approve(PEOPLE.bea, { acts, expected: 1 })).toBe('proposal/changed')
    expect(approve(PEOPLE.bea, { acts, expected: 3 })).toBe('proposal/changed')
    expect(approve(PEOPLE.bea, { acts, expected: 2 })).toMatchObject({ isDecided: true })
  })

  it.each(['decided', 'rejected', 'withdrawn', 'overtaken'] as const)(
    'comes too late where it is %s',
    (act) => {
      expect(approve(PEOPLE.bea, { acts: [proposed, actOf(act, PEOPLE.ben)] })).toBe(
        'proposal/settled',
      )
    },
  )

  it('says that its warnings were seen; earlier ones that did not must be given again', () => {
    const acts = [proposed, actOf('approved', PEOPLE.arno)]
    const needed = { needed: 3, organisations: 2 }
    const findings = [WARNING]
    expect(approve(PEOPLE.bea, { acts, needed, findings })).toBe('proposal/warned')
    const acknowledged = [WARNING.code]
    expect(approve(PEOPLE.bea, { acts, needed, findings, acknowledged })).toMatchObject({
      isDecided: false,
      missing: { people: 2 },
    })
    expect(approve(PEOPLE.arno, { acts, needed, findings, acknowledged })).toMatchObject({
      isNew: true,
      missing: { people: 2 },
    })
    // The author's own word, too: he may say that he has seen it, and no more than that.
    expect(approve(PEOPLE.carol, { acts, needed, findings, acknowledged })).toMatchObject({
      isNew: true,
      missing: { people: 2 },
    })
    const seen = [actOf('proposed', PEOPLE.carol, { counts: true, acknowledged })]
    expect(approve(PEOPLE.carol, { acts: seen, findings, acknowledged })).toBe('proposal/own')
  })

  it('is refused where a guard stops it, whatever was acknowledged', () => {
    const acknowledged = [STOP.code]
    expect(approve(PEOPLE.bea, { findings: [STOP], acknowledged })).toBe('proposal/stopped')
  })

  it('is not taken from a name that nobody has proven', () => {
    expect(approve({ ...PEOPLE.bea, isUnproven: true })).toBe('decision/approvals-needed')
  })

  it('follows the policy of today', () => {
    const acts = [proposed, actOf('approved', PEOPLE.arno)]
    const strict = { needed: 4, organisations: 2 }
    expect(approve(PEOPLE.bea, { acts, needed: strict })).toMatchObject({ isDecided: false })
    expect(approve(PEOPLE.arno, { acts, needed: ONE })).toMatchObject({
      isNew: false,
      isDecided: true,
    })
  })
})

describe('an override', () => {
  const asked = actOf('override-asked', PEOPLE.bea, { text: 'a court says so' })
  const acts = [actOf('proposed', PEOPLE.carol, { counts: true }), asked]
  const override = (person: Person, story: readonly ProposalAct[], text = 'why') =>
    tried(() =>
      planOverride({
        ...{ proposal, standing: replayProposal(story), expected: null, whom: null },
        ...{ person, text },
      }),
    )

  it('is asked for by one and confirmed by another', () => {
    expect(override(PEOPLE.bea, acts.slice(0, 1))).toBe('override-asked')
    expect(override(PEOPLE.bea, acts)).toBe('proposal/own')
    expect(override(PEOPLE.paul, acts, '')).toBe('override-confirmed')
    expect(override(PEOPLE.carol, acts)).toBe('user/refused')
    expect(override(PEOPLE.adam, acts)).toBe('user/refused')
    expect(override({ ...PEOPLE.paul, isUnproven: true }, acts)).toBe('decision/approvals-needed')
  })

  it('is asked for anew when the proposal was changed', () => {
    const changed = [...acts, actOf('changed', PEOPLE.carol, { revision: 2, counts: true })]
    expect(override(PEOPLE.paul, changed)).toBe('override-asked')
  })
})

test('a story begins with its proposal', () => {
  expect(() => replayProposal([])).toThrow('expected a story')
  expect(() => replayProposal([actOf('approved', PEOPLE.bea)])).toThrow('expected a story')
})
