import { createHash } from 'node:crypto'
import type { ReceivedReport, ReportTerms } from './report.ts'
import { printSortedJson } from './sorted-json.ts'

/** What a reporter said; `list` is the one that was named, or empty. */
export interface SaidReport extends Omit<ReportTerms, 'externalId' | 'kind'> {
  readonly list: string
  /** As it was named, or empty. */
  readonly kind: string
}

/** Tells the same report from another one under the same id: SHA-256 in lower-case hex (`docs/spec/reports.md` §2). */
export function digestSaid(said: SaidReport): string {
  const { list, value, kind, category, reason, evidence, evidenceSha256 } = said
  const canonical = printSortedJson({
    ...{ list, value, kind, category, reason, evidence, evidenceSha256 },
  })
  return createHash('sha256').update('bailiwick-report/1\n').update(canonical).digest('hex')
}

/** A report as it lies in the database: its time as text, so that an edit of it is found, not stumbled over. */
export type DigestedReport = Omit<ReceivedReport, 'at'> & { readonly at: string }

/** What an event commits to of the reports that came together: SHA-256 in lower-case hex (`docs/spec/events.md` §4). */
export function digestReports(reports: Iterable<DigestedReport>): string {
  const hash = createHash('sha256').update('bailiwick-reports/1\n')
  for (const report of reports) {
    const { id, at } = report
    hash.update(`${printSortedJson({ ...told(report), report: id, at })}\n`)
  }
  return hash.digest('hex')
}

/** By name, so that a member that is added to a row changes no digest. */
function told(report: DigestedReport): Omit<DigestedReport, 'id' | 'at'> {
  const { list, organisation, reporter, externalId, value, kind, category, reason } = report
  const { evidence, evidenceSha256, content } = report
  const { found, foundEntry, foundDecision, foundProposal } = report
  return {
    ...{ list, organisation, reporter, externalId, value, kind, category, reason },
    ...{ evidence, evidenceSha256, content },
    ...{ found, foundEntry, foundDecision, foundProposal },
  }
}
