/** How a case ends: every list that had an entry which fits has retired it, some have, or none. */
export const APPEAL_OUTCOMES = ['accepted', 'partly-accepted', 'refused'] as const
export type AppealOutcomeName = (typeof APPEAL_OUTCOMES)[number]

/** What is done in an appeal, each told in the chain (`docs/spec/appeals.md` §3). */
export const APPEAL_ACTS = [
  ...(['opened', 'message', 'answered', 'noted'] as const),
  // What each list does; the appellant isn't told until all have.
  ...(['retired', 'kept'] as const),
  ...APPEAL_OUTCOMES,
] as const
export type AppealActName = (typeof APPEAL_ACTS)[number]

/** `answered` waits for the appellant; after an outcome nothing more comes. */
export const APPEAL_STATES = ['open', 'answered', ...APPEAL_OUTCOMES] as const
export type AppealState = (typeof APPEAL_STATES)[number]

/** What somebody who appeals has said; nothing of it ever changes. */
export interface AppealTerms {
  /** The reference of an entry, or a value in canonical form. */
  readonly about: string
  readonly grounds: string
  /** Empty for none. */
  readonly contact: string
}

/** An appeal as it was opened. */
export interface Appeal extends AppealTerms {
  readonly id: number
  /** SHA-256 of the case's code in lower-case hex. */
  readonly codeHash: string
  readonly openedAt: Date
  /** The last day for an outcome, `YYYY-MM-DD`. */
  readonly dueOn: string
}

/** One line of an appeal's story. */
export interface AppealAct {
  readonly act: AppealActName
  /** Empty for the appellant, whom nobody knows. */
  readonly actor: string
  readonly organisation: string
  readonly at: Date
  readonly text: string
  /** Whether the appellant is told. */
  readonly isPublic: boolean
  /** The list for which somebody has acted; null for none. */
  readonly list: string | null
  /** Of `retired`: the decision that retired the entries. */
  readonly decision: number | null
}

/** Ids as people write them: `a7`. */
export function printAppealId(id: number): string {
  return `a${id}`
}

/** Null when it isn't one. */
export function readAppealId(text: string): number | null {
  return /^a[1-9]\d{0,14}$/.test(text) ? Number(text.slice(1)) : null
}
