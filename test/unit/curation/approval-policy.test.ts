import { describe, expect, it } from 'vitest'
import { DECISION_ACTS } from '../../../src/core/proposal.ts'
import { approvalPolicy, assertMayBeUrgent } from '../../../src/curation/approval-policy.ts'
import { approvalsOf } from '../../support/deciding.ts'
import { definitionOf } from '../../support/store-builders.ts'

const define = (changes: Parameters<typeof approvalsOf>[0]) =>
  definitionOf('phishing', { approvals: approvalsOf(changes) })

describe('a policy', () => {
  const list = define({ needed: 3, organisations: 1, retire: { needed: 2, organisations: 2 } })

  it.each([
    ['add', false, 3, 1],
    ['add', true, 3, 1],
    ['amend', false, 3, 1],
    ['import', false, 3, 1],
    ['retire', false, 2, 2],
    ['retire', true, 1, 1],
    ['mirror', false, 3, 2],
  ] as const)('asks of %s (urgent: %s) %i people of %i organisations', (act, urgent, ...asked) => {
    const { people, organisations } = approvalPolicy(list, { act, urgent })
    expect([people, organisations]).toEqual(asked)
  })

  it('asks of a mirror the more of both, whichever that is', () => {
    const strict = define({ needed: 1, retire: { needed: 4, organisations: 3 } })
    expect(approvalPolicy(strict, { act: 'mirror', urgent: false })).toEqual({
      people: 4,
      organisations: 3,
    })
  })

  it.each([false, true])('lets a list say that additions may be urgent: %s', (urgentAdd) => {
    const refused = DECISION_ACTS.filter((act) => {
      try {
        assertMayBeUrgent(define({ urgentAdd }), { act, urgent: true })
        return false
      } catch (error) {
        expect(error).toMatchObject({ code: 'proposal/urgent' })
        return true
      }
    })
    expect(refused).toEqual(
      urgentAdd ? ['amend', 'import', 'mirror'] : ['add', 'amend', 'import', 'mirror'],
    )
    for (const act of DECISION_ACTS) {
      expect(() => assertMayBeUrgent(define({}), { act, urgent: false })).not.toThrow()
    }
  })
})
