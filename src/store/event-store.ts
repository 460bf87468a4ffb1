import type Database from 'better-sqlite3'
import type { EventFinding } from '../core/check-events.ts'
import {
  isObject,
  nextEvent,
  NO_HASH,
  readJson,
  type ChainEvent,
  type ChainHead,
  type EventSubject,
  type NewEvent,
} from '../core/event.ts'
import { printSortedJson } from '../core/sorted-json.ts'
import { checkHistory, describeBefore } from './check-history.ts'
import { translated } from './entry-store.ts'
import { historyRows, type HistoryRows } from './history-rows.ts'

/** An act to be recorded. Without an actor it is whoever opened the store. */
export interface StoredAct extends Omit<NewEvent, 'actor'> {
  readonly actor?: string
}

/** The chain of decisions (`docs/spec/events.md`). */
export interface EventStore {
  /** The newest event. */
  readonly head: () => ChainHead
  /**
   * Records an act, and can do so only inside `store.write`, in the transaction that does the act: both are committed or neither.
   * Faults: `event/too-large`.
   */
  readonly append: (act: StoredAct) => ChainEvent
  /** As `append`, unless the newest event of this act on this list (`subject.list`) says the same: for what is tried again by the clock. */
  readonly appendNews: (act: StoredAct) => void
  /** From event `from` on, at most `limit`. Streams. */
  readonly all: (from?: number, limit?: number) => Iterable<ChainEvent>
  /** The newest that are wanted. No more than `maxLooked` are looked through; `next` is what to go on before, null at the end. */
  readonly page: (wanted: WantedEvents) => {
    readonly events: readonly ChainEvent[]
    readonly next: number | null
  }
  /** What is wrong with the chain, and with the rows that it commits to; slow (reads everything), and on one view of the database. */
  readonly check: (known?: readonly ChainHead[]) => EventFinding[]
}

export interface WantedEvents {
  /** Older than this; null for the newest. */
  readonly before: number | null
  readonly limit: number
  readonly maxLooked: number
  readonly actor?: string
  readonly act?: string
  /** At or after it, and before it: as ISO 8601 sorts. */
  readonly from?: string
  readonly to?: string
  /** Only what is about these (`subject.list`); null for whatever. */
  readonly lists: readonly string[] | null
}

/** What a store needs to record an act in the transaction that does it. */
export interface Recorder {
  readonly write: <T>(work: () => T) => T
  readonly events: Pick<EventStore, 'append'>
  readonly rows: Pick<HistoryRows, 'read' | 'digestDecision'>
}

export interface EventStoreDeps {
  readonly read: <T>(work: () => T) => T
  readonly translate: (error: unknown) => unknown
  readonly actor: string
  readonly now: () => Date
}

interface Row extends Omit<ChainEvent, 'subject'> {
  readonly subject: string
}

const COLUMNS = 'number, at, actor, act, subject, previous, hash'

export function eventStore(sqlite: Database.Database, deps: EventStoreDeps): EventStore {
  const { read, translate, actor, now } = deps
  const rows = historyRows(sqlite)
  const newest = sqlite.prepare<[], ChainHead>(
    'SELECT number, hash FROM events ORDER BY number DESC LIMIT 1',
  )
  const insert = sqlite.prepare<Row>(
    `INSERT INTO events (${COLUMNS}) VALUES (:number, :at, :actor, :act, :subject, :previous, :hash)`,
  )
  const lastOf = sqlite
    .prepare<[string, unknown], string>(
      "SELECT subject FROM events WHERE act = ? AND json_extract(subject, '$.list') IS ? ORDER BY number DESC LIMIT 1",
    )
    .pluck()

  const head = (): ChainHead => newest.get() ?? { number: 0, hash: NO_HASH }
  function append(act: StoredAct): ChainEvent {
    if (!sqlite.inTransaction) throw new Error('expected the transaction of the act, got none')
    const event = nextEvent(head(), { actor, ...act, at: now() })
    insert.run({ ...event, subject: printSortedJson(event.subject) })
    return event
  }
  function all(from = 1, limit = -1): Iterable<ChainEvent> {
    const text = `SELECT ${COLUMNS} FROM events WHERE number >= ? ORDER BY number LIMIT ?`
    // A statement for each reading, since readings may overlap.
    const open = (): Iterable<Row> =>
      sqlite.prepare<[number, number], Row>(text).iterate(from, limit)
    return mapped(translated(open, translate), fromRow)
  }
  const newestOf = sqlite.prepare<object, Row>(
    `SELECT ${COLUMNS} FROM (
       SELECT ${COLUMNS} FROM events WHERE number < :before ORDER BY number DESC LIMIT :maxLooked
     ) WHERE (:actor IS NULL OR actor = :actor) AND (:act IS NULL OR act = :act)
       AND (:from IS NULL OR at >= :from) AND (:to IS NULL OR at < :to)
       AND (:lists IS NULL OR json_extract(subject, '$.list') IN (SELECT value FROM json_each(:lists)))
     ORDER BY number DESC LIMIT :limit`,
  )
  function page({ before, limit, maxLooked, actor, act, from, to, lists }: WantedEvents) {
    // Numbers have no gaps, so where the looking ends is known beforehand.
    const end = before ?? head().number + 1
    const found = newestOf.all({
      ...{ before: end, maxLooked, limit, actor: actor ?? null, act: act ?? null },
      ...{ from: from ?? null, to: to ?? null, lists: lists && JSON.stringify(lists) },
    })
    const last = found.at(-1)?.number
    const next = found.length === limit && last !== undefined ? last : end - maxLooked
    return { events: found.map(fromRow), next: next > 1 ? next : null }
  }
  return {
    head,
    append,
    page,
    appendNews: (act) => {
      const { list } = act.subject
      if (lastOf.get(act.act, list) !== printSortedJson(act.subject)) append(act)
    },
    all,
    check: (known) => read(() => checkHistory(all(), rows, known)),
  }
}

/**
 * Begins the chain where there is none yet: with the first event, which commits to everything that was there before. Reads all of it, once;
 * safe when several processes open the database at once.
 */
export function beginChain(
  sqlite: Database.Database,
  { head, append }: Pick<EventStore, 'head' | 'append'>,
): void {
  if (head().number > 0) return
  sqlite
    .transaction(() => {
      // Another process may have been first: look again now that the write lock is ours.
      if (head().number > 0) return
      append({ act: 'chain-began', subject: describeBefore(historyRows(sqlite)) })
    })
    .immediate()
}

function fromRow({ subject, ...row }: Row): ChainEvent {
  return { ...row, subject: subjectOf(subject) }
}

/** Our own text, or what somebody made of it: then the hash will tell. */
function subjectOf(text: string): EventSubject {
  const value = readJson(text)
  return isObject(value) && printSortedJson(value) === text
    ? (value as EventSubject)
    : { unreadable: text }
}

function mapped<T, U>(values: Iterable<T>, map: (value: T) => U): Iterable<U> {
  return {
    *[Symbol.iterator]() {
      for (const value of values) yield map(value)
    },
  }
}
