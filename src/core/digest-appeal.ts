import { createHash } from 'node:crypto'
import type { Appeal, AppealAct } from './appeal.ts'
import { printSortedJson } from './sorted-json.ts'

/** What was handed in as it lies in the database: its time as text, so that an edit of it is found, not stumbled over. */
export type DigestedAppeal = Omit<Appeal, 'openedAt'> & { readonly openedAt: string }

/** An act, as it lies there. */
export type DigestedAppealAct = Omit<AppealAct, 'at' | 'isPublic'> & {
  readonly at: string
  readonly isPublic: number
}

/**
 * What an event commits to of an act on an appeal: SHA-256 in lower-case hex (`docs/spec/events.md` §4). What people from outside have
 * written stands in no event: those are copied out and kept for ever.
 */
export function digestAppealAct(appeal: DigestedAppeal, done: DigestedAppealAct): string {
  const { id, codeHash, about, grounds, contact, openedAt, dueOn } = appeal
  const { act, actor, organisation, at, text, isPublic, list, decision } = done
  const canonical = printSortedJson({
    ...{ appeal: id, codeHash, about, grounds, contact, openedAt, dueOn },
    ...{ act, actor, organisation, at, text, isPublic, list, decision },
  })
  return createHash('sha256').update('bailiwick-appeal/1\n').update(canonical).digest('hex')
}
