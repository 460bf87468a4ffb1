import type { JSX } from 'hono/jsx/jsx-runtime'
import { ENTRY_ACTIONS, ENTRY_KINDS } from '../../../core/entry.ts'
import { PROPOSE_CHANGE } from '../../api/proposal-operations.ts'
import type { ProposeRequest } from '../../ports/proposals.ts'
import { formAction, type Page } from '../page.ts'
import type { FormFields } from '../form-fields.ts'
import { Choice, Field, Form, Tick } from '../parts/form.tsx'
import type { Visit } from '../visit.ts'

const ACTION = '/console/propose'

/** A form to propose with; a link may fill in what is to be done to which entry. */
export const PROPOSE_PAGE: Page = {
  path: ACTION,
  show: (visit) => ({ title: visit.t.proposals.propose, body: <ProposeForm visit={visit} /> }),
}

function ProposeForm({ visit }: { readonly visit: Visit }): JSX.Element {
  const { t, url, person } = visit
  const words = t.proposals
  const field = { visit, action: ACTION }
  const given = (name: string): string => url.searchParams.get(name) ?? ''
  const lists = [...new Set(person.roles.map(({ list }) => list))].filter((list) => list !== '*')
  const acts = [
    { value: 'add', text: words.actAdd },
    { value: 'retire', text: words.actRetire },
    { value: 'amend', text: words.actAmend },
  ]
  const kinds = ENTRY_KINDS.map((value) => ({ value, text: value }))
  const actions = ENTRY_ACTIONS.map((value) => ({ value, text: value }))
  return (
    <Form visit={visit} action={ACTION} label={words.propose}>
      <Choice
        {...{ ...field, name: 'act', options: acts, value: given('act') }}
        label={words.proposeAct}
      />
      <Choice
        {...{ ...field, name: 'list', value: given('list'), isRequired: true }}
        options={lists.map((value) => ({ value, text: value }))}
        label={t.list}
      />
      <Field
        {...{ ...field, name: 'values', rows: 6, isRequired: true, value: given('value') }}
        label={words.values}
        hint={words.valuesHint}
      />
      <Field {...field} name="reason" rows={3} isRequired label={t.reason} />
      <Field {...field} name="basis" label={t.basis} hint={words.basisHint} />
      <Field {...field} name="evidence" label={t.evidence} hint={t.evidenceHint} />
      <Field {...field} name="evidenceSha256" label={t.evidenceSha256} />
      <div class="row">
        <Choice
          {...{ ...field, name: 'kind', value: given('kind') }}
          options={[{ value: '', text: words.kindAny }, ...kinds]}
          label={t.kind}
        />
        <Choice
          {...{ ...field, name: 'action' }}
          options={[{ value: '', text: '–' }, ...actions]}
          label={t.action}
        />
        <Field {...field} name="category" label={t.category} />
        <Field {...field} name="reference" label={t.reference} />
      </div>
      <Tick {...field} name="urgent" label={words.urgentTick} hint={words.urgentHint} />
      <button type="submit">{words.proposeGo}</button>
    </Form>
  )
}

export const PROPOSE = formAction({
  path: ACTION,
  operation: PROPOSE_CHANGE,
  page: PROPOSE_PAGE,
  fields: { '/entries': 'values' },
  input: (fields) => ({ body: bodyOf(fields) }),
  next: ({ proposal, decision }) =>
    proposal === null
      ? { to: `/console/decisions/${decision ?? ''}`, done: 'decided' }
      : { to: `/console/proposals/${proposal}`, done: 'proposed' },
})

function bodyOf(fields: FormFields): ProposeRequest {
  const act = fields.text('act')
  const more = {
    ...fields.optional('action'),
    ...fields.optional('category'),
    ...fields.optional('reference'),
  }
  const isAdding = act === 'add'
  const entries = fields
    .lines('values')
    .map((value) => ({ value, ...fields.optional('kind'), ...(isAdding && more) }))
  const sha256 = fields.text('evidenceSha256').toLowerCase()
  return {
    ...{ act, list: fields.text('list'), entries, reason: fields.text('reason') },
    ...fields.optional('basis'),
    ...fields.optional('evidence'),
    ...(sha256 !== '' && { evidenceSha256: sha256 }),
    ...(fields.isTicked('urgent') && { urgent: true }),
    ...(act === 'amend' && more),
    // From a form, not yet verified: the operation's schema says what it may be.
  } as ProposeRequest
}
