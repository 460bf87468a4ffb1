import type Database from 'better-sqlite3'

/** What became of a list on one day, in UTC. */
export interface DecidedDay {
  readonly day: string
  readonly added: number
  readonly retired: number
  readonly amended: number
  /** The last decision of the day. */
  readonly last: number
}

export interface PublishedDay {
  readonly day: string
  /** How many entries its last serial has. */
  readonly entries: number
  /** That serial. */
  readonly last: number
}

/** What is decided and waits for the next serial. */
export interface WaitingDecisions {
  readonly decisions: number
  readonly added: number
  readonly retired: number
  readonly amended: number
  readonly since: Date | null
}

/** How many proposals wait, by when they were opened. */
export interface OpenProposals {
  readonly listRowId: number
  readonly open: number
  readonly urgent: number
  readonly oldest: Date
  /** Those opened before each of the times that were asked for. */
  readonly before: readonly number[]
}

/** Figures over many rows, each by one query. */
export interface FigureStore {
  /** By day, of decisions after this one. */
  readonly decidedDays: (listRowId: number, after: number) => DecidedDay[]
  /** By day, of serials after this one. */
  readonly publishedDays: (listRowId: number, after: number) => PublishedDay[]
  readonly waiting: (listRowId: number, after: number) => WaitingDecisions
  readonly openProposals: (times: readonly Date[]) => OpenProposals[]
  /** The newest urgent decisions of these lists, newest first. */
  readonly urgentDecisions: (listRowIds: readonly number[], limit: number) => number[]
  /** The sum of what serials above the first up to the second have added and removed. */
  readonly serialChanges: (
    listRowId: number,
    above: number,
    upTo: number,
  ) => { readonly added: number; readonly removed: number }
  /** Serials of these lists, in the order in which they were made, newest first, those made before the one with the number `before`. */
  readonly serials: (
    listRowIds: readonly number[],
    page: { readonly before: number; readonly limit: number },
  ) => { readonly number: number; readonly listRowId: number; readonly serial: number }[]
  /** The first serial that has a decision. */
  readonly firstWith: (
    listRowId: number,
    decision: number,
  ) => { readonly serial: number; readonly decision: number; readonly publishedAt: Date } | null
}

const DECIDED = `SELECT substr(decided_at, 1, 10) AS day, sum(added) AS added, sum(retired) AS retired,
  sum(amended) AS amended, max(id) AS last FROM decisions WHERE list_id = ? AND id > ? GROUP BY 1 ORDER BY 1`

// SQLite takes `entries` from the row that has the greatest serial.
const PUBLISHED = `SELECT substr(published_at, 1, 10) AS day, entries, max(serial) AS last
  FROM publications WHERE list_id = ? AND serial > ? GROUP BY 1 ORDER BY 1`

const WAITING = `SELECT count(*) AS decisions, coalesce(sum(added), 0) AS added, coalesce(sum(retired), 0) AS retired,
  coalesce(sum(amended), 0) AS amended, min(decided_at) AS since FROM decisions WHERE list_id = ? AND id > ?`

type Row<T> = { readonly [K in keyof T]: Date extends T[K] ? string | Exclude<T[K], Date> : T[K] }

export function figureStore(sqlite: Database.Database): FigureStore {
  const decided = sqlite.prepare<[number, number], DecidedDay>(DECIDED)
  const published = sqlite.prepare<[number, number], PublishedDay>(PUBLISHED)
  const waiting = sqlite.prepare<[number, number], Row<WaitingDecisions>>(WAITING)
  return {
    decidedDays: (listRowId, after) => decided.all(listRowId, after),
    publishedDays: (listRowId, after) => published.all(listRowId, after),
    waiting: (listRowId, after) => {
      const row = waiting.get(listRowId, after)
      if (row === undefined) throw new Error('a sum has no row')
      return { ...row, since: row.since === null ? null : new Date(row.since) }
    },
    ...proposalFigures(sqlite),
    ...serialFigures(sqlite),
  }
}

interface ProposalRow {
  readonly listRowId: number
  readonly openedAt: string
  readonly urgent: number
}

function proposalFigures(
  sqlite: Database.Database,
): Pick<FigureStore, 'openProposals' | 'urgentDecisions'> {
  const open = sqlite.prepare<[], ProposalRow>(
    `SELECT p.list_id AS listRowId, p.opened_at AS openedAt, r.urgent FROM proposals AS p
     JOIN proposal_revisions AS r ON r.proposal_id = p.id AND r.revision = p.revision
     WHERE p.state = 'open' ORDER BY p.list_id, p.opened_at`,
  )
  const urgent = sqlite
    .prepare<[string, number], number>(
      `SELECT id FROM decisions WHERE urgent AND list_id IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT ?`,
    )
    .pluck()
  return {
    openProposals: (times) => {
      const texts = times.map((time) => time.toISOString())
      const lists = new Map<number, ProposalRow[]>()
      for (const row of open.all()) {
        const rows = lists.get(row.listRowId)
        if (rows === undefined) lists.set(row.listRowId, [row])
        else rows.push(row)
      }
      return [...lists].map(([listRowId, rows]) => ({
        ...{ listRowId, open: rows.length, urgent: rows.filter((row) => row.urgent === 1).length },
        oldest: new Date(rows[0]?.openedAt ?? 0),
        before: texts.map((text) => rows.filter(({ openedAt }) => openedAt < text).length),
      }))
    },
    urgentDecisions: (listRowIds, limit) => urgent.all(JSON.stringify(listRowIds), limit),
  }
}

function serialFigures(
  sqlite: Database.Database,
): Pick<FigureStore, 'serialChanges' | 'serials' | 'firstWith'> {
  const changes = sqlite.prepare<
    [number, number, number],
    { readonly added: number; readonly removed: number }
  >(
    `SELECT coalesce(sum(added), 0) AS added, coalesce(sum(removed), 0) AS removed
     FROM publications WHERE list_id = ? AND serial > ? AND serial <= ?`,
  )
  const serials = sqlite.prepare<
    [string, number, number],
    { readonly number: number; readonly listRowId: number; readonly serial: number }
  >(
    `SELECT id AS number, list_id AS listRowId, serial FROM publications
     WHERE list_id IN (SELECT value FROM json_each(?)) AND id < ? ORDER BY id DESC LIMIT ?`,
  )
  const first = sqlite.prepare<
    [number, number],
    { readonly serial: number; readonly decision: number; readonly publishedAt: string }
  >(
    `SELECT serial, decision, published_at AS publishedAt FROM publications
     WHERE list_id = ? AND decision >= ? ORDER BY serial LIMIT 1`,
  )
  return {
    serialChanges: (listRowId, above, upTo) =>
      changes.get(listRowId, above, upTo) ?? { added: 0, removed: 0 },
    serials: (listRowIds, { before, limit }) =>
      serials.all(JSON.stringify(listRowIds), before, limit),
    firstWith: (listRowId, decision) => {
      const row = first.get(listRowId, decision)
      return row === undefined ? null : { ...row, publishedAt: new Date(row.publishedAt) }
    },
  }
}
