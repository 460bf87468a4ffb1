import { printTime } from '../print-table.ts'
import type { ReportTold } from './describe-report.ts'

/** One report in a few lines. */
export function printReport(told: ReportTold): string {
  const { report, list, value, kind, externalId, organisation, reporter, at, reason } = told
  return [
    `${report} for ${list}: ${value} (${kind}), ${printStanding(told)}`,
    `received at ${printTime(at)} from ${reporter} of ${organisation}, id ${externalId}: ${reason}`,
    ...(told.evidence === '' ? [] : [`evidence: ${printEvidence(told)}`]),
    ...(told.rejectedBefore === null ? [] : [printBefore(told.rejectedBefore)]),
    ...(told.isListedNow ? [`${list} has come to block it`] : []),
    '',
  ].join('\n')
}

/** `open`, or what it is and why. */
export function printStanding({
  state,
  duplicate,
  proposal,
  decision,
  rejected,
}: ReportTold): string {
  if (duplicate !== null) return `duplicate of ${printDuplicate(duplicate)}`
  if (rejected !== null) return `rejected: ${rejected.reason}`
  if (state === 'listed') return decision === null ? state : `listed by decision ${decision}`
  return state === 'proposed' && proposal !== null ? `proposed as ${proposal}` : state
}

function printDuplicate(duplicate: NonNullable<ReportTold['duplicate']>): string {
  switch (duplicate.of) {
    case 'entry':
      return duplicate.entry === null
        ? 'what is listed'
        : `the listed ${duplicate.entry.kind} ${duplicate.entry.value}`
    case 'proposal':
      return `proposal ${duplicate.proposal}`
    case 'report':
      return duplicate.report ?? 'an earlier report'
  }
}

function printEvidence({ evidence, evidenceSha256 }: ReportTold): string {
  return evidenceSha256 === '' ? evidence : `${evidence} (SHA-256 ${evidenceSha256})`
}

function printBefore({ at, reason }: NonNullable<ReportTold['rejectedBefore']>): string {
  return `rejected before, at ${printTime(at)}${reason === null ? '' : `: ${reason}`}`
}
