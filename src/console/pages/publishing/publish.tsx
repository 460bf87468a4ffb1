import type { JSX } from 'hono/jsx/jsx-runtime'
import { LIST_PLANNED_LINES, PLAN_PUBLISHING, PUBLISH } from '../../api/publishing-operations.ts'
import type { PublishingView } from '../../ports/publishing.ts'
import { formAction, type Page } from '../page.ts'
import { Changes } from '../parts/changes.tsx'
import { Field, Form } from '../parts/form.tsx'
import { Facts, Pager } from '../parts/shown.tsx'
import { may, type Visit } from '../visit.ts'

/** What would be published of a list, and the button that does it. */
export const PUBLISH_PAGE: Page = {
  path: '/console/publish/:list',
  show: async (visit) => {
    const { t, url } = visit
    const params = { list: visit.params['list'] ?? '' }
    const plan = await visit.ask(PLAN_PUBLISHING, { params })
    const cursor = url.searchParams.get('cursor') ?? ''
    const { items, next } = await visit.ask(LIST_PLANNED_LINES, {
      ...{ params, query: { cursor, limit: 50 } },
    })
    const body = (
      <>
        <Plan visit={visit} plan={plan} />
        {plan.outcome === 'published' && may(visit, 'publish', plan.list) && (
          <Publish visit={visit} plan={plan} />
        )}
        <section aria-labelledby="lines">
          <h2 id="lines">{t.publishing.lines}</h2>
          <Changes visit={visit} caption={t.publishing.lines} items={items} />
          <Pager visit={visit} next={next} />
        </section>
      </>
    )
    return { title: t.publishing.title(plan.list), body }
  },
}

interface Part {
  readonly visit: Visit
  readonly plan: PublishingView
}

function Plan({ visit: { t }, plan }: Part): JSX.Element {
  const words = t.publishing
  const { serial, entries, added, removed, findings } = plan
  if (plan.outcome === 'unchanged') {
    return (
      <p>
        {words.nothing} {serial !== null && words.serialStands(serial)}
      </p>
    )
  }
  return (
    <>
      <Facts
        facts={[
          [words.next, String(serial ?? 1)],
          [words.entries, String(entries)],
          [words.changes, `+${added} −${removed}`],
        ]}
      />
      {plan.isRedefined && <p>{words.redefined}</p>}
      {findings.length > 0 && (
        <div class="finding stop">
          <p>
            <strong>{words.breaker}</strong>
          </p>
          {findings.map((finding) => (
            <p>{t.reviews.breakerSays(finding)}</p>
          ))}
        </div>
      )}
    </>
  )
}

function Publish({ visit, plan: { list, findings } }: Part): JSX.Element {
  const { t } = visit
  const action = `/console/publish/${list}`
  const isStopped = findings.length > 0 || visit.refused?.action === action
  return (
    <Form visit={visit} action={action} label={t.publishing.title(list)}>
      {isStopped && may(visit, 'override', list) && (
        <Field
          {...{ visit, action, name: 'override', rows: 2, hint: t.publishing.overrideHint }}
          label={t.publishing.override}
        />
      )}
      <button type="submit">{t.publishing.go}</button>
    </Form>
  )
}

export const PUBLISH_NOW = formAction({
  path: PUBLISH_PAGE.path,
  operation: PUBLISH,
  page: PUBLISH_PAGE,
  input: (fields) => ({ body: fields.optional('override') }),
  next: ({ list }) => ({ to: `/console/publish/${list}`, done: 'published' }),
})
