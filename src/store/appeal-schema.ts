import { sql } from 'drizzle-orm'
import { check, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { APPEAL_ACTS } from '../core/appeal.ts'
import { decisions, lists } from './schema.ts'

/** The tables of appeals. All of it is append-only, by triggers of the migration that made them; how a case stands follows from its acts. */
export const appeals = sqliteTable(
  'appeals',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    /** Of the case's code, by which whoever has it is known. */
    codeHash: text('code_hash').notNull(),
    about: text().notNull(),
    grounds: text().notNull(),
    contact: text().notNull(),
    openedAt: text('opened_at').notNull(),
    dueOn: text('due_on').notNull(),
  },
  (table) => [uniqueIndex('appeals_code').on(table.codeHash)],
)

/** What was done, by whom, when and why. */
export const appealActs = sqliteTable(
  'appeal_acts',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    appealId: integer('appeal_id')
      .notNull()
      .references(() => appeals.id),
    act: text({ enum: APPEAL_ACTS }).notNull(),
    /** Empty for the appellant. */
    actor: text().notNull(),
    organisation: text().notNull(),
    at: text().notNull(),
    text: text().notNull(),
    isPublic: integer('is_public').notNull(),
    listRowId: integer('list_id').references(() => lists.id),
    decisionId: integer('decision_id').references(() => decisions.id),
  },
  (table) => [
    index('appeal_acts_appeal').on(table.appealId),
    index('appeal_acts_outcome')
      .on(table.act)
      .where(sql`act IN ('accepted', 'partly-accepted', 'refused')`),
    check(
      'appeal_acts_decision',
      sql`(act = 'retired') = (decision_id IS NOT NULL) AND (decision_id IS NULL OR list_id IS NOT NULL)`,
    ),
  ],
)
