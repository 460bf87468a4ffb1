import type { JSX } from 'hono/jsx/jsx-runtime'
import { isSettled } from '../../../curation/appeals/replay-appeal.ts'
import { SHOW_APPEAL_STATUS, WRITE_IN_APPEAL } from '../../api/appeal-operations.ts'
import type { AppealStatusView } from '../../ports/appeals.ts'
import { formAction, type Page, type Shown } from '../page.ts'
import { Field, Form } from '../parts/form.tsx'
import { Facts, Time } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'

const MESSAGE_PATH = '/appeal/messages'

/** Where the code of a case is asked for: it comes by POST, so that it stands in no address and in no log. */
export const STATUS_PAGE: Page = {
  path: '/appeal/status',
  isOpen: true,
  show: (visit) => ({
    title: visit.t.appeals.statusTitle,
    body: (
      <>
        <CodeForm visit={visit} />
        {visit.refused?.action === MESSAGE_PATH && <MessageForm visit={visit} />}
      </>
    ),
  }),
}

function CodeForm({ visit }: { readonly visit: Visit }): JSX.Element {
  const words = visit.t.appeals
  const field = { visit, action: STATUS_PAGE.path, name: 'code', isRequired: true }
  return (
    <Form visit={visit} action={STATUS_PAGE.path} label={words.look}>
      <Field {...field} autocomplete="off" label={words.code} hint={words.codeHint} />
      <button type="submit">{words.look}</button>
    </Form>
  )
}

interface MessageProps {
  readonly visit: Visit
  /** Where the case is shown it is known; of a form that came back it is what was typed. */
  readonly code?: string
}

function MessageForm({ visit, code = '' }: MessageProps): JSX.Element {
  const words = visit.t.appeals
  const field = { visit, action: MESSAGE_PATH, isRequired: true }
  const typed = visit.refused?.typed.text('code') ?? ''
  return (
    <Form visit={visit} action={MESSAGE_PATH} label={words.message}>
      <input type="hidden" name="code" value={code === '' ? typed : code} />
      <Field {...{ ...field, name: 'text', rows: 4 }} label={words.message} />
      <button type="submit">{words.writeGo}</button>
    </Form>
  )
}

function showCase(visit: Visit, code: string, status: AppealStatusView): Shown {
  const { t } = visit
  const words = t.appeals
  const { state, about, openedAt, dueOn, isOverdue, acts } = status
  const body = (
    <>
      <Facts
        facts={[
          [words.about, <span class="value">{about}</span>],
          [t.state, `${words.states[state]}${isOverdue ? `, ${words.overdue}` : ''}`],
          [words.opened, <Time at={openedAt} />],
          [words.due, dueOn],
        ]}
      />
      <section aria-labelledby="story">
        <h2 id="story">{words.story}</h2>
        <ol class="story">
          {acts.map(({ act, at, text }) => (
            <li>
              <Time at={at} /> {words.actNames[act]}
              {text !== '' && `: ${text}`}
            </li>
          ))}
        </ol>
      </section>
      {!isSettled(state) && <MessageForm visit={visit} code={code} />}
    </>
  )
  return { title: words.statusTitle, body }
}

export const SHOW_STATUS = formAction({
  ...{ path: STATUS_PAGE.path, isOpen: true, page: STATUS_PAGE, operation: SHOW_APPEAL_STATUS },
  input: (fields) => ({ body: { code: fields.text('code') } }),
  next: () => ({ to: STATUS_PAGE.path }),
  shown: (visit, status, fields) => showCase(visit, fields.text('code'), status),
})

export const WRITE_MESSAGE = formAction({
  ...{ path: MESSAGE_PATH, isOpen: true, page: STATUS_PAGE, operation: WRITE_IN_APPEAL },
  input: (fields) => ({
    body: { code: fields.text('code'), text: fields.text('text') },
  }),
  next: () => ({ to: STATUS_PAGE.path }),
  shown: (visit, status, fields) => showCase(visit, fields.text('code'), status),
})
