import type Database from 'better-sqlite3'
import { and, desc, eq, gte, lt } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { Fault } from '../core/fault.ts'
import type { ManifestBasis } from '../core/log-leaf.ts'
import type { Recorder, StoredAct } from './event-store.ts'
import { batchBody, parseBatch, type LogBatch } from './log-batch.ts'
import type { metadataStore, SignedMetadata } from './metadata-store.ts'
import type { publicationStore } from './publication-store.ts'
import { logBatch, logCheckpoints, logLeaves, logPolicies, manifests, sweeps } from './schema.ts'

/** A leaf, and what it is about. */
export interface StoredLeaf {
  readonly kind: 'metadata' | 'publication'
  /** A role, or the place of a list. */
  readonly name: string
  /** A version, or a serial. */
  readonly number: number
  readonly bytes: Uint8Array
}

/** A checkpoint that was shown. */
export interface StoredCheckpoint {
  readonly size: number
  readonly root: Buffer
  /** The signed note with its cosignatures. */
  readonly note: Buffer
  readonly sealedAt: Date
}

/** A manifest of a serial, and what opens its commitments. */
export interface StoredManifest {
  readonly manifest: Buffer
  readonly basis: ManifestBasis
  readonly salt: Buffer
}

export interface NewManifest extends StoredManifest {
  readonly listRowId: number
  readonly serial: number
}

export interface NewBatch extends Omit<LogBatch, 'size'> {
  /** How many leaves there must be before it. */
  readonly expectedSize: number
  readonly leaves: readonly StoredLeaf[]
  readonly manifests: readonly NewManifest[]
  /** A policy that it brings. */
  readonly policy: string | null
  /** Whether it may be put on top of what waits, and become one with it: for what that waits for. Then it has no publication. */
  readonly joins: boolean
  /** What it was signed for: recorded with it. */
  readonly acts: readonly StoredAct[]
}

export interface BatchEnd extends StoredCheckpoint {
  readonly timestamp: SignedMetadata | null
}

export interface LogStore {
  /** How many leaves there are, those of a batch that waits included. */
  readonly size: () => number
  readonly leaves: (from: number, to: number) => StoredLeaf[]
  readonly checkpoint: () => StoredCheckpoint | null
  readonly batch: () => LogBatch | null
  /**
   * Puts the leaves of a batch into the log for good, and keeps what they are about until `finish`. `publish/conflict` when the log has
   * another size by now, another batch waits, or the batch could not be committed as things stand.
   */
  readonly begin: (batch: NewBatch) => void
  /**
   * THE COMMIT POINT of all that is signed: the batch that waits, its timestamp and its checkpoint, in one transaction. `publish/conflict`
   * when no batch of that size waits, or the timestamp isn't the next.
   */
  readonly finish: (end: BatchEnd) => void
  /** The texts of all policies, newest first. */
  readonly policies: () => string[]
  readonly manifest: (listRowId: number, serial: number) => StoredManifest | null
  /** The last version of a role of which files were taken away. */
  readonly swept: (role: string) => number
  readonly sweep: (role: string, version: number) => void
  /** Gives the log up, all that is in it and what waits: for a database that went back behind what was published of it. */
  readonly abandon: () => void
}

interface Stores {
  readonly metadata: Pick<ReturnType<typeof metadataStore>, 'commit' | 'assertNext'>
  readonly publications: Pick<ReturnType<typeof publicationStore>, 'commit' | 'assertNext'>
}

export function logStore(
  db: BetterSQLite3Database,
  sqlite: Database.Database,
  { metadata, publications }: Stores,
  { write, events }: Pick<Recorder, 'write' | 'events'>,
): LogStore {
  const size = (): number => {
    const last = db.select({ index: logLeaves.index }).from(logLeaves)
    return (last.orderBy(desc(logLeaves.index)).limit(1).get()?.index ?? -1) + 1
  }
  const batch = (): LogBatch | null => {
    const row = db.select().from(logBatch).get()
    return row === undefined ? null : parseBatch(row)
  }
  return {
    ...logQueries(db),
    size,
    batch,
    begin: (begun) =>
      write(() => {
        assertSize(size(), begun.expectedSize)
        const before = begun.joins ? batch() : assertNone(batch())
        const joined = { ...begun, metadata: [...(before?.metadata ?? []), ...begun.metadata] }
        const publication = begun.publication ?? before?.publication ?? null
        metadata.assertNext(joined.metadata)
        if (publication !== null) publications.assertNext(publication)
        db.delete(logBatch).run()
        insertBatch(db, { ...joined, publication })
        for (const act of begun.acts) events.append(act)
      }),
    finish: ({ timestamp, sealedAt, ...checkpoint }) =>
      write(() => {
        const { metadata: signed, publication } = waiting(batch(), checkpoint.size)
        const all = [...signed, ...(timestamp === null ? [] : [timestamp])]
        if (publication === null) metadata.commit(all)
        else publications.commit({ ...publication, metadata: all })
        db.insert(logCheckpoints)
          .values({ ...checkpoint, sealedAt: sealedAt.toISOString() })
          .run()
        db.delete(logBatch).run()
      }),
    sweep: (role, version) =>
      write(() => {
        const row = { role, version }
        db.insert(sweeps).values(row).onConflictDoUpdate({ target: sweeps.role, set: row }).run()
      }),
    abandon: () => write(() => abandon(sqlite)),
  }
}

function logQueries(
  db: BetterSQLite3Database,
): Pick<LogStore, 'leaves' | 'checkpoint' | 'policies' | 'manifest' | 'swept'> {
  return {
    leaves: (from, to) =>
      db
        .select()
        .from(logLeaves)
        .where(and(gte(logLeaves.index, from), lt(logLeaves.index, to)))
        .orderBy(logLeaves.index)
        .all(),
    checkpoint: () => {
      const newest = db.select().from(logCheckpoints).orderBy(desc(logCheckpoints.size)).limit(1)
      const row = newest.get()
      return row === undefined ? null : { ...row, sealedAt: new Date(row.sealedAt) }
    },
    policies: () =>
      db
        .select()
        .from(logPolicies)
        .orderBy(desc(logPolicies.id))
        .all()
        .map(({ policy }) => policy),
    manifest: (listRowId, serial) =>
      db
        .select({
          manifest: manifests.manifest,
          basis: manifests.basis,
          salt: manifests.salt,
        })
        .from(manifests)
        .where(and(eq(manifests.listRowId, listRowId), eq(manifests.serial, serial)))
        .get() ?? null,
    swept: (role) => db.select().from(sweeps).where(eq(sweeps.role, role)).get()?.version ?? 0,
  }
}

function insertBatch(db: BetterSQLite3Database, begun: NewBatch): void {
  const { expectedSize, leaves, policy, begunAt } = begun
  leaves.forEach(({ bytes, ...leaf }, i) => {
    const row = { ...leaf, index: expectedSize + i, bytes: Buffer.from(bytes) }
    db.insert(logLeaves).values(row).run()
  })
  for (const manifest of begun.manifests) db.insert(manifests).values(manifest).run()
  if (policy !== null) {
    db.insert(logPolicies).values({ policy, appliedAt: begunAt.toISOString() }).run()
  }
  const size = expectedSize + leaves.length
  const row = { id: 1, size, begunAt: begunAt.toISOString(), body: batchBody(begun) }
  db.insert(logBatch).values(row).run()
}

/** The one way past the triggers that keep the log as it is: they are made again in the same transaction. */
function abandon(sqlite: Database.Database): void {
  const triggersOf = sqlite.prepare<[string], { name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?",
  )
  for (const table of ['log_leaves', 'log_checkpoints', 'log_batch', 'manifests']) {
    const triggers = triggersOf.all(table)
    for (const { name } of triggers) sqlite.exec(`DROP TRIGGER ${name}`)
    sqlite.exec(`DELETE FROM ${table}`)
    for (const { sql } of triggers) sqlite.exec(sql)
  }
}

function assertSize(size: number, expected: number): void {
  if (size === expected) return
  throw new Fault(
    'publish/conflict',
    `expected a log of ${expected} leaves, got ${size}: another program has signed meanwhile; run it again`,
  )
}

function assertNone(batch: LogBatch | null): null {
  if (batch === null) return null
  throw new Fault(
    'publish/conflict',
    'expected nothing to wait for its checkpoint, got what another program has signed meanwhile; run it again',
  )
}

function waiting(batch: LogBatch | null, size: number): LogBatch {
  if (batch?.size === size) return batch
  throw new Fault(
    'publish/conflict',
    `expected a log of ${size} leaves to wait for its checkpoint, got ${batch === null ? 'none' : batch.size}: another program has finished it`,
  )
}
