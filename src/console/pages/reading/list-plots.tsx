import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { loadPlots } from '../../plots/draw-plots.ts'
import type { DayView, ListFigures } from '../../ports/overview.ts'
import { Table } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'
import { printCount } from './words.tsx'

/** How a list became what it is: two plots, and their figures in a table. */
export async function ListPlots({
  visit,
  figures: { list, days },
}: {
  readonly visit: Visit
  readonly figures: ListFigures
}): Promise<JSX.Element> {
  const words = visit.t.reading
  const plots = await loadPlots()
  const sum = (of: 'added' | 'retired'): string =>
    printCount(days.reduce((total, day) => total + day[of], 0))
  const sizes = days.flatMap(({ entries }) => entries ?? [])
  const [first = 0, last = 0] = [sizes[0], sizes.at(-1)]
  const size = plots.size(days, {
    ...{ id: `size-${list}`, title: words.sizeTitle(list) },
    description: words.sizeSays(days.length, printCount(first), printCount(last)),
  })
  const changes = plots.changes(days, {
    ...{ id: `changes-${list}`, title: words.changesTitle(list) },
    description: words.changesSays(days.length, sum('added'), sum('retired')),
  })
  return (
    <div class="two">
      <Figure title={words.sizeTitle(list)} svg={size} />
      <Figure title={words.changesTitle(list)} svg={changes}>
        <DayTable visit={visit} list={list} days={days} />
      </Figure>
    </div>
  )
}

/** A plot with its title, and below it its figures. */
export function Figure({
  title,
  svg,
  children,
}: {
  readonly title: string
  /** Made by `plots`, which escapes what is in it. */
  readonly svg: string
  readonly children?: Child
}): JSX.Element {
  return (
    <figure>
      <figcaption>{title}</figcaption>
      {raw(svg)}
      {children}
    </figure>
  )
}

interface DayTableProps {
  readonly visit: Visit
  readonly list: string
  readonly days: readonly DayView[]
}

/** Days on which nothing changed are left out: they say the same as the one before. */
function DayTable({ visit: { t }, list, days }: DayTableProps): JSX.Element {
  const words = t.reading
  const told = days.filter(
    ({ entries, added, retired }, i) =>
      i === 0 || added > 0 || retired > 0 || entries !== days[i - 1]?.entries,
  )
  return (
    <details>
      <summary>{words.figures}</summary>
      <Table
        caption={words.sizeTitle(list)}
        head={[words.day, t.entries, words.added, words.retired]}
        rows={told.map(({ day, entries, added, retired }) => [
          <time datetime={day}>{day}</time>,
          entries === null ? '–' : printCount(entries),
          ...[printCount(added), printCount(retired)],
        ])}
        empty={t.none}
      />
    </details>
  )
}
