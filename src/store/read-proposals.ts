import { and, asc, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { GuardSummary } from '../core/guard-summary.ts'
import type { Proposal, ProposalAct, ProposalState } from '../core/proposal.ts'
import { readSource } from './decision-source.ts'
import type { LineSet } from './proposal-lines.ts'
import { proposalActs, proposalRevisions, proposals } from './proposal-schema.ts'
import { lists } from './schema.ts'

/** A proposal, and where it and its lines lie. */
export interface StoredProposal extends Proposal, LineSet {
  readonly listRowId: number
  /** The list's definition when this revision was made. */
  readonly definitionId: number
}

/** What is known of proposals. */
export interface ProposalReader {
  readonly find: (id: number) => StoredProposal | null
  /** The proposal that a decision came from. */
  readonly ofDecision: (decision: number) => StoredProposal | null
  /** The story, oldest first. */
  readonly acts: (id: number) => ProposalAct[]
  /** Open ones oldest first, as a queue; others newest first. */
  readonly all: (filter?: {
    readonly state?: ProposalState
    /** Of these lists alone; of none there are none. */
    readonly listRowIds?: readonly number[]
    readonly assignee?: string
    /** Ids greater, ids less than this. */
    readonly after?: number
    readonly before?: number
    readonly limit?: number
  }) => StoredProposal[]
}

type Db = BetterSQLite3Database

export function proposalReader(db: Db): ProposalReader {
  // Those that a story asks for by the hundred are prepared once.
  const byId = selectProposals(db)
    .where(eq(proposals.id, sql.placeholder('id')))
    .prepare()
  const ofDecision = db
    .select({ id: proposalActs.proposalId })
    .from(proposalActs)
    .where(eq(proposalActs.decision, sql.placeholder('decision')))
    .prepare()
  const acts = db
    .select()
    .from(proposalActs)
    .where(eq(proposalActs.proposalId, sql.placeholder('id')))
    .orderBy(asc(proposalActs.id))
    .prepare()
  const find = (id: number): StoredProposal | null => {
    const row = byId.get({ id })
    return row === undefined ? null : fromRow(row)
  }
  return {
    find,
    ofDecision: (decision) => {
      const row = ofDecision.get({ decision })
      return row === undefined ? null : find(row.id)
    },
    acts: (id) => acts.all({ id }).map(fromActRow),
    all: ({ state, listRowIds, assignee, after, before, limit } = {}) => {
      const isQueue = state === 'open'
      return selectProposals(db)
        .where(
          and(
            state === undefined ? undefined : eq(proposals.state, state),
            listRowIds === undefined ? undefined : inArray(proposals.listRowId, [...listRowIds]),
            assignee === undefined ? undefined : eq(proposals.assignee, assignee),
            after === undefined ? undefined : gt(proposals.id, after),
            before === undefined ? undefined : lt(proposals.id, before),
          ),
        )
        .orderBy((isQueue ? asc : desc)(proposals.id))
        .limit(limit ?? -1)
        .all()
        .map(fromRow)
    },
  }
}

function selectProposals(db: Db) {
  return db
    .select({ row: proposals, made: proposalRevisions, list: lists.listId })
    .from(proposals)
    .innerJoin(lists, eq(lists.id, proposals.listRowId))
    .innerJoin(
      proposalRevisions,
      and(
        eq(proposalRevisions.proposalId, proposals.id),
        eq(proposalRevisions.revision, proposals.revision),
      ),
    )
}

interface Row {
  readonly row: typeof proposals.$inferSelect
  readonly made: typeof proposalRevisions.$inferSelect
  readonly list: string
}

function fromRow({ row, made, list }: Row): StoredProposal {
  const { id, listRowId, act, state, revision, assignee, openedAt } = row
  const { sourceName, sourceSha256, sourceAccepted, sourceRefused, proposalId, ...terms } = made
  const source = readSource({ sourceName, sourceSha256, sourceAccepted, sourceRefused })
  return {
    ...terms,
    ...{ id, proposal: proposalId, list, listRowId, act, state, revision, assignee, source },
    openedAt: new Date(openedAt),
  }
}

function fromActRow(row: typeof proposalActs.$inferSelect): ProposalAct {
  const { act, actor, organisation, at, revision, text, counts, acknowledged, whom, decision } = row
  return {
    ...{ act, actor, organisation, revision, text, counts, acknowledged, whom, decision },
    ...{ at: new Date(at), findings: row.findings as readonly GuardSummary[] | null },
  }
}
