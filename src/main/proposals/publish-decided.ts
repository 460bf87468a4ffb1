import type { Store } from '../../store/open-store.ts'
import { findList } from '../find-list.ts'
import type { ProposalOutcome } from './outcome.ts'

interface PublishDeps {
  readonly data: string
  /** Stays open. */
  readonly store: Store
  readonly actor: string
}

/** The serial that an urgent decision has made; null where none was made. */
export type PublishedAtOnce = { readonly serial: number | null } | null

/** Publishes the list of what was decided urgently; everything else waits for the next publication. Throws what stopped it. */
export async function publishDecided(
  deps: PublishDeps,
  { decision, list }: ProposalOutcome,
  { urgent, reason }: { readonly urgent?: boolean; readonly reason: string },
): Promise<PublishedAtOnce> {
  if (decision === null || urgent !== true) return null
  const { publishUrgently } = await import('../publish-hooks.ts')
  return publishUrgently(deps, findList(deps.store, list), reason)
}

/** As `publishDecided`, of a decision that has been written. */
export async function publishSettled(
  deps: PublishDeps,
  outcome: ProposalOutcome,
): Promise<PublishedAtOnce> {
  const decided = outcome.decision === null ? null : deps.store.decisions.find(outcome.decision)
  return decided === null ? null : publishDecided(deps, outcome, decided)
}
