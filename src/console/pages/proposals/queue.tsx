import type { JSX } from 'hono/jsx/jsx-runtime'
import { PROPOSAL_STATES } from '../../../core/proposal.ts'
import { APPROVE_SEVERAL, LIST_PROPOSALS, SHOW_IMPACT } from '../../api/proposal-operations.ts'
import type { ImpactView, ProposalView } from '../../ports/proposals.ts'
import { formAction, type Page } from '../page.ts'
import { Choice, Field, Form } from '../parts/form.tsx'
import { Pager, Table, Time } from '../parts/shown.tsx'
import { may, type Visit } from '../visit.ts'
import { ActWord, Samples, waitsFor } from './words.tsx'

/** The queue: what waits, oldest first, or what was settled. */
export const QUEUE_PAGE: Page = {
  path: '/console/queue',
  show: async (visit) => {
    const { t, url } = visit
    const asked = (name: string): string => url.searchParams.get(name) ?? ''
    const state = PROPOSAL_STATES.find((one) => one === asked('state')) ?? 'open'
    const { items, next } = await visit.ask(LIST_PROPOSALS, {
      query: {
        ...{ state, list: asked('list'), assignee: asked('assignee'), cursor: asked('cursor') },
        limit: PAGE_SIZE,
      },
    })
    const impacts = state === 'open' ? await impactsOf(visit, items) : new Map()
    const canApprove = state === 'open' && items.some(({ list }) => may(visit, 'approve', list))
    const body = (
      <>
        <NotApproved visit={visit} />
        <Filter visit={visit} state={state} list={asked('list')} assignee={asked('assignee')} />
        {state === 'decided' && (
          <p>
            <a href="/console/decisions">{t.decisions.title}</a>
          </p>
        )}
        {canApprove ? (
          <Form visit={visit} action={BATCH_PATH} label={t.proposals.batch}>
            {visit.refused?.errors.has('approve') === true && (
              <p class="error">{t.proposals.tickSome}</p>
            )}
            <Queue visit={visit} items={items} impacts={impacts} hasTicks />
            <button type="submit">{t.proposals.batch}</button>
          </Form>
        ) : (
          <Queue visit={visit} items={items} impacts={impacts} hasTicks={false} />
        )}
        <Pager visit={visit} next={next} />
      </>
    )
    return { title: t.proposals.queue, body }
  },
}

/** As many as are looked at in one go; each is shown with what would be different. */
const PAGE_SIZE = 25

type Impacts = ReadonlyMap<string, ImpactView | null>

async function impactsOf(visit: Visit, items: readonly ProposalView[]): Promise<Impacts> {
  const impacts = new Map<string, ImpactView | null>()
  for (const { proposal } of items) {
    const { impact } = await visit.ask(SHOW_IMPACT, { params: { proposal } })
    impacts.set(proposal, impact)
  }
  return impacts
}

const BATCH_PATH = '/console/queue/approvals'

/** What became of a batch of which some were refused; it stands in the address, and what stands there may be anybody's. */
function NotApproved({ visit: { t, url } }: { readonly visit: Visit }): JSX.Element {
  const words = t.proposals
  const told = url.searchParams
    .getAll('refused')
    .map((text) => /^(p[1-9]\d{0,14}) ([a-z-]+\/[a-z-]+)$/.exec(text) ?? [])
    .flatMap(([, id, code]) => (id === undefined || code === undefined ? [] : [{ id, code }]))
  if (told.length === 0) return <></>
  return (
    <div class="problem" role="alert">
      <p>
        <strong>{words.outcomes}</strong>
      </p>
      <ul>
        {told.map(({ id, code }) => (
          <li>
            <a href={`/console/proposals/${id}`}>{id}</a>: {whyNot(words.whyNot, code)}
          </li>
        ))}
      </ul>
    </div>
  )
}

function whyNot(words: Readonly<Record<string, string>>, code: string): string {
  return (Object.hasOwn(words, code) ? words[code] : undefined) ?? code
}

interface FilterProps {
  readonly visit: Visit
  readonly state: string
  readonly list: string
  readonly assignee: string
}

function Filter({ visit, state, list, assignee }: FilterProps): JSX.Element {
  const { t } = visit
  const options = PROPOSAL_STATES.map((value) => ({ value, text: t.proposals[value] }))
  return (
    <form method="get" action={QUEUE_PAGE.path} class="row" aria-label={t.filter}>
      <Choice
        {...{ visit, action: 'filter', name: 'state', options }}
        label={t.state}
        value={state}
      />
      <Field
        {...{ visit, action: 'filter', name: 'list' }}
        type="search"
        label={t.list}
        value={list}
      />
      <Field
        {...{ visit, action: 'filter', name: 'assignee', type: 'search', value: assignee }}
        label={t.proposals.assignee}
      />
      <button type="submit">{t.filter}</button>
    </form>
  )
}

interface QueueProps {
  readonly visit: Visit
  readonly items: readonly ProposalView[]
  readonly impacts: Impacts
  readonly hasTicks: boolean
}

function Queue({ visit, items, impacts, hasTicks }: QueueProps): JSX.Element {
  const { t } = visit
  const words = t.proposals
  const tickAll = <input type="checkbox" data-ticks="approve" aria-label={words.tickAll} hidden />
  const head = [
    ...['', words.since, t.list, t.what, t.entries, words.by, words.waitsFor, t.reason],
    ...(impacts.size > 0 ? [words.impact] : []),
    ...(hasTicks ? [tickAll] : []),
  ]
  const rows = items.map((proposal) => [
    <a href={`/console/proposals/${proposal.proposal}`}>{proposal.proposal}</a>,
    <Time at={proposal.openedAt} />,
    proposal.list,
    <ActWord t={t} proposal={proposal} />,
    <Samples t={t} proposal={proposal} />,
    t.signedInAs(proposal.author.name, proposal.author.organisation),
    waitsFor(t, proposal),
    proposal.reason,
    ...(impacts.size > 0 ? [<ImpactInShort t={t} impact={impacts.get(proposal.proposal)} />] : []),
    ...(hasTicks ? [<BatchTick visit={visit} proposal={proposal} />] : []),
  ])
  return <Table caption={words.queueCaption} head={head} rows={rows} empty={words.queueEmpty} />
}

function ImpactInShort({
  t,
  impact,
}: {
  readonly t: Visit['t']
  readonly impact: ImpactView | null | undefined
}): JSX.Element {
  if (!impact) return <span>{t.proposals.impactWait}</span>
  const formats = new Set(impact.formats.map(({ sentence }) => sentence))
  return <>{impact.sentences.filter((sentence) => !formats.has(sentence)).join('; ')}</>
}

/** Only of what may be approved as it stands: warnings are seen one by one. */
function BatchTick({
  visit,
  proposal,
}: {
  readonly visit: Visit
  readonly proposal: ProposalView
}): JSX.Element {
  const { list, author, findings, proposal: id, revision } = proposal
  const isOwn = author.name === visit.person.name
  if (isOwn || findings.length > 0 || !may(visit, 'approve', list)) return <span>–</span>
  const label = visit.t.proposals.tick(id)
  return <input type="checkbox" name="approve" value={`${id} ${revision}`} aria-label={label} />
}

export const APPROVE_BATCH = formAction({
  path: BATCH_PATH,
  operation: APPROVE_SEVERAL,
  page: QUEUE_PAGE,
  fields: { '/approvals': 'approve' },
  input: (fields) => ({
    body: {
      approvals: fields.all('approve').map((text) => {
        const [proposal = '', revision = ''] = text.split(' ')
        return { proposal, revision: Number(revision) }
      }),
    },
  }),
  next: ({ outcomes }) => {
    const query = new URLSearchParams(
      outcomes.flatMap(({ proposal, error }) =>
        error === null ? [] : [['refused', `${proposal} ${error.code}`] as [string, string]],
      ),
    )
    return query.size === 0
      ? { to: QUEUE_PAGE.path, done: 'approved' }
      : { to: `${QUEUE_PAGE.path}?${query.toString()}` }
  },
})
