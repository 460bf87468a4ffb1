import type Database from 'better-sqlite3'
import { splitEntryLine, type Entry } from '../core/entry.ts'
import type { ReviewCause, ReviewDays, ReviewOutcome, ReviewTarget, Term } from '../core/review.ts'
import { LINE_SQL } from './entry-line.ts'
import type { Recorder } from './event-store.ts'

export interface NewReview {
  readonly listRowId: number
  readonly cause: ReviewCause
  readonly target: ReviewTarget
  /** Of a day that comes: which; null for what is opened whenever it is seen. */
  readonly aboutOn: string | null
  readonly dueOn: string
  readonly note: string
  readonly at: Date
  readonly actor: string
}

export interface Review extends ReviewTarget {
  readonly id: number
  readonly list: string
  readonly listRowId: number
  readonly cause: ReviewCause
  readonly aboutOn: string | null
  readonly openedAt: Date
  readonly openedBy: string
  /** By when it is to be done: a day in UTC. */
  readonly dueOn: string
  readonly note: string
  /** Null while it is open. */
  readonly doneAt: Date | null
  readonly outcome: ReviewOutcome | null
  /** Of one entry: what it is. */
  readonly about: Entry | null
}

export interface ReviewDone {
  readonly outcome: ReviewOutcome
  readonly reason: string
  readonly at: Date
  readonly actor: string
  /** The days that entries have from now on; null when it gives none. */
  readonly term: Term | null
  /** The decision that it made, or found made. */
  readonly decision: number | null
}

export interface ReviewAct extends ReviewDays {
  readonly act: 'opened' | 'done'
  readonly at: Date
  readonly actor: string
  readonly outcome: ReviewOutcome | null
  readonly reason: string
  readonly decision: number | null
}

export interface ReviewFilter {
  readonly listRowId?: number
  readonly listRowIds?: readonly number[]
  readonly cause?: ReviewCause
  readonly isOpen?: boolean
  /** Of open ones: those that come behind this one, by the day that they are due. */
  readonly behind?: { readonly dueOn: string; readonly id: number }
  /** Ids less than this. */
  readonly before?: number
  readonly limit?: number
}

/** How many reviews of a list wait, by cause, and how many of those should be done by now. */
export interface ReviewCount {
  readonly listRowId: number
  readonly cause: ReviewCause
  readonly open: number
  readonly overdue: number
}

export interface RetiredEntries {
  readonly entries: readonly Entry[]
  readonly stillRetired: number
}

export interface ReviewStore {
  readonly find: (id: number) => Review | null
  /** Open ones by the day that they are due, all by their number from the newest. */
  readonly all: (filter?: ReviewFilter) => Review[]
  /** The open ones of a target. */
  readonly ofTarget: (target: ReviewTarget) => Review[]
  /** All that were about an entry: about it alone, or about all entries of one of these decisions; oldest first. */
  readonly ofEntry: (entry: number, decisions: readonly number[]) => Review[]
  /** That of an urgent retirement, open or done; null for what was none. */
  readonly ofUrgent: (decision: number) => Review | null
  readonly acts: (id: number) => ReviewAct[]
  /** What a decision retired, at most `limit` entries, and how many of all those are not listed again. */
  readonly retiredBy: (decision: number, limit: number) => RetiredEntries
  readonly counts: (today: string) => ReviewCount[]
  /** Whether one was opened for that day of the target, or one of the cause is open. */
  readonly isKnown: (review: Pick<NewReview, 'cause' | 'target' | 'aboutOn'>) => boolean
  /** Opens a review, with its event, and gives its id; null where `isKnown`, so that to ask twice, or from two servers, opens one. */
  readonly open: (review: NewReview) => number | null
  /** Ends an open review: its act, the days that it gives and its event, in one transaction. Throws when it is not open: look before. */
  readonly finish: (id: number, done: ReviewDone) => void
}

interface Row extends Omit<Review, 'openedAt' | 'doneAt' | 'about'> {
  readonly openedAt: string
  readonly doneAt: string | null
  readonly line: string | null
}

const ROW_SQL = `SELECT r.id, lists.list_id AS list, r.list_id AS listRowId, r.cause, r.decision_id AS decision, r.entry_id AS entry,
  r.about_on AS aboutOn, r.opened_at AS openedAt, r.opened_by AS openedBy, r.due_on AS dueOn, r.note, r.done_at AS doneAt,
  (SELECT outcome FROM review_acts WHERE review_id = r.id AND act = 'done') AS outcome,
  (SELECT ${LINE_SQL} FROM entries WHERE entries.id = r.entry_id) AS line
  FROM reviews AS r JOIN lists ON lists.id = r.list_id`

export function reviewStore(
  sqlite: Database.Database,
  { write, events }: Pick<Recorder, 'write' | 'events'>,
): ReviewStore {
  const queries = reviewQueries(sqlite)
  const { find, isKnown } = queries
  const writer = reviewWriter(sqlite)
  return {
    ...queries,
    open: (review) =>
      write(() => {
        if (isKnown(review)) return null
        const id = writer.open(review)
        const { cause, dueOn: due, note, actor } = review
        const { list, ...about } = subjectOf(find(id))
        const subject = { ...about, cause, due, list, note, review: id }
        events.append({ act: 'review-opened', actor, subject })
        return id
      }),
    finish: (id, done) =>
      write(() => {
        const review = find(id)
        if (review?.doneAt !== null) throw new Error(`expected an open review ${id}, got none`)
        writer.finish(id, done)
        const { outcome, reason, actor, term, decision } = done
        const { list } = subjectOf(review)
        const given = term && { expiresOn: term.expiresOn, reviewOn: term.reviewOn }
        const subject = { ...given, ...(decision !== null && { decision }), list, outcome, reason }
        events.append({ act: 'review-done', actor, subject: { ...subject, review: id } })
      }),
  }
}

/** What an event says that a review is about. */
function subjectOf(review: Review | null): {
  readonly list: string
  readonly decision: number
  readonly value?: string
  readonly kind?: string
} {
  if (review === null) throw new Error('a review that was just written is not there')
  const { list, decision, about } = review
  return { list, decision, ...(about && { value: about.value, kind: about.kind }) }
}

type ReviewQueries = Omit<ReviewStore, 'open' | 'finish'>

function reviewQueries(sqlite: Database.Database): ReviewQueries {
  const byId = sqlite.prepare<[number], Row>(`${ROW_SQL} WHERE r.id = ?`)
  const acts = sqlite.prepare<[number], Omit<ReviewAct, 'at'> & { readonly at: string }>(
    `SELECT act, at, actor, outcome, reason, review_on AS reviewOn, expires_on AS expiresOn, decision_id AS decision
     FROM review_acts WHERE review_id = ? ORDER BY id`,
  )
  const counts = sqlite.prepare<[string], ReviewCount>(
    `SELECT list_id AS listRowId, cause, count(*) AS open, sum(due_on < ?) AS overdue
     FROM reviews INDEXED BY reviews_waiting WHERE done_at IS NULL GROUP BY list_id, cause ORDER BY list_id, cause`,
  )
  const ofEntry = sqlite.prepare<[object], Row>(
    `${ROW_SQL} WHERE r.entry_id = :entry
     OR (r.entry_id IS NULL AND r.decision_id IN (SELECT value FROM json_each(:decisions))) ORDER BY r.id`,
  )
  const ofUrgent = sqlite.prepare<[number], Row>(
    `${ROW_SQL} WHERE r.decision_id = ? AND r.entry_id IS NULL AND r.cause = 'urgent' ORDER BY r.id DESC LIMIT 1`,
  )
  const ofTarget = {
    decision: sqlite.prepare<[number], Row>(
      `${ROW_SQL} WHERE r.done_at IS NULL AND r.decision_id = ? AND r.entry_id IS NULL`,
    ),
    entry: sqlite.prepare<[number], Row>(`${ROW_SQL} WHERE r.done_at IS NULL AND r.entry_id = ?`),
  }
  return {
    find: (id) => {
      const row = byId.get(id)
      return row === undefined ? null : fromRow(row)
    },
    isKnown: knownQuery(sqlite),
    all: (filter = {}) => {
      const { behind, listRowIds, ...plain } = filter
      const named = { ...plain, ...behind, lists: JSON.stringify(listRowIds ?? []) }
      return sqlite.prepare<[object], Row>(pageSql(filter)).all(named).map(fromRow)
    },
    ofTarget: ({ decision, entry }) =>
      (entry === null ? ofTarget.decision.all(decision) : ofTarget.entry.all(entry)).map(fromRow),
    ofEntry: (entry, decisions) =>
      ofEntry.all({ entry, decisions: JSON.stringify(decisions) }).map(fromRow),
    ofUrgent: (decision) => {
      const row = ofUrgent.get(decision)
      return row === undefined ? null : fromRow(row)
    },
    retiredBy: retiredQuery(sqlite),
    acts: (id) => acts.all(id).map((act) => ({ ...act, at: new Date(act.at) })),
    counts: (today) => counts.all(today),
  }
}

function retiredQuery(sqlite: Database.Database): ReviewStore['retiredBy'] {
  const ofDecision = `entries AS e INDEXED BY entries_retired
    WHERE e.list_id = (SELECT list_id FROM decisions WHERE id = ?) AND e.retired_by IS NOT NULL AND e.retired_by = ?`
  const taken = sqlite
    .prepare<[number, number, number], string>(
      `SELECT ${LINE_SQL} FROM ${ofDecision} ORDER BY value, kind LIMIT ?`,
    )
    .pluck()
  const notBack = sqlite
    .prepare<[number, number], number>(
      `SELECT count(*) FROM ${ofDecision} AND NOT EXISTS (SELECT 1 FROM entries AS live
       WHERE live.list_id = e.list_id AND live.value = e.value AND live.kind = e.kind AND live.retired_by IS NULL)`,
    )
    .pluck()
  return (decision, limit) => ({
    entries: taken.all(decision, decision, limit).map(splitEntryLine),
    stillRetired: notBack.get(decision, decision) ?? 0,
  })
}

function knownQuery(sqlite: Database.Database): ReviewStore['isKnown'] {
  const ofEntry = sqlite
    .prepare<[object], number>(
      `SELECT EXISTS (SELECT 1 FROM reviews WHERE entry_id = :entry AND cause = :cause AND done_at IS NULL) OR
       EXISTS (SELECT 1 FROM reviews WHERE entry_id = :entry AND cause = :cause AND about_on = :aboutOn)`,
    )
    .pluck()
  const ofDecision = sqlite
    .prepare<[object], number>(
      `SELECT EXISTS (SELECT 1 FROM reviews WHERE decision_id = :decision AND entry_id IS NULL AND cause = :cause AND done_at IS NULL) OR
       EXISTS (SELECT 1 FROM reviews WHERE decision_id = :decision AND entry_id IS NULL AND cause = :cause AND about_on = :aboutOn)`,
    )
    .pluck()
  return ({ cause, target: { decision, entry }, aboutOn }) => {
    const asked = { cause, decision, entry, aboutOn }
    return (entry === null ? ofDecision : ofEntry).get(asked) === 1
  }
}

function reviewWriter(sqlite: Database.Database): {
  readonly open: (review: NewReview) => number
  readonly finish: (review: number, done: ReviewDone) => void
} {
  const insert = sqlite.prepare<[object]>(
    `INSERT INTO reviews (list_id, cause, decision_id, entry_id, about_on, opened_at, opened_by, due_on, note)
     VALUES (:listRowId, :cause, :decision, :entry, :aboutOn, :at, :actor, :dueOn, :note)`,
  )
  const act = sqlite.prepare<[object]>(
    `INSERT INTO review_acts (review_id, act, at, actor, outcome, reason, review_on, expires_on, decision_id)
     VALUES (:review, :act, :at, :actor, :outcome, :reason, :reviewOn, :expiresOn, :decision)`,
  )
  const close = sqlite.prepare<[object]>('UPDATE reviews SET done_at = :at WHERE id = :review')
  const date = sqlite.prepare<[object]>(
    `INSERT INTO entry_dates (decision_id, entry_id, review_on, expires_on, review_id)
     VALUES (:decision, :entry, :reviewOn, :expiresOn, :review)`,
  )
  const nothing = { outcome: null, reviewOn: null, expiresOn: null, decision: null }
  return {
    open: ({ target, at: time, ...review }) => {
      const at = time.toISOString()
      const { lastInsertRowid } = insert.run({
        ...review,
        decision: target.decision,
        entry: target.entry,
        at,
      })
      const opened = { ...nothing, review: lastInsertRowid, act: 'opened', at }
      act.run({ ...opened, actor: review.actor, reason: review.note })
      return Number(lastInsertRowid)
    },
    finish: (review, { term, at: time, ...done }) => {
      const at = time.toISOString()
      close.run({ at, review })
      const { reviewOn, expiresOn } = term ?? nothing
      act.run({ ...done, reviewOn, expiresOn, review, act: 'done', at })
      if (term !== null) date.run({ ...term, review })
    },
  }
}

function pageSql(filter: ReviewFilter): string {
  const { listRowId, listRowIds, cause, isOpen, before, behind, limit } = filter
  const where = [
    ...(listRowIds === undefined ? [] : ['r.list_id IN (SELECT value FROM json_each(:lists))']),
    ...(behind === undefined ? [] : ['(r.due_on, r.id) > (:dueOn, :id)']),
    ...(listRowId === undefined ? [] : ['r.list_id = :listRowId']),
    ...(cause === undefined ? [] : ['r.cause = :cause']),
    ...(isOpen === undefined ? [] : [isOpen ? 'r.done_at IS NULL' : 'r.done_at IS NOT NULL']),
    ...(before === undefined ? [] : ['r.id < :before']),
  ]
  return `${ROW_SQL} ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
    ORDER BY ${isOpen === true ? 'r.due_on, r.id' : 'r.id DESC'} LIMIT ${limit === undefined ? '-1' : ':limit'}`
}

function fromRow({ line, openedAt, doneAt, ...row }: Row): Review {
  return {
    ...row,
    openedAt: new Date(openedAt),
    doneAt: doneAt === null ? null : new Date(doneAt),
    about: line === null ? null : splitEntryLine(line),
  }
}
