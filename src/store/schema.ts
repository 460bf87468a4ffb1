import { sql } from 'drizzle-orm'
import type { ManifestBasis } from '../core/log-leaf.ts'
import {
  blob,
  check,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'
import { EVENT_ACTS } from '../core/event.ts'

/**
 * The tables. Times are ISO 8601 text in UTC, so that the history can be read with the sqlite3 shell.
 * `decisions`, `publications`, `list_definitions` and `entries` are append-only: triggers of the second
 * migration refuse every UPDATE and DELETE but the one that gives an entry its retirement. So is `events`, by those of the
 * fourth, which refuse also what does not follow the row before, and so are `register_changes` and `register_rows`.
 */

export const lists = sqliteTable('lists', {
  id: integer().primaryKey({ autoIncrement: true }),
  listId: text('list_id').notNull().unique(),
  /** The list's name in published paths: its id, or an opaque code (`docs/spec/http.md`). */
  place: text().notNull().unique(),
  createdAt: text('created_at').notNull(),
})

export const listDefinitions = sqliteTable(
  'list_definitions',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    listRowId: integer('list_id')
      .notNull()
      .references(() => lists.id),
    definition: text().notNull(),
    appliedAt: text('applied_at').notNull(),
    actor: text().notNull(),
  },
  (table) => [index('list_definitions_list').on(table.listRowId)],
)

export const decisions = sqliteTable(
  'decisions',
  {
    /** Grows in the order of commits: a publication is a cut of this order. */
    id: integer().primaryKey({ autoIncrement: true }),
    listRowId: integer('list_id')
      .notNull()
      .references(() => lists.id),
    act: text({ enum: ['add', 'retire', 'amend', 'import', 'mirror'] }).notNull(),
    reference: text().notNull(),
    category: text().notNull(),
    reason: text().notNull(),
    legalBasis: text('legal_basis').notNull(),
    evidence: text().notNull(),
    proposer: text().notNull(),
    decidedBy: text('decided_by').notNull(),
    decidedAt: text('decided_at').notNull(),
    urgent: integer({ mode: 'boolean' }).notNull(),
    reviewOn: text('review_on'),
    expiresOn: text('expires_on'),
    /** How many entries it added, retired, amended. */
    added: integer().notNull(),
    retired: integer().notNull(),
    amended: integer().notNull(),
    /** Of an import: what was read, or null. */
    sourceName: text('source_name'),
    sourceSha256: text('source_sha256'),
    sourceAccepted: integer('source_accepted'),
    sourceRefused: integer('source_refused'),
    /** Why a mirror was let through although it shrank. */
    override: text('override_reason'),
  },
  (table) => [
    index('decisions_list').on(table.listRowId),
    index('decisions_mirror')
      .on(table.listRowId)
      .where(sql`act = 'mirror'`),
  ],
)

export const entries = sqliteTable(
  'entries',
  {
    id: integer().primaryKey(),
    listRowId: integer('list_id')
      .notNull()
      .references(() => lists.id),
    /** BINARY collation: the order of the index is the order of a snapshot. */
    value: text().notNull(),
    kind: text().notNull(),
    action: text().notNull(),
    category: text().notNull(),
    reference: text().notNull(),
    addedBy: integer('added_by')
      .notNull()
      .references(() => decisions.id),
    retiredBy: integer('retired_by').references(() => decisions.id),
  },
  (table) => [
    uniqueIndex('entries_live')
      .on(table.listRowId, table.value, table.kind)
      .where(sql`retired_by IS NULL`),
    index('entries_added').on(table.listRowId, table.addedBy),
    index('entries_retired')
      .on(table.listRowId, table.retiredBy)
      .where(sql`retired_by IS NOT NULL`),
    index('entries_past')
      .on(table.value)
      .where(sql`retired_by IS NOT NULL`),
    index('entries_held')
      .on(table.listRowId, table.addedBy)
      .where(sql`retired_by IS NULL`),
    /** By which whoever reads a stop page names an entry. */
    index('entries_reference')
      .on(table.reference)
      .where(sql`reference <> '-'`),
  ],
)

export const publications = sqliteTable(
  'publications',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    listRowId: integer('list_id')
      .notNull()
      .references(() => lists.id),
    serial: integer().notNull(),
    state: text().notNull(),
    entries: integer().notNull(),
    added: integer().notNull(),
    removed: integer().notNull(),
    /** The last decision it includes; 0 when there was none. */
    decision: integer().notNull(),
    definitionId: integer('definition_id')
      .notNull()
      .references(() => listDefinitions.id),
    publishedAt: text('published_at').notNull(),
    override: text('override_reason'),
    actor: text().notNull(),
  },
  (table) => [
    uniqueIndex('publications_serial').on(table.listRowId, table.serial),
    check('publications_serial_range', sql`serial BETWEEN 1 AND 4294967295`),
  ],
)

export const metadata = sqliteTable(
  'metadata',
  {
    role: text().notNull(),
    version: integer().notNull(),
    bytes: blob({ mode: 'buffer' }).notNull(),
    expiresAt: text('expires_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.role, table.version] })],
)

export const subscribers = sqliteTable('subscribers', {
  id: integer().primaryKey({ autoIncrement: true }),
  name: text().notNull().unique(),
  tokenHash: text('token_hash').notNull().unique(),
  /** The token before the last rotation, and until when it still works. */
  oldTokenHash: text('old_token_hash'),
  oldTokenUntil: text('old_token_until'),
  lists: text({ mode: 'json' }).$type<readonly string[]>().notNull(),
  createdAt: text('created_at').notNull(),
  rotatedAt: text('rotated_at'),
  revokedAt: text('revoked_at'),
  /** How its resolvers are known when they ask for a zone: by keys, or by where they ask from. */
  transfer: text({ enum: ['tsig', 'networks'] })
    .notNull()
    .default('tsig'),
  networks: text({ mode: 'json' }).$type<readonly string[]>().notNull().default([]),
  notify: text({ mode: 'json' }).$type<readonly string[]>().notNull().default([]),
  /** The serial of its catalog zone. */
  catalogSerial: integer('catalog_serial').notNull().default(1),
})

/** Keys for transaction signatures. They are shared secrets, so they lie here as they are: the file is its owner's alone. */
export const subscriberKeys = sqliteTable(
  'subscriber_keys',
  {
    name: text().primaryKey(),
    subscriberRowId: integer('subscriber_id')
      .notNull()
      .references(() => subscribers.id),
    algorithm: text({ enum: ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] }).notNull(),
    secret: text().notNull(),
    createdAt: text('created_at').notNull(),
    /** When it ceases to work by itself: of the key before a rotation. */
    until: text(),
    revokedAt: text('revoked_at'),
  },
  (table) => [index('subscriber_keys_subscriber').on(table.subscriberRowId)],
)

/** A list came back from a backup at that serial: those above may have been given away before, with other entries. */
export const restorations = sqliteTable('restorations', {
  id: integer().primaryKey({ autoIncrement: true }),
  listRowId: integer('list_id')
    .notNull()
    .references(() => lists.id),
  serial: integer().notNull(),
  at: text().notNull(),
})

/**
 * The transparency log (`docs/spec/log.md`). Append-only: what was in the log once is there for ever. A leaf stands here before its
 * checkpoint is signed, so that no crash can make the log say two things at one place.
 */
export const logLeaves = sqliteTable(
  'log_leaves',
  {
    /** From 0, without gaps. */
    index: integer('index').primaryKey(),
    kind: text({ enum: ['metadata', 'publication'] }).notNull(),
    /** A role, or the place of a list. */
    name: text().notNull(),
    /** A version, or a serial. */
    number: integer().notNull(),
    bytes: blob({ mode: 'buffer' }).notNull(),
  },
  (table) => [uniqueIndex('log_leaves_named').on(table.kind, table.name, table.number)],
)

/** The checkpoints that were shown, each with the cosignatures that it was shown with. Append-only. */
export const logCheckpoints = sqliteTable('log_checkpoints', {
  size: integer().primaryKey(),
  root: blob({ mode: 'buffer' }).notNull(),
  note: blob({ mode: 'buffer' }).notNull(),
  sealedAt: text('sealed_at').notNull(),
})

/** What is signed and in the log, and waits for its checkpoint: one at a time. */
export const logBatch = sqliteTable(
  'log_batch',
  {
    id: integer().primaryKey(),
    /** Of the log, with its leaves. */
    size: integer().notNull(),
    begunAt: text('begun_at').notNull(),
    body: text().notNull(),
  },
  (table) => [check('log_batch_single', sql`${table.id} = 1`)],
)

/** Whom readers believe about the log: every policy that there was. Append-only. */
export const logPolicies = sqliteTable('log_policies', {
  id: integer().primaryKey({ autoIncrement: true }),
  policy: text().notNull(),
  appliedAt: text('applied_at').notNull(),
})

/** What was put into the log about serials, with what opens its commitments. Append-only. */
export const manifests = sqliteTable(
  'manifests',
  {
    listRowId: integer('list_id')
      .notNull()
      .references(() => lists.id),
    serial: integer().notNull(),
    manifest: blob({ mode: 'buffer' }).notNull(),
    /** `ManifestBasis`, to which the manifest commits. */
    basis: text({ mode: 'json' }).$type<ManifestBasis>().notNull(),
    salt: blob({ mode: 'buffer' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.listRowId, table.serial] })],
)

/** Up to which version of a list's role files were taken away that nobody needs any more. */
export const sweeps = sqliteTable('sweeps', {
  role: text().primaryKey(),
  version: integer().notNull(),
})

/** The chain of decisions (`docs/spec/events.md`). */
export const events = sqliteTable(
  'events',
  {
    /** 1, 2, 3 …, without a gap. */
    number: integer().primaryKey(),
    at: text().notNull(),
    actor: text().notNull(),
    act: text({ enum: EVENT_ACTS }).notNull(),
    /** Canonical JSON. */
    subject: text().notNull(),
    previous: text().notNull(),
    hash: text().notNull(),
  },
  (table) => [index('events_act').on(table.act)],
)

/** The register of what must not be blocked by a slip (`docs/spec/guards.md` §3): every change that was made. Append-only. */
export const registerChanges = sqliteTable('register_changes', {
  id: integer().primaryKey({ autoIncrement: true }),
  actor: text().notNull(),
  reason: text().notNull(),
  at: text().notNull(),
  added: integer().notNull(),
  removed: integer().notNull(),
  /** Of the register after it. */
  state: text().notNull(),
})

/** What a change of the register put in, in the place of what it had of that value, or took out. Append-only. */
export const registerRows = sqliteTable(
  'register_rows',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    changeId: integer('change_id')
      .notNull()
      .references(() => registerChanges.id),
    isRemoved: integer('is_removed', { mode: 'boolean' }).notNull(),
    value: text().notNull(),
    purpose: text().notNull(),
    scope: text().notNull(),
    reason: text().notNull(),
    source: text().notNull(),
  },
  (table) => [
    index('register_rows_change').on(table.changeId),
    index('register_rows_value').on(table.value),
  ],
)
