import type { ProposeRequest } from '../../console/ports/proposals.ts'
import type { Deciding } from '../proposals/deciding.ts'
import type { ProposalOutcome } from '../proposals/outcome.ts'
import { proposeAdditions } from '../proposals/propose-additions.ts'
import { proposeAmendments } from '../proposals/propose-amendments.ts'
import { proposeRetirements } from '../proposals/propose-retirements.ts'

/** Proposes whatever the request asks for. Throws what the use case throws. */
export function proposeWanted(deciding: Deciding, request: ProposeRequest): ProposalOutcome {
  const { list, entries, ...terms } = request
  switch (request.act) {
    case 'add':
      return proposeAdditions(deciding, { list, entries: request.entries, terms }).outcome
    case 'retire':
      return proposeRetirements(deciding, { list, entries, terms }).outcome
    case 'amend': {
      const { action, category, reference } = request
      const change = {
        ...(action !== undefined && { action }),
        ...(category !== undefined && { category }),
        ...(reference !== undefined && { reference }),
      }
      return proposeAmendments(deciding, { list, entries, change, terms }).outcome
    }
  }
}
