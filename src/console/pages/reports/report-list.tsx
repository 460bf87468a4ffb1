import type { JSX } from 'hono/jsx/jsx-runtime'
import { ENTRY_KINDS } from '../../../core/entry.ts'
import { REPORT_STATES } from '../../../core/report.ts'
import { LIST_REPORTS, PROPOSE_FROM_REPORTS, REJECT_REPORTED } from '../../api/report-operations.ts'
import type { ReportView } from '../../ports/reports.ts'
import type { FormFields } from '../form-fields.ts'
import { formAction, type FormAction, type Page } from '../page.ts'
import { Choice, Field, Form } from '../parts/form.tsx'
import { Pager, Table, Time } from '../parts/shown.tsx'
import { may, mayAnywhere, type Visit } from '../visit.ts'
import { Standing } from './words.tsx'

/** Reports that whoever looks may see; those that wait, with what may be made of them. */
export const REPORTS_PAGE: Page = {
  path: '/console/reports',
  show: async (visit) => {
    const { t, url } = visit
    const asked = (name: string): string => url.searchParams.get(name) ?? ''
    const isCurator = mayAnywhere(visit, ['answer-report'])
    const usual = isCurator ? 'open' : ''
    const state = STATES.find((one) => one === url.searchParams.get('state')) ?? usual
    const { items, next } = await visit.ask(LIST_REPORTS, {
      query: { state, list: asked('list'), cursor: asked('cursor'), limit: 50 },
    })
    const isQueue = state === 'open' && items.some((one) => isAnswerable(visit, one))
    const body = (
      <>
        {mayAnywhere(visit, ['report']) && (
          <p>
            <a href="/console/reports/new">{t.reports.handIn}</a>
          </p>
        )}
        <Filter visit={visit} state={state} list={asked('list')} />
        {isQueue ? (
          <Answers visit={visit} items={items} />
        ) : (
          <Reports visit={visit} items={items} hasTicks={false} />
        )}
        <Pager visit={visit} next={next} />
      </>
    )
    return { title: t.reports.title, body }
  },
}

/** Empty for all. */
const STATES = ['', ...REPORT_STATES] as const

const PROPOSE_PATH = '/console/reports/proposals'
const REJECT_PATH = '/console/reports/rejections'

interface FilterProps {
  readonly visit: Visit
  readonly state: string
  readonly list: string
}

function Filter({ visit, state, list }: FilterProps): JSX.Element {
  const { t } = visit
  const options = [
    { value: '', text: t.all },
    ...REPORT_STATES.map((value) => ({ value, text: t.reports[value] })),
  ]
  const field = { visit, action: 'filter' }
  return (
    <form method="get" action={REPORTS_PAGE.path} class="row" aria-label={t.filter}>
      <Choice {...{ ...field, name: 'state', options, value: state }} label={t.state} />
      <Field {...{ ...field, name: 'list', type: 'search', value: list }} label={t.list} />
      <button type="submit">{t.filter}</button>
    </form>
  )
}

interface ReportsProps {
  readonly visit: Visit
  readonly items: readonly ReportView[]
  readonly hasTicks: boolean
}

function Reports({ visit, items, hasTicks }: ReportsProps): JSX.Element {
  const { t } = visit
  const words = t.reports
  const tickAll = <input type="checkbox" data-ticks="report" aria-label={words.tickAll} hidden />
  const head = [
    ...['', words.received, t.list, t.value, t.kind, words.from, words.becameOf, t.reason],
    ...(hasTicks ? [tickAll] : []),
  ]
  const rows = items.map((report) => [
    <a href={`/console/reports/${report.report}`}>{report.report}</a>,
    <Time at={report.receivedAt} />,
    report.list,
    <span class="value">{report.value}</span>,
    report.kind,
    report.organisation,
    <Becoming visit={visit} report={report} />,
    report.reason,
    ...(hasTicks ? [<ReportTick visit={visit} report={report} />] : []),
  ])
  return <Table caption={words.caption} head={head} rows={rows} empty={words.empty} />
}

interface OfReport {
  readonly visit: Visit
  readonly report: ReportView
}

function Becoming({ visit, report }: OfReport): JSX.Element {
  const words = visit.t.reports
  const { rejectedBefore: before } = report
  return (
    <>
      <Standing visit={visit} report={report} />
      {report.isListedNow && ` ${words.nowListed}`}
      {before !== null && (
        <>
          {' '}
          {words.before}: <Time at={before.at} /> {before.reason ?? ''}
        </>
      )}
    </>
  )
}

function isAnswerable(visit: Visit, { list, state }: ReportView): boolean {
  const isOne = may(visit, 'answer-report', list) || may(visit, 'propose-add', list)
  return state === 'open' && isOne
}

function ReportTick({ visit, report }: OfReport): JSX.Element {
  if (!isAnswerable(visit, report)) return <span>–</span>
  const typed = visit.refused?.typed.all('report') ?? []
  return (
    <input
      type="checkbox"
      name="report"
      value={report.report}
      checked={typed.includes(report.report)}
      aria-label={visit.t.reports.tick(report.report)}
    />
  )
}

/** One form with two buttons: the same ticks are proposed, or rejected. */
function Answers({ visit, items }: Omit<ReportsProps, 'hasTicks'>): JSX.Element {
  const { t, refused } = visit
  const words = t.reports
  const action = refused?.action === REJECT_PATH ? REJECT_PATH : PROPOSE_PATH
  const kinds = ENTRY_KINDS.filter((kind) => kind !== 'url' && kind !== 'ip')
  const field = { visit, action }
  return (
    <Form visit={visit} action={action} label={words.answer}>
      <Reports visit={visit} items={items} hasTicks />
      {refused?.errors.has('report') === true && (
        <p class="error">{refused.errors.get('report')}</p>
      )}
      <section aria-labelledby="propose" class="panel">
        <h2 id="propose">{words.propose}</h2>
        <Field
          {...{ ...field, name: 'reason', rows: 2, hint: words.proposeReasonHint }}
          label={words.proposeReason}
        />
        <Field {...field} name="basis" label={t.basis} hint={t.proposals.basisHint} />
        <div class="row">
          <Choice
            {...{ ...field, name: 'kind' }}
            options={[
              { value: '', text: words.kindAny },
              ...kinds.map((value) => ({ value, text: value })),
            ]}
            label={t.kind}
          />
          <Field {...field} name="category" label={t.category} />
        </div>
        <button type="submit" formaction={PROPOSE_PATH}>
          {words.propose}
        </button>
      </section>
      <section aria-labelledby="reject" class="panel">
        <h2 id="reject">{words.reject}</h2>
        <Field
          {...{ ...field, name: 'answer', rows: 2, hint: words.rejectHint }}
          label={words.rejectReason}
        />
        <button type="submit" class="bad" formaction={REJECT_PATH}>
          {words.reject}
        </button>
      </section>
    </Form>
  )
}

export const ANSWER_ACTIONS: readonly FormAction[] = [
  formAction({
    ...{ path: PROPOSE_PATH, operation: PROPOSE_FROM_REPORTS, page: REPORTS_PAGE },
    fields: { '/reports': 'report' },
    input: (fields) => ({ body: proposalOf(fields) }),
    next: ({ outcome }) => {
      if (outcome === null) return { to: REPORTS_PAGE.path, done: 'saved' }
      return outcome.proposal === null
        ? { to: REPORTS_PAGE.path, done: 'decided' }
        : { to: `/console/proposals/${outcome.proposal}`, done: 'proposed' }
    },
  }),
  formAction({
    ...{ path: REJECT_PATH, operation: REJECT_REPORTED, page: REPORTS_PAGE },
    fields: { '/reports': 'report', '/reason': 'answer' },
    input: (fields) => ({ body: { reports: fields.all('report'), reason: fields.text('answer') } }),
    next: () => ({ to: REPORTS_PAGE.path, done: 'rejected' }),
  }),
]

function proposalOf(fields: FormFields): object {
  return {
    reports: fields.all('report'),
    ...fields.optional('reason'),
    ...fields.optional('basis'),
    ...fields.optional('kind'),
    ...fields.optional('category'),
  }
}
