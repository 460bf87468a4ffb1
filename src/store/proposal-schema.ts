import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { DECISION_ACTS, PROPOSAL_ACTS, PROPOSAL_STATES } from '../core/proposal.ts'
import { decisions, listDefinitions, lists } from './schema.ts'

/**
 * What is proposed and not yet, or never, decided (`docs/spec/decisions.md`). All of it is append-only: triggers refuse every UPDATE and
 * DELETE, and let a row of `proposals` follow its newest act, and nothing else. They also refuse an act on what is settled.
 */

/** Where each proposal stands. Its state, revision and assignee are what its acts say, kept here so that a queue can be found by them. */
export const proposals = sqliteTable(
  'proposals',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    listRowId: integer('list_id')
      .notNull()
      .references(() => lists.id),
    act: text({ enum: DECISION_ACTS }).notNull(),
    openedAt: text('opened_at').notNull(),
    state: text({ enum: PROPOSAL_STATES }).notNull().default('open'),
    revision: integer().notNull().default(1),
    assignee: text().notNull().default(''),
  },
  (table) => [
    index('proposals_state').on(table.state, table.listRowId),
    index('proposals_list').on(table.listRowId),
  ],
)

/** What each revision says. */
export const proposalRevisions = sqliteTable(
  'proposal_revisions',
  {
    proposalId: integer('proposal_id')
      .notNull()
      .references(() => proposals.id),
    revision: integer().notNull(),
    /** The list's definition when it was made. */
    definitionId: integer('definition_id')
      .notNull()
      .references(() => listDefinitions.id),
    reason: text().notNull(),
    legalBasis: text('legal_basis').notNull(),
    evidence: text().notNull(),
    evidenceSha256: text('evidence_sha256').notNull(),
    category: text().notNull(),
    reference: text().notNull(),
    urgent: integer({ mode: 'boolean' }).notNull(),
    sourceName: text('source_name'),
    sourceSha256: text('source_sha256'),
    sourceAccepted: integer('source_accepted'),
    sourceRefused: integer('source_refused'),
    shrinkReason: text('shrink_reason'),
    added: integer().notNull(),
    retired: integer().notNull(),
    amended: integer().notNull(),
    /** The revision under which its lines lie: a change of words copies no lines. */
    linesOf: integer('lines_of').notNull(),
    digest: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.proposalId, table.revision] })],
)

/** Entry lines as in `entries`. An amended entry has two: the old one to retire, the new one to add. */
export const proposalEntries = sqliteTable(
  'proposal_entries',
  {
    proposalId: integer('proposal_id').notNull(),
    revision: integer().notNull(),
    value: text().notNull(),
    kind: text().notNull(),
    change: text({ enum: ['add', 'retire'] }).notNull(),
    action: text().notNull(),
    category: text().notNull(),
    reference: text().notNull(),
  },
  (table) => [
    // WITHOUT ROWID: the rows lie in the order in which they come and are read.
    primaryKey({
      columns: [table.proposalId, table.revision, table.change, table.value, table.kind],
    }),
  ],
)

/** The story of each proposal. */
export const proposalActs = sqliteTable(
  'proposal_acts',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    proposalId: integer('proposal_id')
      .notNull()
      .references(() => proposals.id),
    act: text({ enum: PROPOSAL_ACTS }).notNull(),
    actor: text().notNull(),
    organisation: text().notNull(),
    at: text().notNull(),
    revision: integer().notNull(),
    text: text().notNull(),
    counts: integer({ mode: 'boolean' }).notNull(),
    acknowledged: text({ mode: 'json' }).$type<readonly string[]>().notNull(),
    findings: text({ mode: 'json' }),
    whom: text(),
    decision: integer('decision_id').references(() => decisions.id),
  },
  (table) => [
    index('proposal_acts_proposal').on(table.proposalId),
    uniqueIndex('proposal_acts_decision').on(table.decision),
  ],
)
