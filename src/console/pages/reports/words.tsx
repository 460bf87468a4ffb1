import type { JSX } from 'hono/jsx/jsx-runtime'
import type { ReportView } from '../../ports/reports.ts'
import type { Texts } from '../../texts/texts.ts'
import { may, type Visit } from '../visit.ts'

/** What became of a report, with a link to what it became where whoever looks may see that. */
export function Standing({
  visit,
  report,
}: {
  readonly visit: Visit
  readonly report: ReportView
}): JSX.Element {
  const text = standing(visit.t, report)
  const { proposal, list, state } = report
  const isShown = proposal !== null && state !== 'open' && may(visit, 'read-reasons', list)
  return isShown ? <a href={`/console/proposals/${proposal}`}>{text}</a> : <>{text}</>
}

function standing({ reports: words }: Texts, report: ReportView): string {
  const { state, duplicate, rejected, decision, proposal } = report
  if (duplicate !== null) return duplicateOf(words, duplicate)
  if (rejected !== null) return words.rejectedFor(rejected.reason)
  if (decision !== null) return words.listedBy(decision)
  return state === 'proposed' && proposal !== null ? words.proposedAs(proposal) : words[state]
}

function duplicateOf(
  words: Texts['reports'],
  { of, entry, proposal, report }: NonNullable<ReportView['duplicate']>,
): string {
  if (of === 'proposal') return words.duplicateOfProposal(proposal ?? '')
  if (of === 'report') {
    return report === null ? words.duplicateOfEarlier : words.duplicateOfReport(report)
  }
  return entry === null
    ? words.duplicateOfListed
    : words.duplicateOfEntry(`${entry.value} (${entry.kind})`)
}
