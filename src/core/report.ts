import type { EntryKind, EntryValue } from './entry.ts'

/**
 * What became of a report (`docs/spec/reports.md` §4): of one that is `open` somebody should make a proposal, or reject it; a `duplicate` goes
 * the way of what asked for the same before.
 */
export const REPORT_STATES = [
  'open',
  'duplicate',
  'proposed',
  'listed',
  'rejected',
  'withdrawn',
] as const
export type ReportState = (typeof REPORT_STATES)[number]

/** What is done to a report that is there. */
export const REPORT_ACTS = ['proposed', 'rejected', 'withdrawn'] as const
export type ReportActName = (typeof REPORT_ACTS)[number]

/** What was there already when a report came: an entry of the list that blocks its value, or an open proposal that would. */
export const REPORT_FINDS = ['', 'listed', 'proposed'] as const
export type ReportFind = (typeof REPORT_FINDS)[number]

/** What a report says, with its value in canonical form. */
export interface ReportTerms {
  /** The reporter's own id of it. */
  readonly externalId: string
  readonly value: EntryValue
  readonly kind: EntryKind
  /** Empty for none. */
  readonly category: string
  readonly reason: string
  /** Where the evidence lies, never the evidence; empty for none. */
  readonly evidence: string
  /** SHA-256 of the evidence in lower-case hex; empty for none. */
  readonly evidenceSha256: string
}

/** What a report has found when it came in. */
export interface ReportFound {
  readonly found: ReportFind
  /** Of `listed`: the entry, as value, tab and kind, and the decision that added it. */
  readonly foundEntry: string
  readonly foundDecision: number | null
  /** Of `proposed`. */
  readonly foundProposal: number | null
}

/** A report as it was received; nothing of it ever changes. */
export interface ReceivedReport extends ReportTerms, ReportFound {
  readonly id: number
  readonly list: string
  /** The name of the reporter's organisation at that time; names never change. */
  readonly organisation: string
  readonly reporter: string
  readonly at: Date
  /** The digest of what the reporter said, by which the same report is known again. */
  readonly content: string
}

/** One line of a report's story. */
export interface ReportAct {
  readonly act: ReportActName
  readonly actor: string
  readonly organisation: string
  readonly at: Date
  readonly text: string
  /** Of `proposed` one of both: the proposal that waits, or the decision that was made at once or stood already. */
  readonly proposal: number | null
  readonly decision: number | null
}

/** Ids as people write them: `r12`. */
export function printReportId(id: number): string {
  return `r${id}`
}

/** Null when it isn't one. */
export function readReportId(text: string): number | null {
  return /^r[1-9]\d{0,14}$/.test(text) ? Number(text.slice(1)) : null
}
