import { ENTRY_KINDS } from '../../core/entry.ts'
import { REPORT_ACTS, REPORT_STATES } from '../../core/report.ts'
import { REPORT_LIMITS } from '../../curation/reports/parse-report.ts'
import {
  answerOf,
  bodyOf,
  INSTANT,
  LIST_ID,
  listOf,
  orNull,
  pageOf,
  SHA256,
  TEXT,
  words,
  YES_NO,
} from './body-of.ts'
import type { Schema } from './operation.ts'
import { OUTCOME } from './proposal-schemas.ts'

/** Bytes of a body that hands in as many reports as there may be, with reasons of some sentences. */
export const MAX_REPORTS_BYTES = 16 * 1024 * 1024
/** Bytes of a body that names as many. */
export const MAX_ANSWER_BYTES = 512 * 1024

export const REPORT_ID: Schema = { type: 'string', pattern: '^r[1-9][0-9]{0,14}$' }

const NULL_TEXT: Schema = { type: ['string', 'null'] }
const NULL_NUMBER: Schema = { type: ['integer', 'null'] }

export const REPORT = answerOf('Report', {
  ...{ report: REPORT_ID, list: LIST_ID, organisation: TEXT, reporter: TEXT, externalId: TEXT },
  ...{ value: TEXT, kind: { enum: ENTRY_KINDS }, category: TEXT, reason: TEXT },
  ...{ evidence: TEXT, evidenceSha256: TEXT, receivedAt: INSTANT, state: { enum: REPORT_STATES } },
  duplicate: orNull(
    answerOf('ReportDuplicate', {
      of: { enum: ['entry', 'proposal', 'report'] },
      entry: orNull(answerOf('ReportedEntry', { value: TEXT, kind: TEXT })),
      ...{ proposal: NULL_TEXT, report: NULL_TEXT },
    }),
  ),
  ...{ proposal: NULL_TEXT, decision: NULL_NUMBER },
  rejected: orNull(answerOf('ReportRejection', { at: INSTANT, reason: TEXT })),
  rejectedBefore: orNull(answerOf('EarlierRejection', { at: INSTANT, reason: NULL_TEXT })),
  isListedNow: YES_NO,
  acts: orNull(
    listOf(
      answerOf('ReportAct', {
        ...{ act: { enum: REPORT_ACTS }, actor: TEXT, organisation: TEXT, at: INSTANT, text: TEXT },
        ...{ proposal: NULL_TEXT, decision: NULL_NUMBER },
      }),
    ),
  ),
})

export const REPORTS = pageOf('Reports', REPORT)

/** What it says is judged report by report, so that one that is wrong keeps nothing from the others. */
const SAID: Schema = { type: 'string', maxLength: 20_000 }

export const HAND_IN = bodyOf(
  {
    reports: {
      ...listOf(
        bodyOf(
          {
            ...{ externalId: SAID, value: SAID, reason: SAID, list: SAID, kind: SAID },
            ...{ category: SAID, evidence: SAID, evidenceSha256: SAID },
          },
          ['list', 'kind', 'category', 'evidence', 'evidenceSha256'],
        ),
      ),
      ...{ minItems: 1, maxItems: REPORT_LIMITS.reports },
    },
    whole: { ...YES_NO, description: 'Takes all of them, or none' },
  },
  ['whole'],
)

export const HANDED_IN = answerOf('HandedIn', {
  outcomes: listOf({
    oneOf: [
      answerOf('TakenReport', {
        ...{ externalId: TEXT, outcome: { enum: ['received', 'known'] }, report: REPORT_ID },
        ...{ list: LIST_ID, state: { enum: REPORT_STATES }, error: { type: 'null' } },
      }),
      answerOf('RefusedReport', {
        ...{ externalId: TEXT, outcome: { const: 'refused' } },
        error: answerOf('WhyRefused', { code: TEXT, message: TEXT }),
      }),
    ],
  }),
})

const NAMED: Schema = { ...listOf(REPORT_ID), minItems: 1, maxItems: REPORT_LIMITS.reports }
const WORDS: Schema = { type: 'string', maxLength: 4000 }
const SHORT: Schema = { type: 'string', maxLength: 80 }

const TERMS = {
  ...{ reason: WORDS, basis: WORDS, evidence: WORDS },
  evidenceSha256: { anyOf: [SHA256, { const: '' }] },
  ...{ kind: SHORT, action: SHORT, category: SHORT, reference: SHORT, urgent: YES_NO },
  acknowledge: { ...listOf({ type: 'string', maxLength: 60 }), maxItems: 50 },
} satisfies Record<string, Schema>

export const PROPOSE_REPORTS = bodyOf({ reports: NAMED, ...TERMS }, Object.keys(TERMS))

export const PROPOSED_REPORTS = answerOf('ProposedReports', {
  ...{ list: LIST_ID, outcome: orNull(OUTCOME) },
  ...{ reports: listOf(REPORT_ID), listed: listOf(REPORT_ID) },
})

export const REJECT_REPORTS = bodyOf({ reports: NAMED, reason: words(4000) })
export const WITHDRAW_REPORTS = bodyOf({ reports: NAMED, reason: WORDS }, ['reason'])
export const ANSWERED_REPORTS = answerOf('AnsweredReports', {
  ...{ list: LIST_ID, reports: listOf(REPORT_ID) },
})
