import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './people-schema.ts'

/**
 * By whose word a user may sign in: an issuer of OpenID Connect, by its URL, and the name that it has for the user. A row comes and goes, and
 * never comes to mean another, by a trigger.
 */
export const userIdentities = sqliteTable(
  'user_identities',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    issuer: text().notNull(),
    subject: text().notNull(),
    /** ISO 8601 in UTC. */
    linkedAt: text('linked_at').notNull(),
  },
  (table) => [
    uniqueIndex('user_identities_identity').on(table.issuer, table.subject),
    index('user_identities_user').on(table.userId),
  ],
)
