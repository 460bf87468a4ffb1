import { printEntryLine, type Entry } from '../../core/entry.ts'
import { Fault } from '../../core/fault.ts'
import type { ListDefinition } from '../../core/list-definition.ts'
import { printReportId, type ReceivedReport, type ReportState } from '../../core/report.ts'
import { proposeEntry } from '../propose-entry.ts'

/** A report that is to be answered. */
export type AnswerableReport = Pick<
  ReceivedReport,
  'id' | 'list' | 'organisation' | 'value' | 'kind' | 'category' | 'reason' | 'evidence'
> & { readonly evidenceSha256: string; readonly state: ReportState }

/** What whoever proposes says otherwise than the reports do. */
export interface ReportChanges {
  /** Of names alone: what a URL or an address is stays what it is. */
  readonly kind?: string | undefined
  readonly action?: string | undefined
  readonly category?: string | undefined
  /** The public code that all of it shares. */
  readonly reference: string
}

/** Throws `report/settled` for one that doesn't wait for an answer of its own, and `report/mixed` where not all are of one list. */
export function assertAnswerable(reports: readonly AnswerableReport[]): void {
  const lists = [...new Set(reports.map(({ list }) => list))]
  if (lists.length > 1) {
    throw new Fault('report/mixed', `expected reports of one list, got ${lists.join(', ')}`)
  }
  for (const { id, state } of reports) {
    if (state === 'open' || state === 'duplicate') continue
    throw new Fault(
      'report/settled',
      `expected an open report, got ${printReportId(id)}, which is ${state}`,
    )
  }
}

/** The entry that a report asks for. Throws what `proposeEntry` throws. */
export function entryOfReport(
  definition: ListDefinition,
  report: AnswerableReport,
  { kind, action, category, reference }: ReportChanges,
): Entry {
  const isName = report.kind !== 'url' && report.kind !== 'ip'
  return proposeEntry(definition, {
    value: report.value,
    kind: isName ? (kind ?? report.kind) : report.kind,
    action,
    category: category ?? report.category,
    reference,
  })
}

/** Entries each once, by value and kind, as one block of sorted lines. */
export function linesOf(entries: readonly Entry[]): {
  readonly block: Buffer
  readonly count: number
} {
  const byKey = new Map(entries.map((entry) => [`${entry.value}\t${entry.kind}`, entry]))
  // The keys are ASCII: the order of code units is that of bytes.
  const lines = [...byKey.keys()].sort().map((key) => byKey.get(key))
  const text = lines.map((entry) => (entry === undefined ? '' : `${printEntryLine(entry)}\n`))
  return { block: Buffer.from(text.join('')), count: lines.length }
}

/** The reason of a proposal that gives none of its own: the one that all reports have, or who has reported. */
export function reasonOf(reports: readonly AnswerableReport[]): string {
  const reasons = [...new Set(reports.map(({ reason }) => reason))]
  const [reason = ''] = reasons
  if (reasons.length === 1) return reason
  const organisations = [...new Set(reports.map(({ organisation }) => organisation))].sort()
  return `${reports.length} reports of ${organisations.join(', ')}`
}

/** The evidence of one report is the proposal's; of several it lies with the reports. */
export function evidenceOf(reports: readonly AnswerableReport[]): {
  readonly evidence: string
  readonly evidenceSha256: string
} {
  const [first, ...others] = reports
  if (first !== undefined && others.length === 0 && first.evidence !== '') {
    return { evidence: first.evidence, evidenceSha256: first.evidenceSha256 }
  }
  return { evidence: `reports ${printRanges(reports.map(({ id }) => id))}`, evidenceSha256: '' }
}

/** `r1-r3, r7`: thousands of reports that came together are a few words. */
export function printRanges(ids: readonly number[]): string {
  const sorted = [...new Set(ids)].sort((a, b) => a - b)
  const ranges: [number, number][] = []
  for (const id of sorted) {
    const last = ranges.at(-1)
    if (last?.[1] === id - 1) last[1] = id
    else ranges.push([id, id])
  }
  return ranges
    .map(([from, to]) =>
      from === to ? printReportId(from) : `${printReportId(from)}-${printReportId(to)}`,
    )
    .join(', ')
}
