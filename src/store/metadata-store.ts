import { createHash } from 'node:crypto'
import { and, desc, eq, lt, sql } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { Fault } from '../core/fault.ts'
import type { Json } from '../core/sorted-json.ts'
import { signingKeyids } from '../core/tuf-key.ts'
import type { Recorder } from './event-store.ts'
import { metadata } from './schema.ts'

/** One signed TUF metadata file, as it was published. */
export interface SignedMetadata {
  readonly role: string
  readonly version: number
  readonly bytes: Buffer
  readonly expiresAt: Date
}

export interface MetadataStore {
  readonly latest: (role: string) => SignedMetadata | null
  readonly find: (role: string, version: number) => SignedMetadata | null
  /** By role, then version. */
  readonly all: (role?: string) => SignedMetadata[]
  /** Removes the versions of a role below `version`; not for root, whose versions stay for ever. */
  readonly forget: (role: string, version: number) => void
  /** Throws `publish/conflict` where one of these isn't the next version of its role, behind those before it. */
  readonly assertNext: (signed: readonly SignedMetadata[]) => void
  /** All or none, in one transaction; each version must be the next of its role, or `publish/conflict`. Recorded as a use of the keys. */
  readonly commit: (signed: readonly SignedMetadata[]) => void
}

export function metadataStore(
  db: BetterSQLite3Database,
  { write, events }: Pick<Recorder, 'write' | 'events'>,
): MetadataStore {
  const latestRow = db
    .select()
    .from(metadata)
    .where(eq(metadata.role, sql.placeholder('role')))
    .orderBy(desc(metadata.version))
    .limit(1)
    .prepare()

  const versionRow = db
    .select()
    .from(metadata)
    .where(
      and(
        eq(metadata.role, sql.placeholder('role')),
        eq(metadata.version, sql.placeholder('version')),
      ),
    )
    .prepare()

  function latest(role: string): SignedMetadata | null {
    const row = latestRow.get({ role })
    return row === undefined ? null : fromRow(row)
  }

  const assertNext = (signed: readonly SignedMetadata[]): void =>
    assertVersions(signed, (role) => latest(role)?.version ?? 0)

  function insertNext(signed: SignedMetadata): void {
    assertNext([signed])
    const { role, version, bytes, expiresAt } = signed
    db.insert(metadata).values({ role, version, bytes, expiresAt: expiresAt.toISOString() }).run()
  }

  return {
    latest,
    find: (role, version) => {
      const row = versionRow.get({ role, version })
      return row === undefined ? null : fromRow(row)
    },
    all: (role) =>
      db
        .select()
        .from(metadata)
        .where(role === undefined ? undefined : eq(metadata.role, role))
        .orderBy(metadata.role, metadata.version)
        .all()
        .map(fromRow),
    forget: (role, version) => {
      if (role === 'root') return
      db.delete(metadata)
        .where(and(eq(metadata.role, role), lt(metadata.version, version)))
        .run()
    },
    assertNext,
    commit: (signed) =>
      write(() => {
        signed.forEach(insertNext)
        if (signed.length > 0) events.append({ act: 'key-used', subject: describe(signed) })
      }),
  }
}

/** Each is the next of its role, behind those before it. */
function assertVersions(signed: readonly SignedMetadata[], latest: (role: string) => number): void {
  const newest = new Map<string, number>()
  for (const { role, version } of signed) {
    const next = (newest.get(role) ?? latest(role)) + 1
    newest.set(role, next)
    if (version === next) continue
    throw new Fault(
      'publish/conflict',
      `expected version ${next} of ${role} to be next, got ${version}: another program has signed meanwhile; run it again`,
    )
  }
}

function describe(metadata: readonly SignedMetadata[]): { readonly signed: Json } {
  const signed = metadata.map(({ role, version, bytes }) => ({
    ...{ role, version, keyids: signingKeyids(bytes) },
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }))
  return { signed }
}

function fromRow(row: typeof metadata.$inferSelect): SignedMetadata {
  const { role, version, bytes, expiresAt } = row
  return { role, version, bytes, expiresAt: new Date(expiresAt) }
}
