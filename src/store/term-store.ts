import type Database from 'better-sqlite3'
import type { ReviewTarget, Term } from '../core/review.ts'
import { translated } from './entry-store.ts'

/** Up to which days terms are wanted. */
export interface TermBounds {
  readonly reviewOn: string
  readonly expiresOn: string
}

/**
 * When the entries of a list are looked at again and when they end. The newest word counts: the decision that added an entry; a mirror that found it,
 * for that says that it is still meant; or a review (`docs/review.md` §1).
 */
export interface TermStore {
  /** The terms whose review or end is not later than the bounds, of targets that have entries on the list; by decision, then by entry. */
  readonly due: (listRowId: number, bounds: TermBounds) => Term[]
  /** The days of a target now; null when it has no entry on the list. */
  readonly find: (listRowId: number, target: ReviewTarget) => Term | null
  /** The term of one entry that is on the list: its own, or that of its decision. Null when it is not there. */
  readonly ofEntry: (listRowId: number, entry: number) => Term | null
  /** Row ids of the entries of a target that are on the list. Streams. */
  readonly held: (listRowId: number, target: ReviewTarget) => Iterable<number>
  readonly countHeld: (listRowId: number, target: ReviewTarget) => number
  /** Whether a later mirror says the days of what a decision added. */
  readonly isOvertaken: (listRowId: number, decision: number) => boolean
}

/**
 * The decisions whose word still counts are the list's newest mirror and what was decided since; without a mirror, all. `:mirror` is its number, or 0. The newest days that a review gave to all of a
 * decision's entries take the place of the decision's own.
 */
const DECISION_TERMS = `SELECT d.id AS decision, NULL AS entry,
  iif(t.id IS NULL, d.review_on, t.review_on) AS reviewOn, iif(t.id IS NULL, d.expires_on, t.expires_on) AS expiresOn
  FROM decisions AS d LEFT JOIN entry_dates AS t
  ON t.id = (SELECT max(id) FROM entry_dates WHERE decision_id = d.id AND entry_id IS NULL)
  WHERE d.list_id = :list AND d.id >= :mirror`

/** Days of single entries, as long as no mirror has found the entry since. */
const ENTRY_TERMS = `SELECT t.decision_id AS decision, t.entry_id AS entry, t.review_on AS reviewOn, t.expires_on AS expiresOn
  FROM entry_dates AS t CROSS JOIN entries AS e ON e.id = t.entry_id
  WHERE t.entry_id IS NOT NULL AND t.id = (SELECT max(id) FROM entry_dates WHERE entry_id = t.entry_id)
  AND e.list_id = :list AND e.retired_by IS NULL AND t.decision_id = max(e.added_by, :mirror)`

/** The entries of decision `:decision` that go by its days. */
const HELD = `FROM entries AS e INDEXED BY entries_held
  WHERE e.list_id = :list AND e.retired_by IS NULL
  AND e.added_by BETWEEN iif(:decision = :mirror, 0, :decision) AND iif(:decision < :mirror, -1, :decision)
  AND NOT EXISTS (SELECT 1 FROM entry_dates AS own WHERE own.entry_id = e.id AND own.decision_id = :decision)`

const IS_DUE = '(reviewOn <= :reviewOn OR expiresOn <= :expiresOn)'

interface Named {
  readonly list: number
  readonly mirror: number
}

/** `translate` is what errors become while an iterable is being read. */
export function termStore(
  sqlite: Database.Database,
  translate: (error: unknown) => unknown,
): TermStore {
  const newestMirror = sqlite
    .prepare<[number], number>(
      `SELECT coalesce(max(id), 0) FROM decisions WHERE list_id = ? AND act = 'mirror'`,
    )
    .pluck()
  const of = (list: number): Named => ({ list, mirror: newestMirror.get(list) ?? 0 })
  const due = sqlite.prepare<[object], Term>(
    `SELECT * FROM (${DECISION_TERMS}) WHERE ${IS_DUE} AND EXISTS (SELECT 1 ${HELD.replaceAll(':decision', 'decision')})
     UNION ALL SELECT * FROM (${ENTRY_TERMS}) WHERE ${IS_DUE} ORDER BY 1, 2`,
  )
  const decisionTerm = sqlite.prepare<[object], Term>(
    `${DECISION_TERMS} AND d.id = :decision AND EXISTS (SELECT 1 ${HELD})`,
  )
  const entryTerm = entryTermQuery(sqlite)
  const count = sqlite.prepare<[object], number>(`SELECT count(*) ${HELD}`).pluck()
  const isListed = sqlite.prepare<[object], number>(`SELECT count(*) ${LISTED}`).pluck()
  const ofEntry = (list: number, entry: number): Term | null => entryTerm({ ...of(list), entry })
  return {
    due: (list, bounds) => due.all({ ...of(list), ...bounds }),
    find: (list, { decision, entry }) =>
      entry === null ? (decisionTerm.get({ ...of(list), decision }) ?? null) : ofEntry(list, entry),
    ofEntry,
    isOvertaken: (list, decision) => of(list).mirror > decision,
    held: (list, { decision, entry }) => {
      if (entry !== null) return isListed.get({ list, entry }) === 1 ? [entry] : []
      // A statement for each reading, since readings may overlap.
      const reading = sqlite.prepare<[object], number>(`SELECT e.id ${HELD}`).pluck()
      return translated(() => reading.iterate({ ...of(list), decision }), translate)
    },
    countHeld: (list, { decision, entry }) =>
      (entry === null ? count.get({ ...of(list), decision }) : isListed.get({ list, entry })) ?? 0,
  }
}

const LISTED = 'FROM entries WHERE id = :entry AND list_id = :list AND retired_by IS NULL'

/** The entry's own term, or that of the decision that says its days. */
function entryTermQuery(
  sqlite: Database.Database,
): (named: Named & { readonly entry: number }) => Term | null {
  const own = sqlite.prepare<[object], Term>(`${ENTRY_TERMS} AND t.entry_id = :entry`)
  const base = sqlite.prepare<[object], number>(`SELECT max(added_by, :mirror) ${LISTED}`).pluck()
  const ofDecision = sqlite.prepare<[object], Term>(`${DECISION_TERMS} AND d.id = :decision`)
  return (named) => {
    const term = own.get(named)
    if (term !== undefined) return term
    const decision = base.get(named)
    const said = decision === undefined ? undefined : ofDecision.get({ ...named, decision })
    return said === undefined ? null : { ...said, entry: named.entry }
  }
}
