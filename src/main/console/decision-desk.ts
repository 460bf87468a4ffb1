import type { DecisionDesk, DecisionFilter, DecisionView } from '../../console/ports/decisions.ts'
import { Fault } from '../../core/fault.ts'
import type { Person } from '../../core/person.ts'
import type { DecisionSource } from '../../core/proposal.ts'
import { mayAct } from '../../curation/may-act.ts'
import { pageDifference } from '../../curation/page-difference.ts'
import type { Decision } from '../../store/decision-store.ts'
import type { Store } from '../../store/open-store.ts'
import { findList } from '../find-list.ts'
import type { DeskDeps } from './desk-deps.ts'
import { linesBetween } from './lines-between.ts'
import { readableLists } from './readable-lists.ts'
import { viewStory } from './view-proposal.ts'

/** What people read of decisions, over a store. */
export function decisionDesk({ store }: Pick<DeskDeps, 'store'>): DecisionDesk {
  return {
    page: (person, filter) =>
      store.read(() => pageOf(store, person, filter).map((one) => viewDecision(store, one))),
    find: (person, id) =>
      store.read(() => {
        const decision = findSeen(store, person, id)
        const proposal = store.proposals.ofDecision(decision.id)
        return {
          ...viewDecision(store, decision),
          proposal: proposal === null ? null : viewStory(store, proposal),
        }
      }),
    lines: (person, id, page) =>
      store.read(() => {
        const { id: to, list, added, retired, amended } = findSeen(store, person, id)
        const lines = added + retired + 2 * amended
        const between = { from: to - 1, to, lines }
        return pageDifference(linesBetween(store, findList(store, list), between), page)
      }),
  }
}

function pageOf(
  store: Store,
  person: Person,
  { list, before, ...filter }: DecisionFilter,
): Decision[] {
  const readable = readableLists(store, person, 'read-reasons')
  const wanted = list === undefined ? readable : readable.filter(({ id }) => id === list)
  return store.decisions.all({
    ...filter,
    listRowIds: wanted.map(({ rowId }) => rowId),
    ...(before !== null && { before }),
  })
}

/** Throws `decision/not-found`, too, for what the person may not know of. */
function findSeen(store: Store, person: Person, id: string): Decision {
  const decision = /^[1-9]\d{0,14}$/.test(id) ? store.decisions.find(Number(id)) : null
  if (decision !== null && mayAct(person, 'read-reasons', decision.list).allowed) return decision
  throw new Fault(
    'decision/not-found',
    `expected the number of a decision, got ${JSON.stringify(id)}: the page of decisions lists them`,
  )
}

function fileOf({ name, sha256, accepted, refused }: DecisionSource): DecisionSource {
  return { name, sha256, accepted, refused }
}

function viewDecision(store: Store, decision: Decision): DecisionView {
  const { id, listRowId, list, act, urgent, decidedAt, decidedBy, proposer, reason } = decision
  const { legalBasis, evidence, category, reference, added, retired, amended } = decision
  const { source, override, reviewOn, expiresOn } = decision
  const cut = store.figures.firstWith(listRowId, id)
  return {
    ...{ decision: id, list, act, urgent, decidedAt: decidedAt.toISOString(), decidedBy, proposer },
    ...{ reason, legalBasis, evidence, category, reference, added, retired, amended },
    ...{ source: source?.name ?? null, override, reviewOn, expiresOn },
    file: source && fileOf(source),
    published: cut && { serial: cut.serial, at: cut.publishedAt.toISOString() },
  }
}
