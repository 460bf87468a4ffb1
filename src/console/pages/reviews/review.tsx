import type { JSX } from 'hono/jsx/jsx-runtime'
import { FINISH_REVIEW, reviewTag, SHOW_REVIEW } from '../../api/review-operations.ts'
import type { ReviewStory } from '../../ports/reviews.ts'
import { formAction, type Page } from '../page.ts'
import { Published } from '../parts/changes.tsx'
import { Choice, Field, Form } from '../parts/form.tsx'
import { Facts, Time } from '../parts/shown.tsx'
import { sayTime } from '../urgent/say-time.ts'
import { may, type Visit } from '../visit.ts'

/** A review: what it is about, its story, and a form that ends it. */
export const REVIEW_PAGE: Page = {
  path: '/console/reviews/:review',
  show: async (visit) => {
    const params = { review: visit.params['review'] ?? '' }
    const review = await visit.ask(SHOW_REVIEW, { params })
    const isMine = review.state === 'open' && may(visit, 'review', review.list)
    const body = (
      <>
        <About visit={visit} review={review} />
        {isMine && <Finish visit={visit} review={review} />}
        <Story visit={visit} review={review} />
      </>
    )
    return { title: visit.t.reviews.heading(review.review, review.list), body }
  },
}

interface Part {
  readonly visit: Visit
  readonly review: ReviewStory
}

function About({ visit, review }: Part): JSX.Element {
  const { t } = visit
  const words = t.reviews
  const { value, kind, decision, urgent, isOverdue } = review
  const state = review.state === 'open' ? words.openWord : words.doneWord
  const about =
    value === null ? words.allOf(decision) : <span class="value">{`${value} (${kind ?? ''})`}</span>
  return (
    <Facts
      facts={[
        [t.state, <strong>{isOverdue ? words.overdue : state}</strong>],
        [words.cause, words.causes[review.cause]],
        [words.note, review.note],
        [words.what, about],
        [words.entries, String(review.entries)],
        [words.due, <Time at={review.dueOn} />],
        [words.decision, <a href={`/console/decisions/${decision}`}>{String(decision)}</a>],
        [t.reason, review.decisionReason],
        ...(urgent === null
          ? [
              [words.nextReview, <Day visit={visit} on={review.reviewOn} />] as const,
              [words.end, <Day visit={visit} on={review.expiresOn} />] as const,
            ]
          : [
              [t.urgent.since, sayTime(t, urgent.secondsSince)] as const,
              [t.decisions.published, <Published visit={visit} mark={urgent.published} />] as const,
              [t.value, urgent.retired.map((entry) => entry.value).join(', ')] as const,
            ]),
        [words.openedBy, review.openedBy],
      ]}
    />
  )
}

function Day({ visit, on }: { readonly visit: Visit; readonly on: string | null }): JSX.Element {
  return on === null ? <>{visit.t.reviews.never}</> : <Time at={on} />
}

function Finish({ visit, review }: Part): JSX.Element {
  const { t } = visit
  const words = t.reviews
  const action = `/console/reviews/${review.review}/outcome`
  const field = { visit, action }
  return (
    <section aria-labelledby="finish" class="panel">
      <h2 id="finish">{words.finish}</h2>
      <Form visit={visit} action={action} tag={reviewTag(review)} label={words.finish}>
        <Choice
          {...{ ...field, name: 'outcome', isRequired: true }}
          options={review.outcomes.map((value) => ({ value, text: words.outcomes[value] }))}
          label={words.outcome}
        />
        <Field {...field} name="reason" rows={2} isRequired label={t.reason} />
        {review.urgent === null && (
          <>
            <Field
              {...{ ...field, name: 'reviewOn', type: 'date', hint: words.reviewOnHint }}
              label={words.nextReview}
            />
            <Field
              {...{ ...field, name: 'expiresOn', type: 'date', hint: words.expiresOnHint }}
              label={words.end}
            />
          </>
        )}
        <button type="submit">{words.finishGo}</button>
      </Form>
    </section>
  )
}

function Story({ visit: { t }, review: { acts } }: Part): JSX.Element {
  const words = t.reviews
  return (
    <section aria-labelledby="story">
      <h2 id="story">{words.story}</h2>
      <ol class="story">
        {acts.map(({ at, actor, outcome, reason, decision }) => (
          <li>
            <Time at={at} /> <strong>{actor}</strong>{' '}
            {outcome === null ? words.opened : words.ended(words.outcomes[outcome])}
            {decision !== null && ` (${words.decision} ${decision})`}
            {reason !== '' && <blockquote>{reason}</blockquote>}
          </li>
        ))}
      </ol>
    </section>
  )
}

export const END_REVIEW = formAction({
  path: `${REVIEW_PAGE.path}/outcome`,
  operation: FINISH_REVIEW,
  page: REVIEW_PAGE,
  input: (fields) => ({
    body: {
      ...{ outcome: fields.text('outcome'), reason: fields.text('reason') },
      ...fields.optional('reviewOn'),
      ...fields.optional('expiresOn'),
    },
  }),
  next: ({ proposal, review }) =>
    proposal === null
      ? { to: `/console/reviews/${review}`, done: 'saved' }
      : { to: `/console/proposals/${proposal}`, done: 'proposed' },
})
