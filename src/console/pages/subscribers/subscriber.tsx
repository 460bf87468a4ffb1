import type { JSX } from 'hono/jsx/jsx-runtime'
import { SHOW_CONFIGURATION, SHOW_PULLS, SHOW_SUBSCRIBER } from '../../api/subscriber-operations.ts'
import { SECONDARY_SERVERS, type PullView, type SubscriberView } from '../../ports/subscribers.ts'
import type { Page } from '../page.ts'
import { Choice, Field } from '../parts/form.tsx'
import { Facts, Table, Time } from '../parts/shown.tsx'
import { mayAnywhere, type Visit } from '../visit.ts'
import { printState } from './subscriber-list.tsx'
import { SubscriberForms } from './subscriber-forms.tsx'
import { Lag, SUBSCRIBERS_PATH } from './words.tsx'

interface Part {
  readonly visit: Visit
  readonly subscriber: SubscriberView
}

/** A subscriber, what it has taken last of each list, and what may be done with it. */
export const SUBSCRIBER_PAGE: Page = {
  path: `${SUBSCRIBERS_PATH}/:subscriber`,
  show: async (visit) => {
    const params = { subscriber: visit.params['subscriber'] ?? '' }
    const subscriber = await visit.ask(SHOW_SUBSCRIBER, { params })
    const { items } = await visit.ask(SHOW_PULLS, { params })
    const isManaged = subscriber.revokedAt === null && mayAnywhere(visit, ['manage-subscribers'])
    const part = { visit, subscriber }
    const body = (
      <>
        <About {...part} />
        <Pulls visit={visit} items={items} />
        {await Configuration(part)}
        {isManaged && <SubscriberForms {...part} />}
      </>
    )
    return { title: subscriber.name, body }
  },
}

function About({ visit, subscriber }: Part): JSX.Element {
  const { t } = visit
  const words = t.subscribers
  const { lists, networks, notify, keys, createdAt, rotatedAt, oldTokenUntil } = subscriber
  const { revokedAt } = subscriber
  const joined = (values: readonly string[], none: string): string =>
    values.length === 0 ? none : values.join(', ')
  return (
    <Facts
      facts={[
        [words.lists, joined(lists, t.none)],
        [t.state, printState(visit, subscriber)],
        [words.networks, joined(networks, words.anywhere)],
        [words.notify, joined(notify, words.nobody)],
        [words.keys, <Keys visit={visit} keys={keys} />],
        [words.catalog, <code>{subscriber.catalog}</code>],
        [words.since, <Time at={createdAt} />],
        [words.rotated, <Time at={rotatedAt} />],
        ...(oldTokenUntil === null ? [] : [[words.oldToken, <Time at={oldTokenUntil} />] as const]),
        ...(revokedAt === null ? [] : [[words.revoked, <Time at={revokedAt} />] as const]),
      ]}
    />
  )
}

function Keys({
  visit: { t },
  keys,
}: {
  readonly visit: Visit
  readonly keys: SubscriberView['keys']
}): JSX.Element {
  if (keys.length === 0) return <>{t.none}</>
  return (
    <ul>
      {keys.map(({ name, algorithm, createdAt, until }) => (
        <li>
          <code>{name}</code>, {algorithm}, <Time at={createdAt} />
          {until !== null && (
            <>
              {' '}
              {t.subscribers.until} <Time at={until} />
            </>
          )}
        </li>
      ))}
    </ul>
  )
}

function Pulls({
  visit,
  items,
}: {
  readonly visit: Visit
  readonly items: readonly PullView[]
}): JSX.Element {
  const { t } = visit
  const words = t.subscribers
  const rows = items.map((pull) => [
    pull.list ?? words.catalog,
    pull.way === 'http' ? words.http : words.secondary(pull.address ?? ''),
    words.states[pull.state],
    <Lag visit={visit} lag={pull} />,
    pull.serial === null ? '–' : String(pull.serial),
    pull.newest === null ? '–' : String(pull.newest),
    <Time at={pull.pulledAt} />,
    <Time at={pull.askedAt} />,
  ])
  const head = [
    ...[t.list, words.way, t.state, words.lag, words.taken, words.newest],
    ...[words.takenAt, words.asked],
  ]
  return (
    <section aria-labelledby="pulls">
      <h2 id="pulls">{words.pulls}</h2>
      <p class="hint">{words.pullsAbout}</p>
      <Table caption={words.pulls} head={head} rows={rows} empty={t.none} />
    </section>
  )
}

/** What to paste into the configuration of a secondary, where that was asked for. */
async function Configuration({ visit, subscriber: { name } }: Part): Promise<JSX.Element> {
  const { t, url } = visit
  const words = t.subscribers
  const server = SECONDARY_SERVERS.find((one) => one === url.searchParams.get('server'))
  const primary = url.searchParams.get('primary')?.trim() ?? ''
  const query = { server: server ?? '', ...(primary !== '' && { primary }) }
  const params = { subscriber: name }
  const told = server === undefined ? null : await visit.ask(SHOW_CONFIGURATION, { params, query })
  const field = { visit, action: 'configuration' }
  return (
    <section aria-labelledby="configuration">
      <h2 id="configuration">{words.configuration}</h2>
      <p class="hint">{words.configurationHint}</p>
      <form method="get" action={`${SUBSCRIBERS_PATH}/${name}`} class="row" aria-label={t.show}>
        <Choice
          {...{ ...field, name: 'server', value: server ?? 'bind' }}
          options={SECONDARY_SERVERS.map((value) => ({ value, text: words.servers[value] }))}
          label={words.server}
        />
        <Field {...{ ...field, name: 'primary', value: primary }} label={words.primary} />
        <button type="submit">{t.show}</button>
      </form>
      {told !== null && <pre tabindex={0}>{told.text}</pre>}
    </section>
  )
}
