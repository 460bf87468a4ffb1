import type Database from 'better-sqlite3'
import { and, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { EventSubject } from '../core/event.ts'
import type { DecisionAct, DecisionSource, Proposal } from '../core/proposal.ts'
import { readSource } from './decision-source.ts'
import { batchLines } from './entry-line.ts'
import type { Recorder } from './event-store.ts'
import { HashedBlocks } from './hashed-blocks.ts'
import { decisions, lists } from './schema.ts'

/** One act of an authority on a list: what, why, by whom, when. Never published as a whole. */
export interface NewDecision {
  readonly listRowId: number
  readonly act: DecisionAct
  /** The public, opaque code that its entries carry; empty for none. */
  readonly reference: string
  readonly category: string
  readonly reason: string
  readonly legalBasis: string
  readonly evidence: string
  readonly proposer: string
  readonly decidedBy: string
  readonly decidedAt: Date
  readonly urgent: boolean
  /** Days, `YYYY-MM-DD`, UTC. */
  readonly reviewOn: string | null
  readonly expiresOn: string | null
  readonly added: number
  readonly retired: number
  /** Entries of the list that keep value and kind and change the rest. */
  readonly amended: number
  readonly source: DecisionSource | null
  /** Why a mirror was let through although it shrank. */
  readonly override: string | null
}

export interface Decision extends NewDecision {
  /** Grows in the order of commits, over all lists. */
  readonly id: number
  readonly list: string
}

/** What a decision does to the list's entries. */
export interface EntryChange {
  /** Snapshot lines of new entries, in blocks of whole lines, sorted. */
  readonly added: Iterable<Uint8Array>
  /** Row ids of entries that stop to hold. */
  readonly retired: readonly number[]
}

/** Where a decision comes from, where it isn't one person's word. */
export interface DecisionOrigin {
  /** Whose word completed it. */
  readonly actor: string
  /** Null when it was decided as it was proposed. */
  readonly proposal: Pick<Proposal, 'id' | 'revision' | 'digest'> | null
  /** The warnings of guards that were acknowledged. */
  readonly acknowledged: readonly string[]
}

export interface DecisionStore {
  /** Newest first. */
  readonly all: (filter?: {
    readonly listRowId?: number
    readonly listRowIds?: readonly number[]
    readonly urgent?: boolean
    readonly act?: DecisionAct
    /** Ids greater, ids less than this. */
    readonly after?: number
    readonly before?: number
    readonly limit?: number
  }) => Decision[]
  readonly find: (id: number) => Decision | null
  /** The newest decision of a list; 0 when there is none. */
  readonly lastDecision: (listRowId: number) => number
  /** How many entries each of the list's batches (imports, and whatever added more than one) has added, newest first. */
  readonly pastBatches: (listRowId: number, limit: number) => number[]
  /**
   * Writes the decision, its effect and its event in one transaction and gives its id. Call it inside
   * `store.write` when the change was planned from what the store said.
   */
  readonly commit: (decision: NewDecision, change: EntryChange, origin?: DecisionOrigin) => number
}

type Db = BetterSQLite3Database

export function decisionStore(
  db: Db,
  sqlite: Database.Database,
  recorder: Recorder,
): DecisionStore {
  const apply = changeWriter(sqlite)
  const last = sqlite
    .prepare<[number], number>('SELECT coalesce(max(id), 0) FROM decisions WHERE list_id = ?')
    .pluck()
  const past = sqlite
    .prepare<[number, number], number>(
      "SELECT added FROM decisions WHERE list_id = ? AND added > 0 AND (added > 1 OR act IN ('import', 'mirror')) ORDER BY id DESC LIMIT ?",
    )
    .pluck()
  const byId = selectDecisions(db)
    .where(eq(decisions.id, sql.placeholder('id')))
    .prepare()
  return {
    pastBatches: (listRowId, limit) => past.all(listRowId, limit),
    all: ({ listRowId, listRowIds, urgent, act, after, before, limit } = {}) =>
      selectDecisions(db)
        .where(
          and(
            listRowId === undefined ? undefined : eq(decisions.listRowId, listRowId),
            listRowIds === undefined ? undefined : inArray(decisions.listRowId, [...listRowIds]),
            urgent === undefined ? undefined : eq(decisions.urgent, urgent),
            act === undefined ? undefined : eq(decisions.act, act),
            after === undefined ? undefined : gt(decisions.id, after),
            before === undefined ? undefined : lt(decisions.id, before),
          ),
        )
        .orderBy(desc(decisions.id))
        .limit(limit ?? -1)
        .all()
        .map(fromRow),
    find: (id) => {
      const row = byId.get({ id })
      return row === undefined ? null : fromRow(row)
    },
    lastDecision: (listRowId) => last.get(listRowId) ?? 0,
    commit: (decision, change, origin) =>
      recorder.write(() => {
        const { id } = db.insert(decisions).values(toRow(decision)).returning().get()
        const { listRowId, added, retired, amended } = decision
        // Retired first: an amended entry leaves its place before its successor takes it.
        assertCount('retired', retired + amended, apply.retire(id, listRowId, change.retired))
        const lines = new HashedBlocks(change.added)
        assertCount('added', added + amended, apply.add(id, listRowId, lines))
        const [list, addedSha256] = [idOf(db, listRowId), lines.digest()]
        record(recorder, id, { ...decision, list, addedSha256, origin })
        return id
      }),
  }
}

interface Decided extends NewDecision {
  readonly list: string
  readonly addedSha256: string
  readonly origin: DecisionOrigin | undefined
}

function record({ events, rows }: Recorder, decision: number, decided: Decided): void {
  const { list, act, added, retired, amended, override, origin } = decided
  const actor = origin?.actor ?? decided.decidedBy
  // docs/spec/events.md §4: the added lines are hashed on their way in, for an import may have millions.
  const digest = rows.digestDecision(decision, decided.addedSha256)
  const subject = { act, added, amended, decision, digest, list, retired, ...whence(origin) }
  events.append({ act: 'decision', actor, subject })
  if (override === null) return
  events.append({ act: 'override', actor, subject: { decision, list, reason: override } })
}

function whence(origin: DecisionOrigin | undefined): EventSubject {
  const { proposal = null, acknowledged = [] } = origin ?? {}
  return {
    ...(acknowledged.length > 0 && { acknowledged }),
    ...(proposal !== null && {
      proposal: proposal.id,
      proposalDigest: proposal.digest,
      revision: proposal.revision,
    }),
  }
}

function idOf(db: Db, listRowId: number): string {
  const row = db.select({ id: lists.listId }).from(lists).where(eq(lists.id, listRowId)).get()
  return row?.id ?? ''
}

function selectDecisions(db: Db) {
  return db
    .select({ row: decisions, list: lists.listId })
    .from(decisions)
    .innerJoin(lists, eq(lists.id, decisions.listRowId))
}

/** The two bulk statements, fed through json_each; both give how many rows they changed. */
function changeWriter(sqlite: Database.Database) {
  const insert = sqlite.prepare(
    `INSERT INTO entries (list_id, value, kind, action, category, reference, added_by)
     SELECT ?, value, ?, ?, ?, ?, ? FROM json_each(?)`,
  )
  const update = sqlite.prepare(
    `UPDATE entries SET retired_by = ? WHERE list_id = ? AND retired_by IS NULL
     AND id IN (SELECT value FROM json_each(?))`,
  )
  return {
    add: (decision: number, listRowId: number, blocks: Iterable<Uint8Array>): number => {
      let changed = 0
      for (const { fields, values } of batchLines(blocks)) {
        const { kind, action, category, reference } = fields
        const row = [listRowId, kind, action, category, reference, decision]
        changed += insert.run(...row, JSON.stringify(values)).changes
      }
      return changed
    },
    retire: (decision: number, listRowId: number, rowIds: readonly number[]): number => {
      let changed = 0
      for (let at = 0; at < rowIds.length; at += BATCH_ROWS) {
        const batch = JSON.stringify(rowIds.slice(at, at + BATCH_ROWS))
        changed += update.run(decision, listRowId, batch).changes
      }
      return changed
    },
  }
}

/** Row ids in one call of json_each. */
const BATCH_ROWS = 5000

function assertCount(what: string, planned: number, done: number): void {
  if (planned !== done) throw new Error(`expected ${planned} entries ${what}, got ${done}`)
}

function toRow(decision: NewDecision): typeof decisions.$inferInsert {
  const { source, decidedAt, ...same } = decision
  return {
    ...same,
    decidedAt: decidedAt.toISOString(),
    sourceName: source?.name ?? null,
    sourceSha256: source?.sha256 ?? null,
    sourceAccepted: source?.accepted ?? null,
    sourceRefused: source?.refused ?? null,
  }
}

function fromRow({
  row,
  list,
}: {
  readonly row: typeof decisions.$inferSelect
  readonly list: string
}): Decision {
  const { sourceName, sourceSha256, sourceAccepted, sourceRefused, decidedAt, ...same } = row
  const source = readSource({ sourceName, sourceSha256, sourceAccepted, sourceRefused })
  return { ...same, list, decidedAt: new Date(decidedAt), source }
}
