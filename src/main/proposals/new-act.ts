import type { ProposalActName } from '../../core/proposal.ts'
import type { NewProposalAct } from '../../store/proposal-store.ts'
import type { Deciding } from './deciding.ts'

/** An act of whoever acts, now; what isn't given is nothing. */
export function newAct(
  { person, at }: Pick<Deciding, 'person' | 'at'>,
  act: ProposalActName,
  more: Partial<NewProposalAct> = {},
): NewProposalAct {
  return {
    ...{ act, actor: person.name, organisation: person.organisation.name, at },
    ...{ text: '', counts: false, acknowledged: [], findings: null, whom: null, decision: null },
    ...more,
  }
}
