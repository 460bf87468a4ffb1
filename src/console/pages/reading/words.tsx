import { domainToUnicode } from 'node:url'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { MarkView } from '../../ports/entries.ts'
import type { WaitingView } from '../../ports/lists.ts'
import type { Texts } from '../../texts/texts.ts'
import { Time } from '../parts/shown.tsx'

/** A number with its thousands apart, the same in every language. */
export function printCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, '\u202f')
}

/** How long ago, in its two greatest units. */
export function printAge(seconds: number): string {
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const
  const first = Math.max(
    0,
    units.findIndex(([size]) => seconds >= size),
  )
  const told = units.slice(first, first + 2).flatMap(([size, name], i) => {
    const above = i === 0 ? seconds : seconds % (units[first]?.[0] ?? 1)
    const count = Math.floor(above / size)
    return count === 0 && i > 0 ? [] : [`${count} ${name}`]
  })
  return seconds < 1 ? '0 s' : told.join(' ')
}

export function entryPath(value: string): string {
  return `/console/entries?value=${encodeURIComponent(value)}`
}

/** A value that leads to its story; beside A-labels what they stand for. */
export function EntryLink({
  value,
  found,
}: {
  readonly value: string
  /** What is marked in it. */
  readonly found?: string
}): JSX.Element {
  const host = value.split('/')[0] ?? ''
  const unicode = host.includes('xn--') ? domainToUnicode(host) : ''
  const at = found === undefined || found === '' ? -1 : value.indexOf(found)
  return (
    <>
      <a href={entryPath(value)} class="value">
        {at < 0 || found === undefined ? (
          value
        ) : (
          <>
            {value.slice(0, at)}
            <mark>{found}</mark>
            {value.slice(at + found.length)}
          </>
        )}
      </a>
      {unicode !== '' && unicode !== host && ` (${unicode})`}
    </>
  )
}

/** A serial, and when it was published. */
export function Mark({
  mark,
  none,
}: {
  readonly mark: MarkView | null
  readonly none: string
}): JSX.Element {
  if (mark === null) return <>{none}</>
  return (
    <>
      {mark.serial}, <Time at={mark.at} />
    </>
  )
}

export function printWaiting({ reading: t }: Texts, waiting: WaitingView): string {
  const { decisions, added, retired, amended } = waiting
  if (decisions === 0) return t.waitingNothing
  return t.waitingCount(printCount(added), printCount(retired), printCount(amended))
}
