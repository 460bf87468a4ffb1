import type { ProposalView } from '../../console/ports/proposals.ts'
import { Fault } from '../../core/fault.ts'
import { readProposalId } from '../../core/proposal.ts'
import { viewProposal, viewStory } from '../console/view-proposal.ts'
import { findList, withStore } from '../find-list.ts'
import { publicDecision, type ToldDecision } from '../public-decision.ts'
import type { GlobalOptions } from '../global-options.ts'
import type { Store } from '../../store/open-store.ts'
import { actOnProposal } from './act-on-proposal.ts'
import { approveProposals } from './approve-proposal.ts'
import { canonicalValue } from './canonical-value.ts'
import { changeProposal } from './change-proposal.ts'
import type { Deciding } from './deciding.ts'
import { isDecisionId, noDecision } from './decision-id.ts'
import type { DecidedFilter, Deeds, Proposed, QueueFilter, ShownDecided } from './deeds.ts'
import { findProposal } from './find-proposal.ts'
import { openDeciding } from './open-deciding.ts'
import type { ProposalOutcome } from './outcome.ts'
import { overrideProposal } from './override-proposal.ts'
import { proposalLines } from './proposal-lines.ts'
import { proposeWanted, type ProposedWanted } from './propose-wanted.ts'
import { publishDecided, publishSettled, type PublishedAtOnce } from './publish-decided.ts'

/** What commands do with entries and proposals, on a data folder; durable when it is kept. */
export function localDeeds({ data, actor }: GlobalOptions): Deeds {
  const open = <T>(work: (store: Store, deciding: Deciding) => T | Promise<T>): Promise<T> =>
    withStore(data, (store) => work(store, openDeciding({ data, store }, actor)), { actor })
  /** Without asking who acts. */
  const read = <T>(work: (store: Store) => T): Promise<T> =>
    withStore(data, (store) => store.read(() => work(store)))
  const settled = async (store: Store, outcome: ProposalOutcome): Promise<ProposalOutcome> => {
    await publishSettled({ data, store, actor }, outcome)
    return outcome
  }
  return {
    propose: (request) =>
      open(async (store, deciding) => {
        const proposed = proposeWanted(deciding, request)
        const published = await publishDecided({ data, store, actor }, proposed.outcome, request)
        return toldOf(deciding, proposed, published)
      }),
    approve: (requests) =>
      open(async (store, deciding) => {
        const approved = approveProposals(deciding, requests)
        for (const one of approved) if (!(one instanceof Fault)) await settled(store, one)
        return approved
      }),
    act: (request) => open((_, deciding) => actOnProposal(deciding, request)),
    change: ({ note: text, reason, basis, evidence, evidenceSha256, ...request }) =>
      open((store, deciding) => {
        const terms = given({ reason, legalBasis: basis, evidence, evidenceSha256 })
        const without = request.without.map(canonicalValue)
        return settled(store, changeProposal(deciding, { ...request, text, terms, without }))
      }),
    override: (request) =>
      open((store, deciding) => settled(store, overrideProposal(deciding, request))),
    queue: (filter) => read((store) => queueOf(store, filter)),
    show: (id, limit) =>
      read((store) => {
        const { proposal } = findProposal(store, id)
        const lines = proposalLines(store, proposal, { behind: null, limit })
        return { told: viewStory(store, proposal), lines }
      }),
    decisions: (filter) => read((store) => decisionsOf(store, filter)),
    decided: (id) => read((store) => decidedOf(store, id)),
  }
}

function decisionsOf(
  store: Store,
  { list, before, limit }: DecidedFilter,
): readonly ToldDecision[] {
  return store.decisions
    .all({
      limit,
      ...(before !== undefined && { before }),
      ...(list !== undefined && { listRowId: findList(store, list).rowId }),
    })
    .map(publicDecision)
}

function decidedOf(store: Store, id: string): ShownDecided {
  const decision = isDecisionId(id) ? store.decisions.find(Number(id)) : null
  if (decision === null) throw noDecision(id)
  const proposal = store.proposals.ofDecision(decision.id)
  return {
    decision: publicDecision(decision),
    proposal: proposal === null ? null : viewStory(store, proposal),
  }
}

function toldOf(
  { person }: Deciding,
  { outcome, entries, covered }: ProposedWanted,
  published: PublishedAtOnce,
): Proposed {
  return {
    ...{ outcome, entries, coveredBy: covered },
    // Where nothing was left to publish there is no serial to tell of.
    published: typeof published?.serial === 'number' ? { serial: published.serial } : null,
    isUnproven: person.isUnproven === true,
  }
}

/** The members that are there. */
function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const there = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(there) as { [K in keyof T]?: Exclude<T[K], undefined> }
}

function queueOf(store: Store, filter: QueueFilter): readonly ProposalView[] {
  const { state, list, assignee, before, limit } = filter
  return store.proposals
    .all({
      limit,
      ...(state !== undefined && { state }),
      ...(list !== undefined && { listRowIds: [findList(store, list).rowId] }),
      ...(assignee !== undefined && { assignee }),
      ...(before !== undefined && { before: proposalBefore(before) }),
    })
    .map((proposal) => viewProposal(store, proposal))
}

function proposalBefore(text: string): number {
  const id = readProposalId(text)
  if (id !== null) return id
  throw new Fault(
    'usage/invalid',
    `expected the id of a proposal, such as p7, for --before, got ${JSON.stringify(text)}`,
  )
}
