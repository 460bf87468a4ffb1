import { Fault } from '../core/fault.ts'
import type { DiffQuery, EntriesQuery, PublicationsQuery } from './api-schemas.ts'
import type { ServedList } from './catalog.ts'
import { parseCursor, printCursor } from './cursor.ts'
import type { History, Publication, PublicationSource } from './ports.ts'

export interface QuestionDeps {
  readonly publications: PublicationSource
  readonly history: History
}

/** A page of the entries of a list. All pages that one cursor leads to are of the same serial. */
export async function answerEntries(
  deps: QuestionDeps,
  list: ServedList,
  query: EntriesQuery,
): Promise<object> {
  const { cursor, limit, value, prefix, kind } = query
  const [fixed, afterValue, afterKind] =
    cursor === undefined ? [] : parseCursor(cursor, [0, '', ''] as [number, string, string])
  const at = fixed === undefined ? query.at : String(fixed)
  const { serial, state, decision } = publicationAt(deps, list, at)
  const page = await deps.history.entries({
    ...{ listRowId: list.rowId, decision, limit: limit + 1 },
    after:
      afterValue === undefined || afterKind === undefined
        ? null
        : { value: afterValue, kind: afterKind },
    ...(value !== undefined && { value }),
    ...(prefix !== undefined && { prefix }),
    ...(kind !== undefined && { kind }),
  })
  const entries = page.slice(0, limit)
  const last = entries.at(-1)
  const hasMore = page.length > limit && last !== undefined
  const next = hasMore ? printCursor([serial, last.value, last.kind]) : null
  return { list: list.id, serial, state, entries, next }
}

/** A page of what lies between two serials. */
export async function answerDiff(
  deps: QuestionDeps,
  list: ServedList,
  { from, to, cursor, limit }: DiffQuery,
): Promise<object> {
  const before = publicationOf(deps, list, from)
  const after = publicationOf(deps, list, to)
  const [skip = 0] = cursor === undefined ? [] : parseCursor(cursor, [0] as [number])
  const { added, removed, page } = await deps.history.changes({
    ...{ listRowId: list.rowId, from: before.decision, to: after.decision, skip, limit },
  })
  const isLast = skip + page.length >= added + removed
  return {
    ...{ list: list.id, from, to, fromState: before.state, toState: after.state },
    ...{ added, removed, changes: page },
    next: isLast ? null : printCursor([skip + page.length]),
  }
}

/** A page of a list's serials, newest first. */
export function answerPublications(
  { publications }: QuestionDeps,
  list: ServedList,
  { cursor, limit }: PublicationsQuery,
): object {
  const [before = 2 ** 32] = cursor === undefined ? [] : parseCursor(cursor, [0] as [number])
  const page = publications.page(list.rowId, { before, limit: limit + 1 })
  const shown = page.slice(0, limit)
  const last = shown.at(-1)
  return {
    list: list.id,
    publications: shown.map(print),
    next: page.length > limit && last !== undefined ? printCursor([last.serial]) : null,
  }
}

/** One serial, as `text` names it. */
export function printPublication(deps: QuestionDeps, list: ServedList, text: string): object {
  const serial = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0
  return print(publicationOf(deps, list, serial))
}

function print({ serial, state, entries, added, removed, publishedAt }: Publication): object {
  return { serial, state, entries, added, removed, publishedAt: publishedAt.toISOString() }
}

function publicationAt(deps: QuestionDeps, list: ServedList, at: string | undefined): Publication {
  if (at === undefined) return list.latest ?? noSerial(list, 'any')
  if (/^\d+$/.test(at)) return publicationOf(deps, list, Number(at))
  // A day alone means all that was published on it.
  const time = new Date(at.length === 10 ? `${at}T23:59:59.999Z` : at)
  if (Number.isNaN(time.getTime())) {
    throw new Fault('request/invalid', `expected a day or a time of the calendar, got "${at}"`)
  }
  return deps.publications.at(list.rowId, time) ?? noSerial(list, at)
}

function publicationOf(deps: QuestionDeps, list: ServedList, serial: number): Publication {
  if (serial === list.latest?.serial) return list.latest
  return deps.publications.find(list.rowId, serial) ?? noSerial(list, String(serial))
}

function noSerial(list: ServedList, asked: string): never {
  const newest = list.latest?.serial
  const known = newest === undefined ? 'none so far' : `serials 1 to ${newest}`
  throw new Fault(
    'snapshot/not-found',
    `expected a serial of ${list.id} (${known}), got ${JSON.stringify(asked)}`,
  )
}
