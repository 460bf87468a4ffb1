import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { REVIEW_CAUSES, REVIEW_OUTCOMES } from '../core/review.ts'
import { decisions, entries, lists } from './schema.ts'

/** The tables of reviews; triggers of the migration that made them keep them append-only. */

/**
 * What somebody should look at again, or has. Append-only but for `done_at`, which is set once; what came of it stands in `review_acts`.
 */
export const reviews = sqliteTable(
  'reviews',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    listRowId: integer('list_id')
      .notNull()
      .references(() => lists.id),
    cause: text({ enum: REVIEW_CAUSES }).notNull(),
    decisionId: integer('decision_id')
      .notNull()
      .references(() => decisions.id),
    /** Null: of all entries of the decision. */
    entryId: integer('entry_id').references(() => entries.id),
    /** Of a day that comes: which, so that it is opened once for each. */
    aboutOn: text('about_on'),
    openedAt: text('opened_at').notNull(),
    openedBy: text('opened_by').notNull(),
    dueOn: text('due_on').notNull(),
    note: text().notNull(),
    doneAt: text('done_at'),
  },
  (table) => [
    // Two of each, since no index takes two NULLs for the same.
    uniqueIndex('reviews_day')
      .on(table.decisionId, table.cause, table.aboutOn)
      .where(sql`about_on IS NOT NULL AND entry_id IS NULL`),
    uniqueIndex('reviews_day_entry')
      .on(table.entryId, table.cause, table.aboutOn)
      .where(sql`about_on IS NOT NULL AND entry_id IS NOT NULL`),
    uniqueIndex('reviews_open')
      .on(table.decisionId, table.cause)
      .where(sql`done_at IS NULL AND entry_id IS NULL`),
    uniqueIndex('reviews_open_entry')
      .on(table.entryId, table.cause)
      .where(sql`done_at IS NULL AND entry_id IS NOT NULL`),
    index('reviews_waiting')
      .on(table.listRowId, table.cause, table.dueOn)
      .where(sql`done_at IS NULL`),
    index('reviews_list').on(table.listRowId),
  ],
)

/** Who did what with a review, when and why. Append-only. */
export const reviewActs = sqliteTable(
  'review_acts',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    reviewId: integer('review_id')
      .notNull()
      .references(() => reviews.id),
    act: text({ enum: ['opened', 'done'] }).notNull(),
    at: text().notNull(),
    actor: text().notNull(),
    outcome: text({ enum: REVIEW_OUTCOMES }),
    reason: text().notNull(),
    /** The days that it gave; null also for none given. */
    reviewOn: text('review_on'),
    expiresOn: text('expires_on'),
    /** The retirement that it made. */
    decisionId: integer('decision_id').references(() => decisions.id),
  },
  (table) => [index('review_acts_review').on(table.reviewId)],
)

/** Days that a review gave to the entries of a decision, or to one entry: the newest row counts. Append-only. */
export const entryDates = sqliteTable(
  'entry_dates',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    decisionId: integer('decision_id')
      .notNull()
      .references(() => decisions.id),
    entryId: integer('entry_id').references(() => entries.id),
    reviewOn: text('review_on'),
    expiresOn: text('expires_on'),
    reviewId: integer('review_id')
      .notNull()
      .references(() => reviews.id),
  },
  (table) => [
    index('entry_dates_decision').on(table.decisionId, table.entryId),
    index('entry_dates_entry')
      .on(table.entryId)
      .where(sql`entry_id IS NOT NULL`),
  ],
)

/** When the resolver was last asked for an entry's name, and since when it says that there is none. No history: it is asked again. */
export const nameChecks = sqliteTable('name_checks', {
  entryId: integer('entry_id')
    .primaryKey()
    .references(() => entries.id),
  askedAt: text('asked_at').notNull(),
  goneSince: text('gone_since'),
})
