import { dayOf } from '../core/day.ts'

/** What is kept of a name between looks. */
export interface NameCheck {
  readonly askedAt: Date
  /** Since when every clear answer says that there is no such name; null when the last one said that there is. */
  readonly goneSince: Date | null
}

export interface NextNameCheck {
  readonly check: NameCheck
  /** The day on which it was gone first, when that is sure enough for somebody to look; else null. */
  readonly goneOn: string | null
}

/** A name that is gone for so long, at two looks, is gone for more than a change of servers. */
export const GONE_MS = 86_400_000

/**
 * What an answer makes of what was known. Only answers of the name's own zone count: no answer, or an unclear one, makes a name neither gone nor
 * there. A clock that went back makes no two looks a day apart.
 */
export function nextNameCheck(
  before: NameCheck | null,
  said: 'there' | 'gone' | 'unclear',
  at: Date,
): NextNameCheck {
  const known = before?.goneSince ?? null
  if (said === 'there') return { check: { askedAt: at, goneSince: null }, goneOn: null }
  if (said === 'unclear') return { check: { askedAt: at, goneSince: known }, goneOn: null }
  const goneSince = known ?? at
  const isSure = at.getTime() - goneSince.getTime() >= GONE_MS
  return { check: { askedAt: at, goneSince }, goneOn: isSure ? dayOf(goneSince) : null }
}
