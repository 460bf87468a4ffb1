import type { JSX } from 'hono/jsx/jsx-runtime'
import { LIST_LISTS, SHOW_LIST } from '../../api/list-operations.ts'
import { SHOW_OVERVIEW } from '../../api/overview-operations.ts'
import type { ListView } from '../../ports/lists.ts'
import type { Page } from '../page.ts'
import { Facts, Table, Time } from '../parts/shown.tsx'
import { may, type Visit } from '../visit.ts'
import { ListPlots } from './list-plots.tsx'
import { Mark, printCount, printWaiting } from './words.tsx'

/** The lists that whoever looks may read. */
export const LISTS_PAGE: Page = {
  path: '/console/lists',
  show: async (visit) => {
    const { t } = visit
    const words = t.reading
    const { items } = await visit.ask(LIST_LISTS)
    const body = (
      <Table
        caption={words.listsCaption}
        head={[
          ...[t.list, words.title, words.visibility, words.entriesNow, words.lastSerial],
          ...[words.waiting, words.nextSerial],
        ]}
        rows={items.map((list) => [
          <a href={`/console/lists/${list.list}`}>{list.list}</a>,
          list.title,
          words.visibilities[list.visibility],
          printCount(list.entries),
          <LastSerial visit={visit} list={list} />,
          printWaiting(t, list.waiting),
          <NextSerial visit={visit} nextAt={list.nextAt} />,
        ])}
        empty={words.noLists}
      />
    )
    return { title: words.lists, body }
  },
}

/** A list: what it says of itself, how it stands, and how it came to that. */
export const LIST_PAGE: Page = {
  path: '/console/lists/:list',
  show: async (visit) => {
    const { t, params } = visit
    const words = t.reading
    const list = await visit.ask(SHOW_LIST, { params: { list: params['list'] ?? '' } })
    const { lists } = await visit.ask(SHOW_OVERVIEW)
    const figures = lists.find((one) => one.list === list.list)
    const body = (
      <>
        <About visit={visit} list={list} />
        <ul>
          <li>
            <a href={`/console/search?list=${list.list}`}>{words.searchIn}</a>
          </li>
          <li>
            <a href={`/console/publications?list=${list.list}`}>{words.publications}</a>
          </li>
          <li>
            <a href={`/console/queue?list=${list.list}`}>{t.navigation.queue}</a>
          </li>
          {may(visit, 'publish', list.list) && (
            <li>
              <a href={`/console/publish/${list.list}`}>{t.publishing.go}</a>
            </li>
          )}
        </ul>
        {figures !== undefined && (await ListPlots({ visit, figures }))}
      </>
    )
    return { title: words.listTitle(list.list), body }
  },
}

interface OfList {
  readonly visit: Visit
  readonly list: ListView
}

function About({ visit, list }: OfList): JSX.Element {
  const { t } = visit
  const words = t.reading
  const { approvals, review } = list
  const expireAfter = review.expireAfterDays
  return (
    <Facts
      facts={[
        [words.title, list.title],
        [t.what, list.description || '–'],
        [words.authority, list.authority],
        [words.visibility, words.visibilities[list.visibility]],
        [t.basis, list.legalBasis || '–'],
        [t.action, [list.action.type, ...list.action.to].join(' ')],
        [t.category, list.categories.join(', ') || '–'],
        [words.policy, t.proposals.policy(approvals.needed, approvals.organisations)],
        [
          words.retirePolicy,
          t.proposals.policy(approvals.retire.needed, approvals.retire.organisations),
        ],
        [words.reviewAfter, words.days(review.afterDays)],
        [words.expireAfter, expireAfter === null ? words.never : words.days(expireAfter)],
        [words.schedule, list.cron ?? words.byHand],
        [words.zone, list.zone ?? '–'],
        [words.entriesNow, printCount(list.entries)],
        [words.lastSerial, <LastSerial visit={visit} list={list} />],
        [words.waiting, printWaiting(t, list.waiting)],
        [words.nextSerial, <NextSerial visit={visit} nextAt={list.nextAt} />],
      ]}
    />
  )
}

function LastSerial({ visit, list: { published } }: OfList): JSX.Element {
  const mark = published && { serial: published.serial, at: published.publishedAt }
  return <Mark mark={mark} none={visit.t.reading.neverPublished} />
}

/** When the schedule publishes next. */
export function NextSerial({
  visit,
  nextAt,
}: {
  readonly visit: Visit
  readonly nextAt: string | null
}): JSX.Element {
  return nextAt === null ? <>{visit.t.reading.byHand}</> : <Time at={nextAt} />
}
