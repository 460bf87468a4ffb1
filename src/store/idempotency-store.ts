import { and, eq, lt } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { idempotencyKeys } from './idempotency-schema.ts'

/** How long what was asked is remembered, in milliseconds. */
export const REMEMBERED_MS = 24 * 3600_000

/** A request under a key of a person. */
interface KeyedRequest {
  readonly person: string
  readonly key: string
  readonly digest: string
}

type Repeated =
  | { readonly outcome: 'new' | 'unknown' | 'other' }
  | { readonly outcome: 'answered'; readonly answer: string | null }

export interface IdempotencyStore {
  /** Begins a request, or says what became of the one that had the key. Forgets what is older than `REMEMBERED_MS`. */
  readonly begin: (request: KeyedRequest, at: Date) => Repeated
  readonly finish: (request: KeyedRequest, answer: string | null) => void
  readonly forget: (request: KeyedRequest) => void
}

export function idempotencyStore(
  db: BetterSQLite3Database,
  write: <T>(work: () => T) => T,
): IdempotencyStore {
  const ofKey = ({ person, key }: KeyedRequest) =>
    and(eq(idempotencyKeys.person, person), eq(idempotencyKeys.key, key))
  return {
    begin: ({ person, key, digest }, at) =>
      write((): Repeated => {
        const oldest = new Date(at.getTime() - REMEMBERED_MS).toISOString()
        db.delete(idempotencyKeys).where(lt(idempotencyKeys.begunAt, oldest)).run()
        const known = db.select().from(idempotencyKeys).where(ofKey({ person, key, digest })).get()
        if (known === undefined) {
          const row = { person, key, digest, begunAt: at.toISOString() }
          db.insert(idempotencyKeys).values(row).run()
          return { outcome: 'new' }
        }
        if (known.digest !== digest) return { outcome: 'other' }
        return known.isAnswered
          ? { outcome: 'answered', answer: known.answer }
          : { outcome: 'unknown' }
      }),
    finish: (request, answer) =>
      write(() => {
        db.update(idempotencyKeys).set({ isAnswered: true, answer }).where(ofKey(request)).run()
      }),
    forget: (request) =>
      write(() => {
        db.delete(idempotencyKeys).where(ofKey(request)).run()
      }),
  }
}
