import { REPORT_STATES, type ReportState } from '../../core/report.ts'
import type { WrittenReport } from '../../curation/reports/parse-report.ts'
import type {
  AnsweredReportsView,
  HandedInView,
  ProposedReportsView,
  ReportsProposalRequest,
  ReportView,
} from '../ports/reports.ts'
import { LIST_ID } from './body-of.ts'
import { pageFrom, pageQuery, readCursor, type PageQuery } from './cursor.ts'
import { operation, type AnyOperation } from './operation.ts'
import {
  ANSWERED_REPORTS,
  HAND_IN,
  HANDED_IN,
  MAX_ANSWER_BYTES,
  MAX_REPORTS_BYTES,
  PROPOSE_REPORTS,
  PROPOSED_REPORTS,
  REJECT_REPORTS,
  REPORT,
  REPORT_ID,
  REPORTS,
  WITHDRAW_REPORTS,
} from './report-schemas.ts'

const TAG = 'reports'

interface ReportsQuery extends PageQuery {
  readonly state?: ReportState
  readonly list?: string
  readonly externalId?: string
}

interface ReportPage {
  readonly items: readonly ReportView[]
  readonly next: string | null
}

export const LIST_REPORTS = operation<{ query: ReportsQuery }, ReportPage>({
  ...{ id: 'listReports', method: 'get', path: '/v1/reports', tag: TAG, act: 'read-own-reports' },
  summary: 'Reports that one may see: open ones oldest first, as a queue; others newest first',
  query: pageQuery({
    state: { enum: REPORT_STATES },
    list: LIST_ID,
    externalId: {
      ...{ type: 'string', maxLength: 200 },
      description: "The id that one's own organisation has given it",
    },
  }),
  answer: REPORTS,
  faults: ['list/not-found'],
  places: { 'list/not-found': '/list' },
  run: (desk, { person, query: { cursor, limit, ...filter } }) => {
    const [behind = null] = readCursor<[number]>(cursor, ['number']) ?? []
    const found = desk.reports.page(person, { ...filter, behind, limit: limit + 1 })
    return pageFrom(found, limit, ({ report }) => [Number(report.slice(1))])
  },
})

interface HandInBody {
  readonly reports: readonly WrittenReport[]
  readonly whole?: boolean
}

export const HAND_IN_REPORTS = operation<
  { body: HandInBody },
  { readonly outcomes: readonly HandedInView[] }
>({
  ...{ id: 'report', method: 'post', path: '/v1/reports', tag: TAG, act: 'report' },
  summary: 'Hands reports in, each with its own outcome; the same again is the same reports',
  body: HAND_IN,
  maxBodyBytes: MAX_REPORTS_BYTES,
  answer: HANDED_IN,
  faults: [
    ...(['user/refused', 'report/too-many', 'report/invalid', 'report/route'] as const),
    ...(['report/conflict', 'entry/invalid', 'name/invalid', 'url/invalid', 'ip/invalid'] as const),
  ],
  places: { 'user/refused': '/reports' },
  run: (desk, { person, body: { reports, whole: isWhole = false }, at }) => ({
    outcomes: desk.reports.handIn(person, { reports, isWhole }, at),
  }),
})

export const SHOW_REPORT = operation<{ params: { readonly report: string } }, ReportView>({
  ...{ id: 'showReport', method: 'get', path: '/v1/reports/{report}', tag: TAG },
  ...{ act: 'read-own-reports', summary: 'A report, and what became of it' },
  params: { report: REPORT_ID },
  answer: REPORT,
  faults: ['report/not-found'],
  run: (desk, { person, params }) => desk.reports.find(person, params.report),
})

const ANSWER_FAULTS = [
  ...(['report/not-found', 'report/mixed', 'report/settled', 'user/refused'] as const),
] as const

const ANSWER_PLACES = {
  'report/not-found': '/reports',
  'report/mixed': '/reports',
  'report/settled': '/reports',
  'user/refused': '/reports',
} as const

export const PROPOSE_FROM_REPORTS = operation<
  { body: ReportsProposalRequest },
  ProposedReportsView
>({
  ...{ id: 'proposeReports', method: 'post', path: '/v1/reports/proposals', tag: TAG },
  ...{ act: 'propose-add', summary: 'Makes one proposal of open reports of one list' },
  body: PROPOSE_REPORTS,
  maxBodyBytes: MAX_ANSWER_BYTES,
  answer: PROPOSED_REPORTS,
  faults: [
    ...ANSWER_FAULTS,
    ...(['entry/already-listed', 'entry/invalid', 'name/invalid', 'guard/stopped'] as const),
    ...(['proposal/urgent', 'proposal/incomplete', 'proposal/warned'] as const),
  ],
  places: {
    ...ANSWER_PLACES,
    'entry/already-listed': '/reports',
    'entry/invalid': '/category',
    'name/invalid': '/reports',
    'guard/stopped': '/reports',
    'proposal/urgent': '/urgent',
    'proposal/warned': '/acknowledge',
    'proposal/incomplete': '/reason',
  },
  run: (desk, { person, body, at }) => desk.reports.propose(person, body, at),
})

interface AnswerBody {
  readonly reports: readonly string[]
  readonly reason?: string
}

export const REJECT_REPORTED = operation<{ body: AnswerBody }, AnsweredReportsView>({
  ...{ id: 'rejectReports', method: 'post', path: '/v1/reports/rejections', tag: TAG },
  ...{ act: 'answer-report', summary: 'Rejects open reports of one list, with a reason' },
  body: REJECT_REPORTS,
  maxBodyBytes: MAX_ANSWER_BYTES,
  answer: ANSWERED_REPORTS,
  faults: ANSWER_FAULTS,
  places: ANSWER_PLACES,
  run: (desk, { person, body: { reports, reason: text = '' }, at }) =>
    desk.reports.reject(person, { reports, text }, at),
})

export const WITHDRAW_REPORTED = operation<{ body: AnswerBody }, AnsweredReportsView>({
  ...{ id: 'withdrawReports', method: 'post', path: '/v1/reports/withdrawals', tag: TAG },
  ...{ act: 'report', summary: "Takes back what one's own organisation has reported" },
  body: WITHDRAW_REPORTS,
  maxBodyBytes: MAX_ANSWER_BYTES,
  answer: ANSWERED_REPORTS,
  faults: ANSWER_FAULTS,
  places: ANSWER_PLACES,
  run: (desk, { person, body: { reports, reason: text = '' }, at }) =>
    desk.reports.withdraw(person, { reports, text }, at),
})

export const REPORT_OPERATIONS: readonly AnyOperation[] = [
  ...[LIST_REPORTS, HAND_IN_REPORTS, PROPOSE_FROM_REPORTS, REJECT_REPORTED, WITHDRAW_REPORTED],
  SHOW_REPORT,
]
