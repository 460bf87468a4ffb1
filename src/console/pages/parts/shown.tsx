import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Visit } from '../visit.ts'

/** A time, as ISO 8601 with its zone, which is always UTC. */
export function Time({ at }: { readonly at: string | null }): JSX.Element {
  if (at === null) return <span>–</span>
  const text = at.replace('T', ' ').replace(/(?:\.\d+)?Z$/, 'Z')
  return <time datetime={at}>{text}</time>
}

interface TableProps {
  readonly caption: string
  readonly head: readonly Child[]
  readonly rows: readonly (readonly Child[])[]
  /** What stands there where there are no rows. */
  readonly empty: string
  /** The column by which the rows are sorted, and how. */
  readonly sorted?: { readonly column: number; readonly by: 'ascending' | 'descending' }
}

/** A table that scrolls by itself where the screen is narrow, by the keyboard too. */
export function Table({ caption, head, rows, empty, sorted }: TableProps): JSX.Element {
  if (rows.length === 0) return <p class="empty">{empty}</p>
  return (
    <div class="scroll" role="group" aria-label={caption} tabindex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {/* What has no name heads nothing. */}
            {head.map((cell, i) =>
              cell === '' ? (
                <td></td>
              ) : (
                <th scope="col" aria-sort={sorted?.column === i ? sorted.by : undefined}>
                  {cell}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((cell, i) => (i === 0 ? <th scope="row">{cell}</th> : <td>{cell}</td>))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Names and what they are. */
export function Facts({
  facts,
}: {
  readonly facts: readonly (readonly [string, Child])[]
}): JSX.Element {
  return (
    <dl class="facts">
      {facts.map(([name, what]) => (
        <div>
          <dt>{name}</dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  )
}

/** The way to the next page of a list; `next` is a cursor. */
export function Pager({
  visit,
  next,
}: {
  readonly visit: Visit
  readonly next: string | null
}): JSX.Element {
  const { url, t } = visit
  const isFirst = !url.searchParams.has('cursor')
  if (isFirst && next === null) return <></>
  return (
    <nav class="pager" aria-label={t.next}>
      {!isFirst && <a href={withParameter(url, 'cursor', null)}>{t.first}</a>}
      {next !== null && <a href={withParameter(url, 'cursor', next)}>{t.next}</a>}
    </nav>
  )
}

/** The path of a page with one parameter set, or taken away. */
export function withParameter(url: URL, name: string, value: string | null): string {
  const query = new URLSearchParams(url.search)
  query.delete('done')
  if (value === null) query.delete(name)
  else query.set(name, value)
  const text = query.toString()
  return url.pathname + (text === '' ? '' : `?${text}`)
}
