import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** What was asked of the API under an idempotency key, for a day or two. Not history: it is forgotten. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    person: text().notNull(),
    key: text().notNull(),
    /** SHA-256 of the request. */
    digest: text().notNull(),
    begunAt: text('begun_at').notNull(),
    isAnswered: integer('is_answered', { mode: 'boolean' }).notNull().default(false),
    /** JSON. */
    answer: text(),
  },
  (table) => [primaryKey({ columns: [table.person, table.key] })],
)
