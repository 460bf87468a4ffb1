import type { AppealView, AppealedEntryView } from '../../console/ports/appeals.ts'
import { Fault } from '../../core/fault.ts'
import type { AppealAsked } from './appeal-deeds.ts'

/**
 * The list that somebody answers for: the one that is named, or else the only one of those whose appeals he reads that has an entry which fits;
 * null where none has. Throws `usage/invalid`.
 */
export function meantList({ entries }: AppealView, { list }: AppealAsked): string | null {
  if (list !== undefined) return list
  const fitting = new Set(entries.filter(({ isListed }) => isListed).map((entry) => entry.list))
  if (fitting.size > 1) throw listNeeded(`with one of ${[...fitting].join(', ')}`)
  const [only = null] = fitting
  return only
}

/** What is to be retired, and from which list. Throws `usage/invalid`. */
export function meantEntries(
  view: AppealView,
  asked: AppealAsked & { readonly values?: readonly string[] },
): { readonly list: string; readonly entries: readonly Pick<AppealedEntryView, 'value'>[] } {
  const list = meantList(view, asked)
  if (list === null) throw listNeeded('for no entry that is listed now fits')
  if (asked.values !== undefined) return { list, entries: asked.values.map((value) => ({ value })) }
  const entries = view.entries
    .filter((entry) => entry.list === list && entry.isListed)
    .map(({ value, kind }) => ({ value, kind }))
  return { list, entries }
}

function listNeeded(why: string): Fault {
  return new Fault('usage/invalid', `expected --list, ${why}, got none`)
}
