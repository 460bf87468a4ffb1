import { MAX_TOLD_ENTRIES } from '../../console/api/proposal-schemas.ts'
import type {
  Approval,
  ApproveRequest,
  OutcomeView,
  ProposalDesk,
} from '../../console/ports/proposals.ts'
import { Fault } from '../../core/fault.ts'
import type { Person } from '../../core/person.ts'
import { mayAct } from '../../curation/may-act.ts'
import type { Store } from '../../store/open-store.ts'
import type { StoredProposal } from '../../store/read-proposals.ts'
import { actOnProposal } from '../proposals/act-on-proposal.ts'
import { approveProposals } from '../proposals/approve-proposal.ts'
import { canonicalValue } from '../proposals/canonical-value.ts'
import { changeProposal } from '../proposals/change-proposal.ts'
import type { Deciding } from '../proposals/deciding.ts'
import { findProposal } from '../proposals/find-proposal.ts'
import type { ProposalOutcome } from '../proposals/outcome.ts'
import { overrideProposal } from '../proposals/override-proposal.ts'
import { proposalLines } from '../proposals/proposal-lines.ts'
import { proposeWanted } from '../proposals/propose-wanted.ts'
import type { DeskDeps } from './desk-deps.ts'
import { openImpacts } from './impacts.ts'
import { tellSettled, viewOutcome } from './tell-settled.ts'
import { viewProposal, viewStory } from './view-proposal.ts'

/** What people do with proposals over the network, by the same use cases as the commands. */
export function proposalDesk(deps: DeskDeps): ProposalDesk {
  const { store } = deps
  const impacts = openImpacts(store)
  const seen = (person: Person, id: string): StoredProposal => findReadable(store, person, id)
  const acting = (person: Person, id: string, at: Date): Deciding => {
    seen(person, id)
    return deps.decidingOf(person, at)
  }
  const settled = (person: Person, outcome: ProposalOutcome): Promise<OutcomeView> =>
    tellSettled(deps, person, outcome)
  return {
    page: (person, filter) =>
      store.read(() =>
        readableProposals(store, person, filter).map((one) => viewProposal(store, one)),
      ),
    find: (person, id) => store.read(() => viewStory(store, seen(person, id))),
    lines: (person, id, from) => store.read(() => proposalLines(store, seen(person, id), from)),
    impact: (person, id) => impacts.of(seen(person, id)),
    propose: async (person, request, at) => {
      const { outcome, entries, covered } = proposeWanted(deps.decidingOf(person, at), request)
      return {
        ...(await settled(person, outcome)),
        entries: entries.slice(0, MAX_TOLD_ENTRIES),
        coveredBy: covered.slice(0, MAX_TOLD_ENTRIES),
      }
    },
    approve: (person, requests, at) => approveAll(deps, { person, at, settled }, requests),
    act: (person, { proposal, revision, act, text, whom }, at) => {
      const request = { act, id: proposal, expected: revision, text, whom }
      return viewOutcome(actOnProposal(acting(person, proposal, at), request), null)
    },
    change: async (person, request, at) => {
      const {
        proposal: id,
        revision: expected,
        note: text,
        without = [],
        acknowledge = [],
      } = request
      const { reason, basis: legalBasis, evidence, evidenceSha256, urgent } = request
      const { action, category, reference } = request
      const terms = given({ reason, legalBasis, evidence, evidenceSha256, urgent })
      const outcome = changeProposal(acting(person, id, at), {
        ...{ id, expected, text, terms, action, category, reference, acknowledged: acknowledge },
        without: without.map(canonicalValue),
      })
      return settled(person, outcome)
    },
    override: async (person, { proposal: id, revision: expected, text }, at) =>
      settled(person, overrideProposal(acting(person, id, at), { id, expected, text })),
  }
}

interface Approving {
  readonly person: Person
  readonly at: Date
  readonly settled: (person: Person, outcome: ProposalOutcome) => Promise<OutcomeView>
}

/** Each stands for itself; what the person may not know of is not found. */
async function approveAll(
  { store, decidingOf }: DeskDeps,
  { person, at, settled }: Approving,
  requests: readonly ApproveRequest[],
): Promise<readonly Approval[]> {
  const unknown = requests.map(({ proposal }) => whyUnreadable(store, person, proposal))
  const known = requests.filter((_, i) => unknown[i] === null)
  const outcomes = approveProposals(
    decidingOf(person, at),
    known.map(({ proposal: id, revision: expected, acknowledge: acknowledged = [] }) => ({
      ...{ id, expected, acknowledged },
    })),
  )
  const told: Approval[] = []
  const next = outcomes.values()
  for (const [i, { proposal }] of requests.entries()) {
    const outcome = unknown[i] ?? next.next().value
    if (outcome === undefined) throw new Error('an approval without an outcome')
    if (outcome instanceof Fault) {
      const { code, message } = outcome
      told.push({ proposal, error: { code, message } })
    } else told.push({ ...(await settled(person, outcome)), error: null })
  }
  return told
}

/** The members that are there. */
function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const there = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(there) as { [K in keyof T]?: Exclude<T[K], undefined> }
}

/** Throws `proposal/not-found`, too, for what the person may not know of. */
function findReadable(store: Store, person: Person, id: string): StoredProposal {
  const { proposal } = findProposal(store, id)
  if (mayAct(person, 'read-reasons', proposal.list).allowed) return proposal
  throw notFound(id)
}

function notFound(id: string): Fault {
  return new Fault(
    'proposal/not-found',
    `expected the id of a proposal, got ${JSON.stringify(id)}: «bailiwick decision ls --open» shows those that wait`,
  )
}

function whyUnreadable(store: Store, person: Person, id: string): Fault | null {
  try {
    findReadable(store, person, id)
    return null
  } catch (error) {
    if (error instanceof Fault && !error.code.startsWith('store/')) return error
    throw error
  }
}

function readableProposals(
  store: Store,
  person: Person,
  { state, list, assignee, behind, limit }: Parameters<ProposalDesk['page']>[1],
): readonly StoredProposal[] {
  const readable = store.lists.all().filter(({ id }) => mayAct(person, 'read-reasons', id).allowed)
  const wanted = list === undefined ? readable : readable.filter(({ id }) => id === list)
  const edge = behind === null ? {} : state === 'open' ? { after: behind } : { before: behind }
  const filter = {
    ...{ limit, ...edge, listRowIds: wanted.map(({ rowId }) => rowId) },
    ...(state !== undefined && { state }),
    ...(assignee !== undefined && { assignee }),
  }
  return store.proposals.all(filter)
}
