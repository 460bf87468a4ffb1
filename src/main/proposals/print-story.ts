import type { ProposalActView } from '../../console/ports/proposals.ts'
import { printTime } from '../print-table.ts'

/** The story of a proposal, a line for each act. */
export function printStory(acts: readonly ProposalActView[]): string[] {
  return acts.map((act) => {
    const { actor, organisation, at, text, acknowledged, findings } = act
    const seen = acknowledged.length === 0 ? '' : `, acknowledging ${acknowledged.join(', ')}`
    const found = findings.length === 0 ? '' : `; guards: ${findings.join(', ')}`
    return `${printTime(new Date(at))}  ${printAct(act)} by ${actor} of ${organisation}${seen}${text === '' ? '' : `: ${text}`}${found}`
  })
}

function printAct({ act, revision, whom, decision }: ProposalActView): string {
  switch (act) {
    case 'changed':
      return `changed to revision ${revision}`
    case 'assigned':
      return whom === null || whom === '' ? 'assigned to nobody' : `assigned to ${whom}`
    case 'approval-withdrawn':
      return `approval of ${whom ?? ''} withdrawn`
    case 'decided':
      return `decided (decision ${decision ?? ''})`
    case 'override-asked':
      return 'override asked for'
    case 'override-confirmed':
      return 'override confirmed'
    case 'proposed':
    case 'checked':
    case 'approved':
    case 'rejected':
    case 'withdrawn':
    case 'commented':
    case 'overtaken':
      return act
  }
}
