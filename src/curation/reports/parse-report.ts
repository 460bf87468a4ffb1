import { digestSaid } from '../../core/digest-report.ts'
import { parseCategory, parseEntryValue, parseKind } from '../../core/parse-entry.ts'
import { Fault } from '../../core/fault.ts'
import type { ReportTerms } from '../../core/report.ts'
import { guessKind } from '../propose-entry.ts'

/** Limits of what is handed in (`docs/spec/reports.md` §2); of texts in UTF-16 code units. */
export const REPORT_LIMITS = {
  /** Reports of one request. */
  reports: 10_000,
  externalId: 200,
  value: 8192,
  reason: 2000,
  evidence: 1000,
} as const

/** A report as somebody wrote it; what is left out follows from the value, or from who reports. */
export interface WrittenReport {
  readonly externalId: string
  readonly value: string
  readonly list?: string | undefined
  readonly kind?: string | undefined
  readonly category?: string | undefined
  readonly reason: string
  readonly evidence?: string | undefined
  readonly evidenceSha256?: string | undefined
}

/** A report whose value is canonical, before it has a list. */
export interface SaidTerms extends ReportTerms {
  /** The list that was named, or empty. */
  readonly list: string
  /** Tells the same report from another one (`digestSaid`). */
  readonly content: string
}

/**
 * What was reported, in canonical form. Throws `report/invalid`, `entry/invalid`, `name/invalid`, `url/invalid` or `ip/invalid`. Whether a list
 * may have it is for the list to say (`route-report.ts`).
 */
export function parseReport(written: WrittenReport): SaidTerms {
  const { list = '', kind = '' } = written
  // From the network: lengths before anything is read.
  const text = parseLine('value', written.value, REPORT_LIMITS.value)
  const known = kind === '' ? guessKind(text) : parseKind(kind)
  const terms = {
    externalId: parseLine('externalId', written.externalId, REPORT_LIMITS.externalId),
    value: parseEntryValue(known, text),
    category: parseCategory(written.category ?? ''),
    reason: parseText('reason', written.reason),
    ...parseEvidence(written),
  }
  return { ...terms, list, kind: known, content: digestSaid({ ...terms, list, kind }) }
}

function parseEvidence({
  evidence = '',
  evidenceSha256 = '',
}: WrittenReport): Pick<ReportTerms, 'evidence' | 'evidenceSha256'> {
  if (evidenceSha256 !== '' && !/^[0-9a-f]{64}$/.test(evidenceSha256)) {
    throw invalid('evidenceSha256', '64 lower-case hex digits', evidenceSha256)
  }
  if (evidence === '') {
    if (evidenceSha256 === '') return { evidence, evidenceSha256 }
    throw invalid('evidence', 'where the evidence lies, since its digest is given', evidence)
  }
  return { evidence: parseLine('evidence', evidence, REPORT_LIMITS.evidence), evidenceSha256 }
}

/** Something that stands in one line of a table. */
function parseLine(name: string, text: string, max: number): string {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed.length > max) {
    throw invalid(name, `a text of 1 to ${max} characters`, text)
  }
  if (/\p{Cc}|\p{Surrogate}/u.test(trimmed)) {
    throw invalid(name, 'a text without control characters', text)
  }
  return trimmed
}

/** A text of several lines, as people write it in a form. */
function parseText(name: string, written: string): string {
  const text = written.replaceAll('\r\n', '\n').trim()
  const max = REPORT_LIMITS.reason
  if (text === '' || text.length > max)
    throw invalid(name, `a text of 1 to ${max} characters`, text)
  if (/[^\P{Cc}\n\t]|\p{Surrogate}/u.test(text)) {
    throw invalid(name, 'a text without control characters', text)
  }
  return text
}

function invalid(name: string, expected: string, got: string): Fault {
  const shown = got.length > 80 ? `${got.slice(0, 80)}…` : got
  return new Fault(
    'report/invalid',
    `expected ${name} to be ${expected}, got ${JSON.stringify(shown)}`,
  )
}
