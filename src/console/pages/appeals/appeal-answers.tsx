import type { JSX } from 'hono/jsx/jsx-runtime'
import { ALL_LISTS } from '../../../core/person.ts'
import { ACCEPT_APPEAL, ANSWER_APPEAL, REFUSE_APPEAL } from '../../api/appeal-operations.ts'
import type { AppealView } from '../../ports/appeals.ts'
import type { FormFields } from '../form-fields.ts'
import { formAction, type FormAction, type Page } from '../page.ts'
import { Choice, Field, Form, Tick } from '../parts/form.tsx'
import { may, type Visit } from '../visit.ts'

interface Part {
  readonly visit: Visit
  readonly appeal: AppealView
}

/** Lists for which whoever looks may answer, and none where an administrator may. */
function listOptions({ visit, appeal }: Part): { value: string; text: string }[] {
  const lists = [...new Set(appeal.entries.map(({ list }) => list))]
  const own = lists.filter((list) => may(visit, 'answer-appeal', list))
  const isOpen = may(visit, 'manage-list', ALL_LISTS)
  return [
    ...own.map((value) => ({ value, text: value })),
    ...(isOpen ? [{ value: '', text: visit.t.appeals.noList }] : []),
  ]
}

export function Answer(part: Part): JSX.Element {
  const { visit, appeal } = part
  const words = visit.t.appeals
  const options = listOptions(part)
  if (options.length === 0) return <></>
  const action = `/console/appeals/${appeal.appeal}/answers`
  const field = { visit, action }
  return (
    <section aria-labelledby="answer" class="panel">
      <h2 id="answer">{words.answer}</h2>
      <p class="hint">{words.answerHint}</p>
      <Form visit={visit} action={action} tag={String(appeal.seen)} label={words.answer}>
        <Choice {...{ ...field, name: 'list', options }} label={words.forList} />
        <Field {...{ ...field, name: 'text', rows: 3, isRequired: true }} label={words.message} />
        <Tick {...{ ...field, name: 'note' }} label={words.note} />
        <button type="submit">{words.answerGo}</button>
      </Form>
    </section>
  )
}

export function Refuse(part: Part): JSX.Element {
  const { visit, appeal } = part
  const words = visit.t.appeals
  const options = listOptions(part)
  if (options.length === 0) return <></>
  const action = `/console/appeals/${appeal.appeal}/refusal`
  const field = { visit, action }
  return (
    <section aria-labelledby="refuse" class="panel">
      <h2 id="refuse">{words.refuse}</h2>
      <Form visit={visit} action={action} tag={String(appeal.seen)} label={words.refuse}>
        <Choice {...{ ...field, name: 'list', options }} label={words.forList} />
        <Field
          {...{ ...field, name: 'text', rows: 3, isRequired: true }}
          label={words.refuseReason}
        />
        <button type="submit" class="bad">
          {words.refuse}
        </button>
      </Form>
    </section>
  )
}

/** A form for each list that has an entry which fits, for a decision is of one list. */
export function Accept({ visit, appeal }: Part): JSX.Element {
  const listed = appeal.entries.filter(({ isListed }) => isListed)
  const lists = [...new Set(listed.map(({ list }) => list))].filter(
    (list) => may(visit, 'answer-appeal', list) && may(visit, 'urgent-retire', list),
  )
  return (
    <>
      {lists.map((list) => (
        <AcceptFor visit={visit} appeal={appeal} list={list} />
      ))}
    </>
  )
}

function AcceptFor({ visit, appeal, list }: Part & { readonly list: string }): JSX.Element {
  const words = visit.t.appeals
  const action = `/console/appeals/${appeal.appeal}/acceptance/${list}`
  const field = { visit, action }
  const entries = appeal.entries.filter((entry) => entry.isListed && entry.list === list)
  return (
    <section aria-labelledby={`accept-${list}`} class="panel">
      <h2 id={`accept-${list}`}>
        {words.accept}: {list}
      </h2>
      <p class="hint">{words.acceptHint}</p>
      <Form visit={visit} action={action} tag={String(appeal.seen)} label={words.accept}>
        {entries.map(({ value, kind }) => (
          <Tick
            {...{ ...field, name: 'entry', value: `${kind} ${value}` }}
            label={words.chooseEntry(`${value} (${kind})`, list)}
          />
        ))}
        <Field
          {...{ ...field, name: 'text', rows: 3, isRequired: true }}
          label={words.acceptReason}
        />
        <button type="submit">{words.accept}</button>
      </Form>
    </section>
  )
}

/** What the forms do on the page of an appeal. */
export function answerActions(page: Page): readonly FormAction[] {
  const next = ({ appeal }: { readonly appeal: string }): string => `/console/appeals/${appeal}`
  return [
    formAction({
      ...{ path: '/console/appeals/:appeal/answers', operation: ANSWER_APPEAL, page },
      input: (fields, { appeal = '' }) => ({
        params: { appeal },
        body: { ...said(fields), isPublic: !fields.isTicked('note') },
      }),
      next: (appeal) => ({ to: next(appeal), done: 'sent' }),
    }),
    formAction({
      ...{ path: '/console/appeals/:appeal/refusal', operation: REFUSE_APPEAL, page },
      input: (fields, { appeal = '' }) => ({ params: { appeal }, body: said(fields) }),
      next: (appeal) => ({ to: next(appeal), done: 'rejected' }),
    }),
    formAction({
      ...{ path: '/console/appeals/:appeal/acceptance/:list', operation: ACCEPT_APPEAL, page },
      fields: { '/entries': 'entry' },
      input: (fields, { appeal = '', list = '' }) => ({
        params: { appeal },
        body: { list, text: fields.text('text'), entries: fields.all('entry').map(entryOf) },
      }),
      next: ({ appeal }) => ({ to: next(appeal), done: 'decided' }),
    }),
  ]
}

function said(fields: FormFields): object {
  return { text: fields.text('text'), ...fields.optional('list') }
}

/** No kind has a space in it. */
function entryOf(text: string): object {
  const space = text.indexOf(' ')
  return { kind: text.slice(0, space), value: text.slice(space + 1) }
}
