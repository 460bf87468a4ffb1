import type { JSX } from 'hono/jsx/jsx-runtime'
import { SHOW_REPORT, WITHDRAW_REPORTED } from '../../api/report-operations.ts'
import type { ReportView } from '../../ports/reports.ts'
import { formAction, type Page } from '../page.ts'
import { Field, Form } from '../parts/form.tsx'
import { Facts, Time } from '../parts/shown.tsx'
import { may, type Visit } from '../visit.ts'
import { Standing } from './words.tsx'

interface Part {
  readonly visit: Visit
  readonly report: ReportView
}

/** A report: what it says, and what became of it. */
export const REPORT_PAGE: Page = {
  path: '/console/reports/:report',
  show: async (visit) => {
    const params = { report: visit.params['report'] ?? '' }
    const report = await visit.ask(SHOW_REPORT, { params })
    const body = (
      <>
        <About visit={visit} report={report} />
        {mayWithdraw(visit, report) && <Withdraw visit={visit} report={report} />}
        <Story visit={visit} report={report} />
      </>
    )
    return { title: `${report.report}: ${report.value}`, body }
  },
}

function About({ visit, report }: Part): JSX.Element {
  const { t } = visit
  const words = t.reports
  const { rejectedBefore: before } = report
  return (
    <Facts
      facts={[
        [
          words.becameOf,
          <strong>
            <Standing visit={visit} report={report} />
          </strong>,
        ],
        ...(report.isListedNow ? [['', words.nowListed] as const] : []),
        [t.list, report.list],
        [t.value, <span class="value">{report.value}</span>],
        [t.kind, report.kind],
        ...optional(t.category, report.category),
        [words.why, report.reason],
        ...optional(t.evidence, report.evidence),
        ...optional(t.evidenceSha256, report.evidenceSha256),
        [words.from, t.signedInAs(report.reporter, report.organisation)],
        [words.theirId, report.externalId],
        [words.received, <Time at={report.receivedAt} />],
        ...(before === null
          ? []
          : [
              [
                words.before,
                <>
                  <Time at={before.at} /> {before.reason ?? ''}
                </>,
              ] as const,
            ]),
      ]}
    />
  )
}

function optional(name: string, what: string): (readonly [string, string])[] {
  return what === '' ? [] : [[name, what]]
}

function Story({ visit: { t }, report: { acts } }: Part): JSX.Element {
  if (acts === null || acts.length === 0) return <></>
  const words = t.reports
  return (
    <section aria-labelledby="story">
      <h2 id="story">{words.story}</h2>
      <ol class="story">
        {acts.map(({ act, at, actor, organisation, text, proposal, decision }) => (
          <li>
            <Time at={at} /> {t.signedInAs(actor, organisation)} {words.actNames[act]}
            {proposal !== null && ` (${proposal})`}
            {decision !== null && ` (${t.proposals.decision} ${decision})`}
            {text !== '' && `: ${text}`}
          </li>
        ))}
      </ol>
    </section>
  )
}

/** What the rules say is asked again when it is done. */
function mayWithdraw(visit: Visit, { list, organisation, state, duplicate }: ReportView): boolean {
  const isWaiting = state === 'open' || (state === 'duplicate' && duplicate?.of !== 'entry')
  return isWaiting && organisation === visit.person.organisation.name && may(visit, 'report', list)
}

function Withdraw({ visit, report }: Part): JSX.Element {
  const { t } = visit
  const action = `/console/reports/${report.report}/withdrawal`
  return (
    <section aria-labelledby="withdraw" class="panel">
      <h2 id="withdraw">{t.reports.withdraw}</h2>
      <p class="hint">{t.reports.withdrawHint}</p>
      <Form visit={visit} action={action} label={t.reports.withdraw}>
        <Field {...{ visit, action, name: 'reason', rows: 2 }} label={t.reason} />
        <button type="submit" class="bad">
          {t.reports.withdraw}
        </button>
      </Form>
    </section>
  )
}

export const WITHDRAW_REPORT = formAction({
  path: `${REPORT_PAGE.path}/withdrawal`,
  operation: WITHDRAW_REPORTED,
  page: REPORT_PAGE,
  input: (fields, { report = '' }) => ({
    params: {},
    body: { reports: [report], reason: fields.text('reason') },
  }),
  next: (_, { report = '' }) => ({ to: `/console/reports/${report}`, done: 'withdrawn' }),
})
