import type { JSX } from 'hono/jsx/jsx-runtime'
import { ENTRY_KINDS } from '../../../core/entry.ts'
import { HAND_IN_REPORTS } from '../../api/report-operations.ts'
import type { FormFields } from '../form-fields.ts'
import { formAction, type Page } from '../page.ts'
import { Choice, Field, Form } from '../parts/form.tsx'
import { may, type Visit } from '../visit.ts'

const ACTION = '/console/reports/new'

/** A form to report with: one, or several that share what is said of them. */
export const HAND_IN_PAGE: Page = {
  path: ACTION,
  show: (visit) => ({ title: visit.t.reports.handIn, body: <HandIn visit={visit} /> }),
}

function HandIn({ visit }: { readonly visit: Visit }): JSX.Element {
  const { t, person } = visit
  const words = t.reports
  const field = { visit, action: ACTION }
  const lists = [...new Set(person.roles.map(({ list }) => list))]
  const options = lists
    .filter((list) => list !== '*' && may(visit, 'report', list))
    .map((value) => ({ value, text: value }))
  const kinds = ENTRY_KINDS.map((value) => ({ value, text: value }))
  return (
    <Form visit={visit} action={ACTION} label={words.handIn}>
      <Field
        {...{ ...field, name: 'values', rows: 6, isRequired: true }}
        label={words.values}
        hint={words.valuesHint}
      />
      <Field
        {...{ ...field, name: 'reason', rows: 3, isRequired: true }}
        label={words.why}
        hint={words.whyHint}
      />
      <div class="row">
        <Choice
          {...{ ...field, name: 'list' }}
          options={
            options.length === 1 ? options : [{ value: '', text: words.listAny }, ...options]
          }
          label={t.list}
        />
        <Choice
          {...{ ...field, name: 'kind' }}
          options={[{ value: '', text: words.kindAny }, ...kinds]}
          label={t.kind}
        />
        <Field {...field} name="category" label={t.category} />
      </div>
      <Field {...field} name="evidence" label={t.evidence} hint={t.evidenceHint} />
      <Field {...field} name="evidenceSha256" label={t.evidenceSha256} />
      <Field {...field} name="externalId" label={words.ownId} hint={words.ownIdHint} />
      <button type="submit">{words.handInGo}</button>
    </Form>
  )
}

export const HAND_IN = formAction({
  path: ACTION,
  operation: HAND_IN_REPORTS,
  page: HAND_IN_PAGE,
  fields: { '/reports': 'values' },
  input: (fields) => ({ body: { reports: reportsOf(fields), whole: true } }),
  next: ({ outcomes }) => {
    const [only, ...others] = outcomes
    const isOne = only !== undefined && others.length === 0 && only.outcome !== 'refused'
    return { to: isOne ? `/console/reports/${only.report}` : '/console/reports', done: 'sent' }
  },
})

/** From a form, not yet verified: the use case says of each what is wrong with it. */
function reportsOf(fields: FormFields): readonly Readonly<Record<string, string>>[] {
  const said = {
    reason: fields.text('reason'),
    ...fields.optional('list'),
    ...fields.optional('kind'),
    ...fields.optional('category'),
    ...fields.optional('evidence'),
    evidenceSha256: fields.text('evidenceSha256').toLowerCase(),
  }
  // The same form sent twice is the same reports, whatever became of the first answer.
  const id = fields.text('externalId') || `form-${fields.text('once')}`
  const values = fields.lines('values')
  return values.map((value, i) => ({
    ...said,
    value,
    externalId: values.length === 1 ? id : `${id}-${i + 1}`,
  }))
}
