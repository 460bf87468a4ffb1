import type { JSX } from 'hono/jsx/jsx-runtime'
import { APPEAL_STATES } from '../../../core/appeal.ts'
import { LIST_APPEALS } from '../../api/appeal-operations.ts'
import type { AppealView } from '../../ports/appeals.ts'
import type { Page } from '../page.ts'
import { Choice } from '../parts/form.tsx'
import { Pager, Table, Time } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'

/** Empty for all. */
const STATES = ['', ...APPEAL_STATES] as const

/** Appeals that whoever looks may see; first those that wait for them. */
export const APPEALS_PAGE: Page = {
  path: '/console/appeals',
  show: async (visit) => {
    const { t, url } = visit
    const state = STATES.find((one) => one === url.searchParams.get('state')) ?? 'open'
    const cursor = url.searchParams.get('cursor') ?? ''
    const { items, next } = await visit.ask(LIST_APPEALS, { query: { state, cursor, limit: 50 } })
    const options = [
      { value: '', text: t.all },
      ...APPEAL_STATES.map((value) => ({ value, text: t.appeals.states[value] })),
    ]
    const field = { visit, action: 'filter', name: 'state', label: t.state }
    const body = (
      <>
        <form method="get" action={APPEALS_PAGE.path} class="row" aria-label={t.filter}>
          <Choice {...{ ...field, options, value: state }} />
          <button type="submit">{t.filter}</button>
        </form>
        <Appeals visit={visit} items={items} />
        <Pager visit={visit} next={next} />
      </>
    )
    return { title: t.appeals.title, body }
  },
}

interface AppealsProps {
  readonly visit: Visit
  readonly items: readonly AppealView[]
}

function Appeals({ visit: { t }, items }: AppealsProps): JSX.Element {
  const words = t.appeals
  const rows = items.map(({ appeal, openedAt, about, entries, state, dueOn, isOverdue }) => [
    <a href={`/console/appeals/${appeal}`}>{appeal}</a>,
    <Time at={openedAt} />,
    <span class="value">{about}</span>,
    [...new Set(entries.map(({ list }) => list))].join(', '),
    words.states[state],
    `${dueOn}${isOverdue ? `, ${words.overdue}` : ''}`,
  ])
  const head = ['', words.opened, words.about, words.lists, t.state, words.due]
  return <Table caption={words.caption} head={head} rows={rows} empty={words.empty} />
}
