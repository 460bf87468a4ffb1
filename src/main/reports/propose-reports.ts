import type { Entry } from '../../core/entry.ts'
import { Fault } from '../../core/fault.ts'
import { printReportId } from '../../core/report.ts'
import { readProposalId, type ProposalTerms } from '../../core/proposal.ts'
import { assertMayAct } from '../../curation/assert-may-act.ts'
import {
  assertAnswerable,
  entryOfReport,
  evidenceOf,
  linesOf,
  reasonOf,
  type ReportChanges,
} from '../../curation/reports/plan-report-proposal.ts'
import type { StoredList } from '../../store/list-store.ts'
import type { StoredReport } from '../../store/read-reports.ts'
import { noteRefusal } from '../note-refusal.ts'
import { listNow, type Deciding } from '../proposals/deciding.ts'
import type { ProposalOutcome } from '../proposals/outcome.ts'
import { propose } from '../proposals/propose.ts'
import { listOf, newReportAct, withSame } from './answer-reports.ts'
import { findReports } from './find-report.ts'

/** Reports that become one proposal. */
export interface ReportsProposal extends ReportChanges {
  readonly ids: readonly string[]
  /** Empty for what the reports say. */
  readonly reason: string
  readonly legalBasis: string
  /** Empty for that of the reports. */
  readonly evidence: string
  readonly evidenceSha256: string
  readonly urgent: boolean
  readonly acknowledged: readonly string[]
  /** As `Wanted` of `propose`. */
  readonly override: string | null
}

/** What became of reports. */
export interface ProposedReports {
  readonly list: string
  /** Null where the list had all of it already. */
  readonly outcome: ProposalOutcome | null
  /** The reports that are proposed, others that ask for the same included. */
  readonly reports: readonly string[]
  /** Those whose entry has come onto the list since they were received: they need no proposal. */
  readonly listed: readonly string[]
}

/**
 * Makes one proposal of open reports of one list, and of others that ask for the same, in one transaction; guards and approvals are those of any
 * proposal. Throws `report/not-found`, `report/mixed`, `report/settled`, what `proposeEntry` and `propose` throw, and `entry/already-listed` where
 * the list lets a value pass on purpose.
 */
export function proposeReports(deciding: Deciding, request: ReportsProposal): ProposedReports {
  const { store, person } = deciding
  const list = listNow(deciding, listOf(findReports(store, person, request.ids)))
  const attempt = { store, list, actor: person.name, act: 'add' } as const
  return noteRefusal(attempt, () => store.write(() => proposeNow(deciding, request)))
}

function proposeNow(deciding: Deciding, request: ReportsProposal): ProposedReports {
  const { store, person } = deciding
  const named = findReports(store, person, request.ids)
  assertAnswerable(named)
  // The definition of this moment: its policy is the one that holds.
  const list = listNow(deciding, listOf(named))
  // Before anything of the list is told.
  assertMayAct(person, 'propose-add', list.id)
  const asked = withSame(store, named).map((report) => {
    const entry = entryOfReport(list.definition, report, request)
    return { report, entry, listedBy: findListed(deciding, list, entry) }
  })
  markListed(deciding, asked)
  const fresh = asked.filter(({ listedBy }) => listedBy === null)
  const outcome = fresh.length === 0 ? null : proposeFresh(deciding, { list, fresh, request })
  return {
    list: list.id,
    outcome,
    reports: fresh.map(({ report }) => printReportId(report.id)),
    listed: asked.flatMap(({ report, listedBy }) =>
      listedBy === null ? [] : [printReportId(report.id)],
    ),
  }
}

interface Asked {
  readonly report: StoredReport
  readonly entry: Entry
  /** The decision that has listed it meanwhile. */
  readonly listedBy: number | null
}

/** An entry that covers this one is no reason against it: `guard/covered` tells of that. */
function findListed(
  { store }: Pick<Deciding, 'store'>,
  { id, rowId }: StoredList,
  { value, kind }: Entry,
): number | null {
  const row = store.entries.find(rowId, value).find(({ entry }) => entry.kind === kind)
  if (row === undefined) return null
  if (row.entry.action !== 'passthru') return row.addedBy
  throw new Fault(
    'entry/already-listed',
    `expected a new entry, got the ${kind} ${JSON.stringify(value)}, which ${JSON.stringify(id)} lets pass since decision ${row.addedBy}: «bailiwick entry amend» changes it`,
  )
}

/** One act for each decision that has listed some of them. */
function markListed(deciding: Deciding, asked: readonly Asked[]): void {
  const decisions = new Set(asked.map(({ listedBy }) => listedBy))
  for (const decision of decisions) {
    if (decision === null) continue
    const reports = asked.filter((one) => one.listedBy === decision).map(({ report }) => report)
    deciding.store.reports.act(reports, newReportAct(deciding, 'proposed', { decision }))
  }
}

interface Fresh {
  readonly list: StoredList
  readonly fresh: readonly Asked[]
  readonly request: ReportsProposal
}

function proposeFresh(deciding: Deciding, { list, fresh, request }: Fresh): ProposalOutcome {
  const reports = fresh.map(({ report }) => report)
  const { block, count } = linesOf(fresh.map(({ entry }) => entry))
  const outcome = propose(deciding, {
    ...{ list, act: 'add', acknowledged: request.acknowledged, override: request.override },
    terms: termsOfReports(fresh, request),
    change: { added: [block], retired: [] },
    counts: { added: count, retired: 0, amended: 0 },
  })
  const { decision } = outcome
  const proposal = outcome.proposal === null ? null : readProposalId(outcome.proposal)
  const act = newReportAct(deciding, 'proposed', { proposal, decision })
  deciding.store.reports.act(reports, act)
  return outcome
}

function termsOfReports(fresh: readonly Asked[], request: ReportsProposal): ProposalTerms {
  const reports = fresh.map(({ report }) => report)
  const categories = [...new Set(fresh.map(({ entry }) => entry.category))]
  const { reason, legalBasis, evidence, evidenceSha256, reference, urgent } = request
  return {
    ...{ legalBasis, reference, urgent, source: null, shrinkReason: null },
    reason: reason === '' ? reasonOf(reports) : reason,
    category: categories.length === 1 ? (categories[0] ?? '') : '',
    ...(evidence === '' ? evidenceOf(reports) : { evidence, evidenceSha256 }),
  }
}
