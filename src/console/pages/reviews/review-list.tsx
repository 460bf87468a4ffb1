import type { JSX } from 'hono/jsx/jsx-runtime'
import { REVIEW_CAUSES } from '../../../core/review.ts'
import { ASK_FOR_REVIEW, LIST_LAPSES, LIST_REVIEWS } from '../../api/review-operations.ts'
import type { LapseView, ReviewView } from '../../ports/reviews.ts'
import { formAction, type Page } from '../page.ts'
import { Choice, Field, Form } from '../parts/form.tsx'
import { Pager, Table, Time } from '../parts/shown.tsx'
import { mayAnywhere, type Visit } from '../visit.ts'

/** What somebody should look at again, what ends soon, and a form to ask for more. */
export const REVIEWS_PAGE: Page = {
  path: '/console/reviews',
  show: async (visit) => {
    const { t, url } = visit
    const asked = (name: string): string => url.searchParams.get(name) ?? ''
    const state = asked('state') === 'done' ? 'done' : 'open'
    const filter = { list: asked('list'), cause: asked('cause'), cursor: asked('cursor'), state }
    const { items, next } = await visit.ask(LIST_REVIEWS, { query: { ...filter, limit: 50 } })
    const { items: lapses } = await visit.ask(LIST_LAPSES)
    const body = (
      <>
        <p class="hint">{t.reviews.about}</p>
        <Filter visit={visit} {...filter} />
        <Reviews visit={visit} items={items} />
        <Pager visit={visit} next={next} />
        <Lapses visit={visit} items={lapses} />
        {mayAnywhere(visit, ['review']) && <Ask visit={visit} />}
      </>
    )
    return { title: t.reviews.title, body }
  },
}

interface FilterProps {
  readonly visit: Visit
  readonly list: string
  readonly cause: string
  readonly state: string
}

function Filter({ visit, list, cause, state }: FilterProps): JSX.Element {
  const { t } = visit
  const words = t.reviews
  const field = { visit, action: 'filter' }
  const causes = REVIEW_CAUSES.map((value) => ({ value, text: words.causes[value] }))
  const states = [
    { value: 'open', text: words.openWord },
    { value: 'done', text: words.doneWord },
  ]
  return (
    <form method="get" action={REVIEWS_PAGE.path} class="row" aria-label={t.filter}>
      <Choice {...{ ...field, name: 'state', options: states, value: state }} label={t.state} />
      <Choice
        {...{ ...field, name: 'cause', value: cause }}
        options={[{ value: '', text: t.all }, ...causes]}
        label={words.cause}
      />
      <Field {...{ ...field, name: 'list', type: 'search', value: list }} label={t.list} />
      <button type="submit">{t.filter}</button>
    </form>
  )
}

interface ReviewsProps {
  readonly visit: Visit
  readonly items: readonly ReviewView[]
}

function Reviews({ visit: { t }, items }: ReviewsProps): JSX.Element {
  const words = t.reviews
  const rows = items.map((review) => [
    <a href={`/console/reviews/${review.review}`}>{String(review.review)}</a>,
    review.list,
    words.causes[review.cause],
    <>
      <Time at={review.dueOn} />
      {review.isOverdue && (
        <>
          {' '}
          <strong class="urgent">{words.overdue}</strong>
        </>
      )}
    </>,
    review.value === null ? (
      words.allOf(review.decision)
    ) : (
      <span class="value">{`${review.value} (${review.kind ?? ''})`}</span>
    ),
    review.outcome === null ? review.note : words.outcomes[review.outcome],
  ])
  const head = ['', t.list, words.cause, words.due, words.what, words.note]
  return <Table caption={words.title} head={head} rows={rows} empty={words.empty} />
}

interface LapsesProps {
  readonly visit: Visit
  readonly items: readonly LapseView[]
}

function Lapses({ visit: { t }, items }: LapsesProps): JSX.Element {
  const words = t.reviews
  return (
    <section aria-labelledby="lapses">
      <h2 id="lapses">{words.lapses}</h2>
      <Table
        caption={words.lapses}
        head={[words.endsOn, t.list, t.entries, words.breaker]}
        rows={items.map(({ list, on, entries, findings }) => [
          <Time at={on} />,
          list,
          String(entries),
          findings.length === 0 ? '–' : words.breakerSays(findings.join('; ')),
        ])}
        empty={words.lapsesEmpty}
      />
    </section>
  )
}

const ASK_PATH = '/console/reviews/asked'

function Ask({ visit }: { readonly visit: Visit }): JSX.Element {
  const { t, url } = visit
  const field = { visit, action: ASK_PATH, isRequired: true }
  const given = (name: string): string => url.searchParams.get(name) ?? ''
  return (
    <section aria-labelledby="ask" class="panel">
      <h2 id="ask">{t.reviews.ask}</h2>
      <Form visit={visit} action={ASK_PATH} label={t.reviews.ask}>
        <Field {...{ ...field, name: 'list', value: given('list') }} label={t.list} />
        <Field {...{ ...field, name: 'value', value: given('value') }} label={t.value} />
        <Field {...{ ...field, name: 'reason', rows: 2 }} label={t.reason} />
        <button type="submit">{t.reviews.askGo}</button>
      </Form>
    </section>
  )
}

export const ASK_REVIEW = formAction({
  path: ASK_PATH,
  operation: ASK_FOR_REVIEW,
  page: REVIEWS_PAGE,
  input: (fields) => ({
    body: { list: fields.text('list'), value: fields.text('value'), reason: fields.text('reason') },
  }),
  next: ({ items }) => {
    const [review = null, ...more] = items.map((asked) => asked.review)
    const isOne = review !== null && more.length === 0
    return { to: isOne ? `${REVIEWS_PAGE.path}/${review}` : REVIEWS_PAGE.path, done: 'saved' }
  },
})
