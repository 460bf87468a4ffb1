import type { JSX } from 'hono/jsx/jsx-runtime'
import { SHOW_OVERVIEW } from '../../api/overview-operations.ts'
import { loadPlots } from '../../plots/draw-plots.ts'
import type { MarkView } from '../../ports/entries.ts'
import type { OverviewView, SubscriberFigures } from '../../ports/overview.ts'
import type { Page } from '../page.ts'
import { Table, Time } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'
import { Figure, ListPlots } from './list-plots.tsx'
import { NextSerial } from './lists.tsx'
import { Lag } from '../subscribers/words.tsx'
import { Mark, printAge, printCount, printWaiting } from './words.tsx'

/** Lists that are drawn here; those beyond have plots on their own pages. */
const DRAWN_LISTS = 6

/** How everything stands. */
export const OVERVIEW_PAGE: Page = {
  path: '/console',
  show: async (visit) => {
    const words = visit.t.reading
    const told = await visit.ask(SHOW_OVERVIEW)
    const part = { visit, told }
    const drawn = told.lists.slice(0, DRAWN_LISTS)
    const plots = await Promise.all(drawn.map((figures) => ListPlots({ visit, figures })))
    const body = (
      <>
        {told.urgent.length > 0 && <Urgent {...part} />}
        <Lists {...part} />
        {await Queue(part)}
        <Reviews {...part} />
        {told.urgent.length === 0 && <Urgent {...part} />}
        {told.subscribers !== null && (await Subscribers({ visit, rows: told.subscribers }))}
        {plots.length > 0 && <h2>{words.growthTitle}</h2>}
        {plots}
      </>
    )
    return { title: words.overview, body }
  },
}

interface Part {
  readonly visit: Visit
  readonly told: OverviewView
}

function Lists({ visit, told: { lists } }: Part): JSX.Element {
  const { t } = visit
  const words = t.reading
  return (
    <Table
      caption={words.listsCaption}
      head={[t.list, words.entriesNow, words.lastSerial, words.waiting, words.nextSerial]}
      rows={lists.map(({ list, entries, published, waiting, nextAt }) => [
        <a href={`/console/lists/${list}`}>{list}</a>,
        printCount(entries),
        <Mark mark={published} none={words.neverPublished} />,
        printWaiting(t, waiting),
        <NextSerial visit={visit} nextAt={nextAt} />,
      ])}
      empty={words.noLists}
    />
  )
}

async function Queue({ visit, told: { queue } }: Part): Promise<JSX.Element> {
  const { t } = visit
  const words = t.reading
  const bars = words.ages.map((name, i) => ({
    name,
    value: queue.reduce((sum, { ages }) => sum + (ages[i] ?? 0), 0),
  }))
  const description = words.barsSay(bars.map(({ name, value }) => `${name}: ${value}`).join(', '))
  const named = { id: 'ages', title: words.agesTitle, description }
  return (
    <section aria-labelledby="queue">
      <h2 id="queue">{words.queueTitle}</h2>
      {queue.length > 0 && (
        <Figure title={words.agesTitle} svg={(await loadPlots()).bars(bars, named)} />
      )}
      <Table
        caption={words.queueTitle}
        head={[t.list, words.open, words.urgent, words.oldest, ...words.ages]}
        rows={queue.map(({ list, open, urgent, oldestAt, ages }) => [
          <a href={`/console/queue?list=${list}`}>{list}</a>,
          ...[printCount(open), printCount(urgent), <Time at={oldestAt} />],
          ...ages.map(printCount),
        ])}
        empty={words.queueEmpty}
      />
    </section>
  )
}

function Reviews({ visit: { t }, told: { reviews } }: Part): JSX.Element {
  const words = t.reading
  return (
    <section aria-labelledby="reviews">
      <h2 id="reviews">{words.reviewsTitle}</h2>
      <Table
        caption={words.reviewsTitle}
        head={[t.list, words.cause, words.open, words.overdue]}
        rows={reviews.map(({ list, cause, open, overdue }) => [
          ...[list, words.causes[cause], printCount(open)],
          overdue === 0 ? '0' : <strong class="urgent">{printCount(overdue)}</strong>,
        ])}
        empty={words.reviewsEmpty}
      />
    </section>
  )
}

function Urgent({ visit: { t }, told: { urgent } }: Part): JSX.Element {
  const words = t.reading
  return (
    <section aria-labelledby="urgent">
      <h2 id="urgent">{words.urgentTitle}</h2>
      <Table
        caption={words.urgentTitle}
        head={[
          words.decision,
          t.list,
          t.what,
          t.entries,
          t.who,
          words.since,
          words.published,
          t.reason,
        ]}
        rows={urgent.map((one) => [
          ...[String(one.decision), one.list, t.proposals.acts[one.act]],
          ...[printCount(one.entries), one.decidedBy],
          <>
            {printAge(one.secondsSince)} (<Time at={one.decidedAt} />)
          </>,
          one.published === null ? (
            <strong class="urgent">{words.notPublished}</strong>
          ) : (
            <Mark mark={one.published} none="" />
          ),
          one.reason,
        ])}
        empty={words.urgentEmpty}
      />
    </section>
  )
}

/** Those who lag the most, in the plot; a table has all. */
const DRAWN_SUBSCRIBERS = 12

async function Subscribers({
  visit,
  rows,
}: {
  readonly visit: Visit
  readonly rows: readonly SubscriberFigures[]
}): Promise<JSX.Element> {
  const { t } = visit
  const words = t.reading
  const bars = rows
    .flatMap(({ subscriber, list, mostBehind: value }) =>
      value === null || value === 0 ? [] : [{ name: `${subscriber}, ${list}`, value }],
    )
    .sort((a, b) => b.value - a.value)
    .slice(0, DRAWN_SUBSCRIBERS)
  const description = words.barsSay(bars.map(({ name, value }) => `${name}: ${value}`).join('; '))
  const named = { id: 'lag', title: words.lagTitle, description }
  return (
    <section aria-labelledby="subscribers">
      <h2 id="subscribers">{words.subscribersTitle}</h2>
      {bars.length > 0 && (
        <Figure title={words.lagTitle} svg={(await loadPlots()).bars(bars, named)} />
      )}
      <Table
        caption={words.subscribersTitle}
        head={[
          ...[words.subscriber, t.list, words.lastSerial, words.fetched, words.secondaries],
          ...[words.current, words.behind, words.inDoubt, words.mostBehind],
        ]}
        rows={rows.map((one) => [
          <a href={`/console/subscribers/${one.subscriber}`}>{one.subscriber}</a>,
          ...[one.list, one.serial === null ? '–' : String(one.serial)],
          <Mark mark={fetchedOf(one)} none="–" />,
          ...[one.secondaries, one.current, one.behind, one.inDoubt].map(printCount),
          <Lag visit={visit} lag={{ ...one, serialsBehind: one.mostBehind }} />,
        ])}
        empty={words.subscribersEmpty}
      />
    </section>
  )
}

/** What it fetched last over HTTP. */
function fetchedOf({ fetched, fetchedAt }: SubscriberFigures): MarkView | null {
  return fetched === null || fetchedAt === null ? null : { serial: fetched, at: fetchedAt }
}
