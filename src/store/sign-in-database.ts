import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { secondFactors, sessions, signInChallenges, signInWays, users } from './people-schema.ts'

/**
 * What the sign-in library is handed to keep its rows: opaque to everybody between here and it. Its tables are named in its own words.
 * It writes row by row, outside of any transaction of ours, and may find the database busy.
 */
export interface SignInDatabase {
  readonly db: Readonly<Record<string, unknown>>
  readonly tables: Readonly<Record<string, unknown>>
}

export function signInDatabase(db: BetterSQLite3Database): SignInDatabase {
  return {
    db: db as unknown as Readonly<Record<string, unknown>>,
    tables: {
      user: users,
      session: sessions,
      account: signInWays,
      verification: signInChallenges,
      twoFactor: secondFactors,
    },
  }
}
