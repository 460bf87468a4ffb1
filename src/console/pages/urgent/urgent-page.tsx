import type { JSX } from 'hono/jsx/jsx-runtime'
import { PROPOSE_CHANGE } from '../../api/proposal-operations.ts'
import { LIST_URGENT } from '../../api/urgent-operations.ts'
import type { ProposeRequest } from '../../ports/proposals.ts'
import type { UrgentView } from '../../ports/urgent.ts'
import { formAction, type Page } from '../page.ts'
import { Published } from '../parts/changes.tsx'
import { Table } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'
import { sayTime } from './say-time.ts'
import { RETIRE_PATH, UrgentRetire } from './urgent-retire.tsx'

/** What was decided urgently: the time since, what readers have of it, how its review stands. */
export const URGENT_PAGE: Page = {
  path: '/console/urgent',
  show: async (visit) => {
    const { t } = visit
    const { items } = await visit.ask(LIST_URGENT, { query: { limit: 50 } })
    const body = (
      <>
        <p class="hint">{t.urgent.about}</p>
        <Urgent visit={visit} items={items} />
        <UrgentRetire visit={visit} />
      </>
    )
    return { title: t.urgent.title, body }
  },
}

interface UrgentProps {
  readonly visit: Visit
  readonly items: readonly UrgentView[]
}

function Urgent({ visit, items }: UrgentProps): JSX.Element {
  const { t } = visit
  const words = t.urgent
  const rows = items.map(({ decision, list, act, secondsSince, published, review, ...one }) => [
    <a href={`/console/decisions/${decision}`}>{String(decision)}</a>,
    sayTime(t, secondsSince),
    list,
    t.proposals.acts[act],
    String(one.entries),
    one.decidedBy,
    one.reason,
    <Published visit={visit} mark={published} />,
    review === null ? (
      words.noReview
    ) : (
      <a href={`/console/reviews/${review.review}`}>
        {review.outcome === null
          ? `${t.reviews.openWord}, ${review.dueOn}`
          : t.reviews.outcomes[review.outcome]}
      </a>
    ),
  ])
  const head = [
    ...['', words.since, t.list, t.what, t.entries, t.decisions.decidedBy, t.reason],
    ...[t.decisions.published, words.review],
  ]
  return <Table caption={words.title} head={head} rows={rows} empty={words.empty} />
}

export const RETIRE_AT_ONCE = formAction({
  path: RETIRE_PATH,
  operation: PROPOSE_CHANGE,
  page: URGENT_PAGE,
  fields: { '/entries': 'value' },
  input: (fields) => ({
    body: {
      ...{ act: 'retire', urgent: true, list: fields.text('list'), reason: fields.text('reason') },
      entries: [{ value: fields.text('value') }],
    } satisfies ProposeRequest,
  }),
  next: ({ decision }) => ({ to: `/console/decisions/${decision ?? ''}`, done: 'decided' }),
})
