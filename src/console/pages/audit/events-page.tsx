import type { JSX } from 'hono/jsx/jsx-runtime'
import { EVENT_ACTS } from '../../../core/event.ts'
import { LIST_EVENTS } from '../../api/event-operations.ts'
import type { EventView } from '../../ports/events.ts'
import type { Page } from '../page.ts'
import { Choice, Field } from '../parts/form.tsx'
import { Pager, Table, Time } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'

const FILTERS = ['list', 'actor', 'act', 'from', 'to', 'cursor'] as const
type Asked = Readonly<Record<(typeof FILTERS)[number], string>>

/** The chain of decisions, for auditors. */
export const EVENTS_PAGE: Page = {
  path: '/console/events',
  show: async (visit) => {
    const { t, url } = visit
    const asked = Object.fromEntries(
      FILTERS.map((name) => [name, url.searchParams.get(name) ?? '']),
    ) as Asked
    const { items, next } = await visit.ask(LIST_EVENTS, { query: { ...asked, limit: 100 } })
    const body = (
      <>
        <p class="hint">{t.events.about}</p>
        <Filter visit={visit} asked={asked} />
        <Events visit={visit} items={items} />
        {items.length === 0 && next !== null && <p>{t.events.goOn}</p>}
        <Pager visit={visit} next={next} />
      </>
    )
    return { title: t.events.title, body }
  },
}

function Filter({ visit, asked }: { readonly visit: Visit; readonly asked: Asked }): JSX.Element {
  const { t } = visit
  const field = { visit, action: 'filter' }
  const options = [
    { value: '', text: t.all },
    ...EVENT_ACTS.map((value) => ({ value, text: value })),
  ]
  return (
    <form method="get" action={EVENTS_PAGE.path} class="row" aria-label={t.filter}>
      <Field {...{ ...field, name: 'list', type: 'search', value: asked.list }} label={t.list} />
      <Field {...{ ...field, name: 'actor', type: 'search', value: asked.actor }} label={t.who} />
      <Choice {...{ ...field, name: 'act', options, value: asked.act }} label={t.what} />
      <Field
        {...{ ...field, name: 'from', type: 'date', value: asked.from }}
        label={t.events.from}
      />
      <Field {...{ ...field, name: 'to', type: 'date', value: asked.to }} label={t.events.to} />
      <button type="submit">{t.filter}</button>
    </form>
  )
}

interface EventsProps {
  readonly visit: Visit
  readonly items: readonly EventView[]
}

function Events({ visit: { t }, items }: EventsProps): JSX.Element {
  const head = [t.events.number, t.when, t.who, t.what, t.events.subject]
  const rows = items.map(({ number, at, actor, act, subject }) => [
    String(number),
    <Time at={at} />,
    actor,
    act,
    <code>{JSON.stringify(subject)}</code>,
  ])
  return <Table caption={t.events.title} head={head} rows={rows} empty={t.events.empty} />
}
