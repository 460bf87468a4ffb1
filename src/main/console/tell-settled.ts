import type { OutcomeView } from '../../console/ports/proposals.ts'
import type { Person } from '../../core/person.ts'
import { isServerFault, problemOf } from '../../platform/problem.ts'
import type { ProposalOutcome } from '../proposals/outcome.ts'
import { publishSettled } from '../proposals/publish-decided.ts'
import type { DeskDeps } from './desk-deps.ts'

/**
 * What has been written, and the serial where it was published at once. From here on nothing undoes the decision: where it could not be
 * published that is said beside it, for whoever heard of a fault alone would take it for not decided.
 */
export async function tellSettled(
  deps: DeskDeps,
  person: Person,
  outcome: ProposalOutcome,
): Promise<OutcomeView> {
  try {
    const published = await publishSettled({ ...deps, actor: person.name }, outcome)
    return viewOutcome(outcome, published)
  } catch (error) {
    if (isServerFault(error)) deps.onFault(error)
    const { code, detail = code } = problemOf(error)
    const notes = [outcome.note, `it is decided, but could not be published at once: ${detail}`]
    return viewOutcome({ ...outcome, note: notes.filter((note) => note !== '').join('; ') }, null)
  }
}

export function viewOutcome(
  outcome: ProposalOutcome,
  published: { readonly serial: number | null } | null,
): OutcomeView {
  return { ...outcome, serial: published?.serial ?? null }
}
