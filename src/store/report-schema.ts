import { sql } from 'drizzle-orm'
import { check, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { REPORT_ACTS, REPORT_FINDS } from '../core/report.ts'
import { proposals } from './proposal-schema.ts'
import { decisions, lists } from './schema.ts'

/**
 * The tables of reports. What was received and done is append-only, by triggers of the migration that made them; `state` and `proposal_id` follow
 * the newest act and the proposal's own state, by triggers too, so that a queue can be found by them. Nothing else may write them.
 */

/** `joined`: what it asks for is asked by a proposal that was there already. `open` ones of a value and kind but the first are duplicates. */
export const STORED_STATES = [
  'open',
  'joined',
  'proposed',
  'listed',
  'duplicate',
  'rejected',
  'withdrawn',
] as const

export const reports = sqliteTable(
  'reports',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    listRowId: integer('list_id')
      .notNull()
      .references(() => lists.id),
    organisation: text().notNull(),
    reporter: text().notNull(),
    externalId: text('external_id').notNull(),
    value: text().notNull(),
    kind: text().notNull(),
    category: text().notNull(),
    reason: text().notNull(),
    evidence: text().notNull(),
    evidenceSha256: text('evidence_sha256').notNull(),
    content: text().notNull(),
    at: text().notNull(),
    found: text({ enum: REPORT_FINDS }).notNull(),
    foundEntry: text('found_entry').notNull(),
    foundDecision: integer('found_decision').references(() => decisions.id),
    foundProposal: integer('found_proposal').references(() => proposals.id),
    state: text({ enum: STORED_STATES }).notNull(),
    /** The proposal whose way it goes; null for none yet. */
    proposalId: integer('proposal_id').references(() => proposals.id),
  },
  (table) => [
    uniqueIndex('reports_own_id').on(table.organisation, table.externalId),
    index('reports_value').on(table.listRowId, table.value, table.kind),
    index('reports_state').on(table.listRowId, table.state),
    index('reports_organisation').on(table.organisation, table.state),
    index('reports_proposal')
      .on(table.proposalId)
      .where(sql`proposal_id IS NOT NULL`),
    check(
      'reports_found',
      sql`(found = 'listed') = (found_decision IS NOT NULL) AND (found = 'proposed') = (found_proposal IS NOT NULL)`,
    ),
  ],
)

/** What was done to reports, by whom, when and why. */
export const reportActs = sqliteTable(
  'report_acts',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    reportId: integer('report_id')
      .notNull()
      .references(() => reports.id),
    act: text({ enum: REPORT_ACTS }).notNull(),
    actor: text().notNull(),
    organisation: text().notNull(),
    at: text().notNull(),
    text: text().notNull(),
    proposalId: integer('proposal_id').references(() => proposals.id),
    decisionId: integer('decision_id').references(() => decisions.id),
  },
  (table) => [
    index('report_acts_report').on(table.reportId),
    check(
      'report_acts_outcome',
      sql`CASE WHEN act = 'proposed' THEN (proposal_id IS NULL) <> (decision_id IS NULL) ELSE proposal_id IS NULL AND decision_id IS NULL END`,
    ),
  ],
)
