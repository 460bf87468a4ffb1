import type { JSX } from 'hono/jsx/jsx-runtime'
import { PROPOSE_CHANGE } from '../../api/proposal-operations.ts'
import type { EntryStory, StayView } from '../../ports/entries.ts'
import { formAction, type FormAction, type Page } from '../page.ts'
import { Field, Form } from '../parts/form.tsx'
import { may, type Visit } from '../visit.ts'
import { entryPath } from './words.tsx'

interface OfStory {
  readonly visit: Visit
  readonly story: EntryStory
}

/** What whoever looks may do with the entry on the lists that it is on: propose, or retire it at once. */
export function EntryForms({ visit, story: { value, stays } }: OfStory): JSX.Element {
  const own = stays.filter((stay) => stay.isListed && stay.value === value)
  return (
    <>
      {own.map((stay) => (
        <StayForms visit={visit} stay={stay} />
      ))}
    </>
  )
}

interface OfStay {
  readonly visit: Visit
  readonly stay: StayView
}

function StayForms({ visit, stay }: OfStay): JSX.Element {
  const { t } = visit
  const { list, kind, value } = stay
  const acts = [
    ...(may(visit, 'propose-retire', list) ? (['retire'] as const) : []),
    ...(may(visit, 'propose-amend', list) ? (['amend'] as const) : []),
  ]
  const isUrgent = may(visit, 'urgent-retire', list)
  if (acts.length === 0 && !isUrgent) return <></>
  const words = t.reading
  const action = `/console/entries/${list}/${kind}/${encodeURIComponent(value)}/retire`
  return (
    <section class="panel" aria-label={words.onList(list, kind)}>
      <h2>{words.onList(list, kind)}</h2>
      {acts.map((act) => (
        <p>
          <a
            href={`/console/propose?${new URLSearchParams({ act, list, kind, value }).toString()}`}
          >
            {act === 'retire' ? words.proposeRetire : words.proposeAmend}
          </a>
        </p>
      ))}
      {isUrgent && (
        <details open={visit.refused?.action === action}>
          <summary>{words.retireNow}</summary>
          <Form visit={visit} action={action} label={words.retireNow}>
            <p class="hint">{words.retireNowHint}</p>
            <Field
              {...{ visit, action, name: 'reason', rows: 3, isRequired: true }}
              label={t.reason}
            />
            <button type="submit" class="bad">
              {words.retireNow}
            </button>
          </Form>
        </details>
      )}
    </section>
  )
}

/** One person's retirement, effective and published at once. `page` is the page that the form stands on. */
export function retireEntry(page: Page): FormAction {
  return formAction({
    ...{ path: '/console/entries/:list/:kind/:value/retire', operation: PROPOSE_CHANGE, page },
    input: (fields, { list = '', kind = '', value = '' }) => ({
      params: {},
      body: {
        ...{ list, act: 'retire', entries: [{ value, kind }], urgent: true },
        reason: fields.text('reason'),
      },
    }),
    next: (_, { value = '' }) => ({ to: entryPath(value), done: 'decided' }),
  })
}
