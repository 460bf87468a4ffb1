import type { JSX } from 'hono/jsx/jsx-runtime'
import { DECISION_ACTS } from '../../../core/proposal.ts'
import { LIST_DECISIONS } from '../../api/decision-operations.ts'
import type { DecisionView } from '../../ports/decisions.ts'
import type { Page } from '../page.ts'
import { Published } from '../parts/changes.tsx'
import { Choice, Field } from '../parts/form.tsx'
import { Pager, Table, Time } from '../parts/shown.tsx'
import { ActWord } from '../proposals/words.tsx'
import type { Visit } from '../visit.ts'

/** What was decided, newest first. */
export const DECISIONS_PAGE: Page = {
  path: '/console/decisions',
  show: async (visit) => {
    const { t, url } = visit
    const asked = (name: string): string => url.searchParams.get(name) ?? ''
    const urgent = asked('urgent') === 'true' ? 'true' : ''
    const filter = { list: asked('list'), act: asked('act'), urgent }
    const query = { ...filter, cursor: asked('cursor'), limit: 50 }
    const { items, next } = await visit.ask(LIST_DECISIONS, { query })
    const body = (
      <>
        <Filter visit={visit} {...filter} />
        <Decisions visit={visit} items={items} />
        <Pager visit={visit} next={next} />
      </>
    )
    return { title: t.decisions.title, body }
  },
}

interface FilterProps {
  readonly visit: Visit
  readonly list: string
  readonly act: string
  readonly urgent: string
}

function Filter({ visit, list, act, urgent }: FilterProps): JSX.Element {
  const { t } = visit
  const field = { visit, action: 'filter' }
  const acts = DECISION_ACTS.map((value) => ({ value, text: t.proposals.acts[value] }))
  const choices = [
    { value: '', text: t.all },
    { value: 'true', text: t.decisions.urgentOnly },
  ]
  return (
    <form method="get" action={DECISIONS_PAGE.path} class="row" aria-label={t.filter}>
      <Choice
        {...{ ...field, name: 'act', value: act }}
        options={[{ value: '', text: t.all }, ...acts]}
        label={t.what}
      />
      <Choice
        {...{ ...field, name: 'urgent', options: choices, value: urgent }}
        label={t.proposals.urgent}
      />
      <Field {...{ ...field, name: 'list', type: 'search', value: list }} label={t.list} />
      <button type="submit">{t.filter}</button>
    </form>
  )
}

interface DecisionsProps {
  readonly visit: Visit
  readonly items: readonly DecisionView[]
}

function Decisions({ visit, items }: DecisionsProps): JSX.Element {
  const { t } = visit
  const words = t.decisions
  const rows = items.map((one) => [
    <a href={`/console/decisions/${one.decision}`}>{String(one.decision)}</a>,
    <Time at={one.decidedAt} />,
    one.list,
    <ActWord t={t} proposal={one} />,
    words.counted(one.added, one.retired, one.amended),
    one.decidedBy,
    one.reason,
    <Published visit={visit} mark={one.published} />,
  ])
  const head = [
    ...['', t.when, t.list, t.what, words.counts, words.decidedBy, t.reason, words.published],
  ]
  return <Table caption={words.title} head={head} rows={rows} empty={words.empty} />
}
