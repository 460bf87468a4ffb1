import type { JSX } from 'hono/jsx/jsx-runtime'
import { ADD_SUBSCRIBER_TO, LIST_SUBSCRIBERS } from '../../api/subscriber-operations.ts'
import {
  SUBSCRIBER_ORDERS,
  type ListedSubscriber,
  type SubscriberOrder,
  type SubscriberView,
} from '../../ports/subscribers.ts'
import { formAction, type Page } from '../page.ts'
import { Field, Form } from '../parts/form.tsx'
import { Pager, Table, Time } from '../parts/shown.tsx'
import { mayAnywhere, type Visit } from '../visit.ts'
import { TermsFields } from './terms-fields.tsx'
import { Lag, showSecrets, SUBSCRIBERS_PATH, termsOf } from './words.tsx'

/** Who takes the lists, how far behind, and a form to add one. */
export const SUBSCRIBERS_PAGE: Page = {
  path: SUBSCRIBERS_PATH,
  show: async (visit) => {
    const { t, url } = visit
    const asked = url.searchParams.get('order')
    const order = SUBSCRIBER_ORDERS.find((one) => one === asked) ?? 'name'
    const cursor = url.searchParams.get('cursor') ?? ''
    const query = { order, limit: 100, ...(cursor !== '' && { cursor }) }
    const { items, next } = await visit.ask(LIST_SUBSCRIBERS, { query })
    const body = (
      <>
        <p class="hint">{t.subscribers.about}</p>
        <Subscribers visit={visit} items={items} order={order} />
        <Pager visit={visit} next={next} />
        {mayAnywhere(visit, ['manage-subscribers']) && <Add visit={visit} />}
      </>
    )
    return { title: t.subscribers.title, body }
  },
}

interface SubscribersProps {
  readonly visit: Visit
  readonly items: readonly ListedSubscriber[]
  readonly order: SubscriberOrder
}

/** The columns that rows can be sorted by. */
const SORTED = {
  name: { column: 0, by: 'ascending' },
  behind: { column: 3, by: 'descending' },
  asked: { column: 4, by: 'ascending' },
} as const

function Subscribers({ visit, items, order }: SubscribersProps): JSX.Element {
  const { t } = visit
  const words = t.subscribers
  const rows = items.map(({ subscriber, standing }) => [
    <a href={`${SUBSCRIBERS_PATH}/${subscriber.name}`}>{subscriber.name}</a>,
    subscriber.lists.join(', '),
    printState(visit, subscriber),
    <Lag visit={visit} lag={standing} />,
    <Time at={standing.askedAt} />,
  ])
  const by = (one: SubscriberOrder, text: string): JSX.Element =>
    one === order ? <>{text}</> : <a href={`${SUBSCRIBERS_PATH}?order=${one}`}>{text}</a>
  const head = [
    ...[by('name', words.name), words.lists, t.state],
    ...[by('behind', words.lag), by('asked', words.asked)],
  ]
  return (
    <Table {...{ caption: words.title, head, rows, empty: words.empty }} sorted={SORTED[order]} />
  )
}

/** How a subscriber stands, in words. */
export function printState({ t }: Visit, { revokedAt, transfer }: SubscriberView): string {
  return revokedAt === null ? t.subscribers.ways[transfer] : t.subscribers.revoked
}

function Add({ visit }: { readonly visit: Visit }): JSX.Element {
  const words = visit.t.subscribers
  const action = SUBSCRIBERS_PATH
  return (
    <section aria-labelledby="add-subscriber" class="panel">
      <h2 id="add-subscriber">{words.add}</h2>
      <Form visit={visit} action={action} label={words.add}>
        <Field
          {...{ visit, action, name: 'name', isRequired: true }}
          label={words.name}
          hint={words.nameHint}
        />
        <TermsFields visit={visit} action={action} />
        <button type="submit">{words.add}</button>
      </Form>
    </section>
  )
}

export const ADD_SUBSCRIBER_FORM = formAction({
  path: SUBSCRIBERS_PATH,
  operation: ADD_SUBSCRIBER_TO,
  page: SUBSCRIBERS_PAGE,
  input: (fields) => ({ body: { name: fields.text('name'), ...termsOf(fields) } }),
  next: ({ subscriber }) => ({ to: `${SUBSCRIBERS_PATH}/${subscriber.name}` }),
  shown: showSecrets,
})
