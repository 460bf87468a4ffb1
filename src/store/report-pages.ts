import type Database from 'better-sqlite3'
import type { ReportState } from '../core/report.ts'

/** Which reports somebody may see, and which of them are wanted. */
export interface ReportQuestion {
  /** Lists of which all reports may be seen. */
  readonly listRowIds: readonly number[]
  /** Lists of which those of one organisation may be seen. */
  readonly ownListRowIds: readonly number[]
  readonly organisation: string
  readonly state?: ReportState
  /** Open ones come oldest first, as a queue, others newest first; those after this id in that order are wanted. */
  readonly after?: number
  readonly limit: number
}

/** The statements that a page is made of: a row, and the first report of the same that waits. */
export interface PageSql {
  readonly row: string
  readonly first: string
}

interface PageRow {
  readonly id: number
}

/** What is stored as what, so that each part is one range of an index in the order of ids. */
function branches({ first }: PageSql): Readonly<Record<ReportState, readonly string[]>> {
  return {
    open: [`r.state = 'open' AND (${first}) IS NULL`],
    duplicate: [
      `r.state = 'open' AND (${first}) IS NOT NULL`,
      `r.state = 'joined'`,
      `r.state = 'duplicate'`,
    ],
    proposed: [`r.state = 'proposed'`],
    listed: [`r.state = 'listed'`],
    rejected: [`r.state = 'rejected'`],
    withdrawn: [`r.state = 'withdrawn'`],
  }
}

/** Reads pages of reports: each part of the question up to the limit, then the first of all parts. */
export function reportPages(
  sqlite: Database.Database,
  sql: PageSql,
): (question: ReportQuestion) => PageRow[] {
  const byState = branches(sql)
  return (question) => {
    const { state, after, limit } = question
    const isQueue = state === 'open'
    const edge = after === undefined ? '' : `AND r.id ${isQueue ? '>' : '<'} :after`
    const order = `ORDER BY r.id ${isQueue ? 'ASC' : 'DESC'} LIMIT :limit`
    const read = (where: string, more: object): PageRow[] =>
      sqlite
        .prepare<[object], PageRow>(`${sql.row} WHERE ${where} ${edge} ${order}`)
        .all({ ...more, after, limit })
    const rows = [...ofLists(question, byState, read), ...ofOrganisation(question, byState, read)]
    return rows.sort((a, b) => (isQueue ? a.id - b.id : b.id - a.id)).slice(0, limit)
  }
}

type Branches = ReturnType<typeof branches>
type Read = (where: string, more: object) => PageRow[]

function ofLists({ listRowIds, state }: ReportQuestion, byState: Branches, read: Read): PageRow[] {
  if (listRowIds.length === 0) return []
  if (state === undefined) {
    const lists = JSON.stringify(listRowIds)
    return read('+r.list_id IN (SELECT value FROM json_each(:lists))', { lists })
  }
  return listRowIds.flatMap((list) =>
    byState[state].flatMap((branch) => read(`r.list_id = :list AND ${branch}`, { list })),
  )
}

function ofOrganisation(
  { ownListRowIds, organisation, state }: ReportQuestion,
  byState: Branches,
  read: Read,
): PageRow[] {
  if (ownListRowIds.length === 0) return []
  const wanted = state === undefined ? Object.values(byState).flat() : byState[state]
  const lists = JSON.stringify(ownListRowIds)
  return wanted.flatMap((branch) =>
    read(
      `r.organisation = :organisation AND ${branch} AND +r.list_id IN (SELECT value FROM json_each(:lists))`,
      { organisation, lists },
    ),
  )
}
