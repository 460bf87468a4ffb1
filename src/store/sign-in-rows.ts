import { and, eq, inArray, isNotNull, lte } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { passkeys, secondFactors, sessions, signInChallenges, signInWays } from './people-schema.ts'
import { SINGLE_SIGN_ON_MEANS } from '../core/sign-in-means.ts'
import { userIdentities } from './identity-schema.ts'

type Db = BetterSQLite3Database

/** From the next request on, whoever was signed in as that user is not; sign-ins that wait for a second factor end too. */
export function endSessions(db: Db, userId: string): void {
  db.delete(sessions).where(eq(sessions.userId, userId)).run()
  db.delete(signInChallenges).where(eq(signInChallenges.value, userId)).run()
}

/** Ends those of a user's sessions that were begun by another's word. */
export function endSingleSignOn(db: Db, userId: string): void {
  const isBegunSo = and(
    eq(sessions.userId, userId),
    inArray(sessions.means, [...SINGLE_SIGN_ON_MEANS]),
  )
  db.delete(sessions).where(isBegunSo).run()
}

/** Ends everybody's: those of a backup may have been ended since it was made. */
export function endAllSessions(db: Db): void {
  db.delete(sessions).run()
  db.delete(signInChallenges).run()
}

/** Sweeps out what has ended by itself; the library does so only for what it is asked about again. */
export function forgetEnded(db: Db, at: Date): void {
  db.delete(sessions).where(lte(sessions.expiresAt, at)).run()
  db.delete(signInChallenges).where(lte(signInChallenges.expiresAt, at)).run()
}

/** Takes away every way by which that user could sign in. */
export function forgetSignIn(db: Db, userId: string): void {
  endSessions(db, userId)
  db.delete(signInWays).where(eq(signInWays.userId, userId)).run()
  db.delete(secondFactors).where(eq(secondFactors.userId, userId)).run()
  db.delete(passkeys).where(eq(passkeys.userId, userId)).run()
  db.delete(userIdentities).where(eq(userIdentities.userId, userId)).run()
}

/** Whoever has a passkey that was removed may have begun one. */
export function endPasskeySessions(db: Db, userId: string): void {
  const isBegun = and(eq(sessions.userId, userId), eq(sessions.means, 'passkey'))
  db.delete(sessions).where(isBegun).run()
}

export function hasPassword(db: Db, userId: string): boolean {
  const isSet = and(eq(signInWays.userId, userId), isNotNull(signInWays.password))
  return db.select({ id: signInWays.id }).from(signInWays).where(isSet).get() !== undefined
}
