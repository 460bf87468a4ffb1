import type { ProposeRequest } from '../../console/ports/proposals.ts'
import type { Entry } from '../../core/entry.ts'
import type { Deciding } from './deciding.ts'
import type { ProposalOutcome } from './outcome.ts'
import { proposeAdditions } from './propose-additions.ts'
import { proposeAmendments } from './propose-amendments.ts'
import { proposeRetirements } from './propose-retirements.ts'

/** What a proposal was made of. */
export interface ProposedWanted {
  readonly outcome: ProposalOutcome
  /** As they were understood; of an amendment as they shall be. */
  readonly entries: readonly Entry[]
  /** What the list has that covers them already. */
  readonly covered: readonly Entry[]
}

/** Proposes whatever the request asks for; `override` counts as the use case says. Throws what the use case throws. */
export function proposeWanted(
  deciding: Deciding,
  request: ProposeRequest & { readonly override?: string },
): ProposedWanted {
  const { list, entries, ...terms } = request
  switch (request.act) {
    case 'add':
      return proposeAdditions(deciding, { list, entries: request.entries, terms })
    case 'retire': {
      const { rows, outcome } = proposeRetirements(deciding, { list, entries, terms })
      return { outcome, entries: rows.map(({ entry }) => entry), covered: [] }
    }
    case 'amend': {
      const { action, category, reference } = request
      const change = {
        ...(action !== undefined && { action }),
        ...(category !== undefined && { category }),
        ...(reference !== undefined && { reference }),
      }
      return { ...proposeAmendments(deciding, { list, entries, change, terms }), covered: [] }
    }
  }
}
