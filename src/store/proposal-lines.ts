import type Database from 'better-sqlite3'
import { hashLines } from '../core/hash-lines.ts'
import type { DecisionAct, ProposalCounts } from '../core/proposal.ts'
import { batchLines, LINE_SQL } from './entry-line.ts'

/** Where the lines of a revision lie. */
export interface LineSet {
  readonly proposal: number
  /** `proposal_revisions.lines_of`. */
  readonly linesOf: number
}

/** Which of a revision's lines. */
export type LineChange = 'add' | 'retire'

/** How the lines of a revision are to become those of the next: in one pass over the rows, whatever their number. */
export interface LineRewrite {
  /** Values that are left out. */
  readonly without: readonly string[]
  /** What added lines get instead of their own, as it stands in a line; null for what they have. */
  readonly action: string | null
  readonly category: string | null
  readonly reference: string | null
}

export interface ProposalLines {
  /** Writes the lines of a new proposal: new ones as blocks, those to retire by row ids of `entries`. */
  readonly write: (set: LineSet, added: Iterable<Uint8Array>, retired: readonly number[]) => void
  /** Writes the lines of a revision out of those of an earlier one. */
  readonly rewrite: (from: LineSet, to: LineSet, rewrite: LineRewrite) => void
  /** What the lines amount to, and the states of both kinds. Reads all of them. */
  readonly count: (set: LineSet) => ProposalCounts & LineStates
  /** Snapshot lines in blocks, sorted. Other statements may run between two blocks; can be read again. */
  readonly blocks: (set: LineSet, change: LineChange) => Iterable<Uint8Array>
  /** As `blocks` of added lines, without those that the list has by the time they are read. */
  readonly blocksNotListed: (set: LineSet, listRowId: number) => Iterable<Uint8Array>
  /** Up to `limit` lines that follow a value and kind. */
  readonly page: (set: LineSet, change: LineChange, after: LineKey, limit: number) => string[]
}

interface LineStates {
  readonly addedSha256: string
  readonly retiredSha256: string
}

interface LineKey {
  readonly value: string
  readonly kind: string
}

/** Lines in one block: large enough to forget the query, small enough to forget the memory. */
const PAGE_LINES = 10_000

const BEFORE_ALL: LineKey = { value: '', kind: '' }

/** Row ids in one call of json_each. */
const BATCH_ROWS = 5000

export function proposalLines(sqlite: Database.Database): ProposalLines {
  const lines = lineReader(sqlite)
  return {
    ...lineWriter(sqlite),
    count: (set) => {
      const counted = countLines(sqlite, set)
      const hash = (change: LineChange): string => hashLines(lines.blocks(set, change))
      return { ...counted, addedSha256: hash('add'), retiredSha256: hash('retire') }
    },
    ...lines,
  }
}

function lineWriter(sqlite: Database.Database): Pick<ProposalLines, 'write' | 'rewrite'> {
  const add = sqlite.prepare(
    `INSERT INTO proposal_entries (proposal_id, revision, change, value, kind, action, category, reference)
     SELECT ?, ?, 'add', value, ?, ?, ?, ? FROM json_each(?)`,
  )
  const retire = sqlite.prepare(
    // CROSS JOIN keeps the order of the ids, which is that of the lines.
    `INSERT INTO proposal_entries (proposal_id, revision, change, value, kind, action, category, reference)
     SELECT ?, ?, 'retire', entries.value, kind, action, category, reference
     FROM json_each(?) AS asked CROSS JOIN entries ON entries.id = asked.value`,
  )
  const rewrite = sqlite.prepare<[object]>(
    `INSERT INTO proposal_entries (proposal_id, revision, change, value, kind, action, category, reference)
     SELECT proposal_id, :to, change, value, kind,
       iif(change = 'add', coalesce(:action, action), action),
       iif(change = 'add', coalesce(:category, category), category),
       iif(change = 'add', coalesce(:reference, reference), reference)
     FROM proposal_entries WHERE proposal_id = :proposal AND revision = :from
     AND value NOT IN (SELECT value FROM json_each(:without))
     ORDER BY change, value, kind`,
  )
  return {
    write: ({ proposal, linesOf }, added, retired) => {
      for (const { fields, values } of batchLines(added)) {
        const { kind, action, category, reference } = fields
        add.run(proposal, linesOf, kind, action, category, reference, JSON.stringify(values))
      }
      for (let at = 0; at < retired.length; at += BATCH_ROWS) {
        retire.run(proposal, linesOf, JSON.stringify(retired.slice(at, at + BATCH_ROWS)))
      }
    },
    rewrite: (from, to, { without, ...fields }) => {
      const row = { proposal: from.proposal, from: from.linesOf, to: to.linesOf }
      rewrite.run({ ...row, ...fields, without: JSON.stringify(without) })
    },
  }
}

const WHERE_SET = 'proposal_id = :proposal AND revision = :linesOf'

function countLines(sqlite: Database.Database, set: LineSet): ProposalCounts {
  const counted = sqlite
    .prepare<[object], { adds: number; retires: number; amended: number }>(
      `SELECT
         (SELECT count(*) FROM proposal_entries WHERE ${WHERE_SET} AND change = 'add') AS adds,
         (SELECT count(*) FROM proposal_entries WHERE ${WHERE_SET} AND change = 'retire') AS retires,
         (SELECT count(*) FROM proposal_entries AS old JOIN proposal_entries AS new
          ON new.proposal_id = old.proposal_id AND new.revision = old.revision AND new.change = 'add'
          AND new.value = old.value AND new.kind = old.kind
          WHERE old.proposal_id = :proposal AND old.revision = :linesOf AND old.change = 'retire') AS amended`,
    )
    .get({ ...set }) ?? { adds: 0, retires: 0, amended: 0 }
  const { adds, retires, amended } = counted
  return { added: adds - amended, retired: retires - amended, amended }
}

function lineReader(
  sqlite: Database.Database,
): Pick<ProposalLines, 'blocks' | 'blocksNotListed' | 'page'> {
  const select = (more: string): string =>
    `SELECT ${LINE_SQL} FROM proposal_entries AS line WHERE ${WHERE_SET} AND change = :change
     AND (value, kind) > (:value, :kind) ${more} ORDER BY value, kind LIMIT :limit`
  const every = sqlite.prepare<[object], string>(select('')).pluck()
  const fresh = sqlite
    .prepare<[object], string>(
      select(`AND NOT EXISTS (SELECT 1 FROM entries INDEXED BY entries_live WHERE list_id = :listRowId
       AND entries.value = line.value AND entries.kind = line.kind AND retired_by IS NULL)`),
    )
    .pluck()
  return {
    blocks: (set, change) =>
      paged((after) => every.all({ ...set, ...after, change, limit: PAGE_LINES })),
    blocksNotListed: (set, listRowId) =>
      paged((after) =>
        fresh.all({ ...set, ...after, listRowId, change: 'add', limit: PAGE_LINES }),
      ),
    page: (set, change, after, limit) => every.all({ ...set, ...after, change, limit }),
  }
}

/** No statement stays open between two blocks, so that what is read may be written elsewhere. */
function paged(read: (after: LineKey) => readonly string[]): Iterable<Uint8Array> {
  return {
    *[Symbol.iterator]() {
      let after = BEFORE_ALL
      for (;;) {
        const lines = read(after)
        const last = lines.at(-1)
        if (last === undefined) return
        yield Buffer.from(`${lines.join('\n')}\n`, 'latin1')
        if (lines.length < PAGE_LINES) return
        const [value = '', kind = ''] = last.split('\t')
        after = { value, kind }
      }
    },
  }
}

/** How a proposal's lines stand to the list as it is now. */
export interface Comparison extends ProposalCounts {
  /** Lines that ask for what is so already: they are left out. */
  readonly left: number
  /** Lines that ask for a change of something that has become another: the list went on. */
  readonly conflicts: number
  /** A few values of `conflicts`. */
  readonly samples: readonly string[]
  /** Entries that stop to hold: the retired ones, and the amended ones as they were. */
  readonly rows: readonly number[]
}

interface Compared extends LineSet {
  readonly listRowId: number
  readonly act: DecisionAct
}

/**
 * `docs/spec/decisions.md` §6. What an import found listed it would leave alone, so it does the same when it is decided; everything else
 * asks for exactly what its approvers saw.
 */
const VERDICTS_SQL = `WITH verdicts AS (
  SELECT new.value AS value, live.id AS row, CASE
    WHEN old.value IS NULL AND live.id IS NULL THEN 'added'
    WHEN old.value IS NOT NULL AND live.action = old.action AND live.category = old.category
      AND live.reference = old.reference THEN 'amended'
    WHEN live.action = new.action AND live.category = new.category
      AND (:act <> 'amend' OR live.reference = new.reference) THEN 'left'
    WHEN live.id IS NOT NULL AND :act = 'import' THEN 'left'
    ELSE 'conflict' END AS verdict
  FROM proposal_entries AS new
  LEFT JOIN proposal_entries AS old ON old.proposal_id = new.proposal_id AND old.revision = new.revision
    AND old.change = 'retire' AND old.value = new.value AND old.kind = new.kind
  LEFT JOIN entries AS live INDEXED BY entries_live ON live.list_id = :listRowId AND live.value = new.value
    AND live.kind = new.kind AND live.retired_by IS NULL
  WHERE new.proposal_id = :proposal AND new.revision = :linesOf AND new.change = 'add'
  UNION ALL
  SELECT old.value, live.id, CASE
    WHEN live.id IS NULL THEN 'left'
    WHEN live.action = old.action AND live.category = old.category AND live.reference = old.reference THEN 'retired'
    ELSE 'conflict' END
  FROM proposal_entries AS old
  LEFT JOIN entries AS live INDEXED BY entries_live ON live.list_id = :listRowId AND live.value = old.value
    AND live.kind = old.kind AND live.retired_by IS NULL
  WHERE old.proposal_id = :proposal AND old.revision = :linesOf AND old.change = 'retire'
    AND NOT EXISTS (SELECT 1 FROM proposal_entries AS new WHERE new.proposal_id = old.proposal_id
      AND new.revision = old.revision AND new.change = 'add' AND new.value = old.value AND new.kind = old.kind))`

/** Compares all lines with the list, in one pass. */
export function lineComparison(sqlite: Database.Database): (compared: Compared) => Comparison {
  const verdicts = sqlite.prepare<[object], { verdict: string; count: number; rows: string }>(
    `${VERDICTS_SQL} SELECT verdict, count(*) AS count,
       json_group_array(row) FILTER (WHERE verdict IN ('amended', 'retired')) AS rows
     FROM verdicts GROUP BY verdict`,
  )
  const conflicting = sqlite
    .prepare<[object], string>(
      `${VERDICTS_SQL} SELECT DISTINCT value FROM verdicts WHERE verdict = 'conflict' ORDER BY value LIMIT 5`,
    )
    .pluck()
  return (compared) => {
    const found = new Map(verdicts.all({ ...compared }).map((row) => [row.verdict, row]))
    const countOf = (verdict: string): number => found.get(verdict)?.count ?? 0
    const rowsOf = (verdict: string): number[] =>
      JSON.parse(found.get(verdict)?.rows ?? '[]') as number[]
    const conflicts = countOf('conflict')
    return {
      ...{ added: countOf('added'), retired: countOf('retired'), amended: countOf('amended') },
      ...{ left: countOf('left'), conflicts },
      samples: conflicts === 0 ? [] : conflicting.all({ ...compared }),
      rows: [...rowsOf('retired'), ...rowsOf('amended')],
    }
  }
}
