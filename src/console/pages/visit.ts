import type { Act } from '../../curation/may-act.ts'
import { mayAct } from '../../curation/may-act.ts'
import { ALL_LISTS, type Person } from '../../core/person.ts'
import type { Problem } from '../../platform/problem.ts'
import type { Input, Operation } from '../api/operation.ts'
import type { Caller } from '../authenticate.ts'
import type { Texts } from '../texts/texts.ts'
import type { IssuerName } from '../single-sign-on/issuer-terms.ts'
import type { FormFields } from './form-fields.ts'

/** One view of a page: who looks, in which language, and what of a form came back. */
export interface Visit {
  /** Null on pages that are open to everybody. */
  readonly caller: Caller | null
  readonly person: Person
  readonly t: Texts
  readonly url: URL
  /** By whose word people may sign in. */
  readonly issuers: readonly IssuerName[]
  readonly params: Readonly<Record<string, string>>
  readonly at: Date
  /** What stands in each form, so that no other site can have made it. */
  readonly token: string
  /** A new one for each form, so that a double click does once what it does. */
  readonly onceKey: () => string
  /** Of the Content Security Policy, for this answer alone. */
  readonly nonce: string
  /** What was wrong with a form that came back; null for none. */
  readonly refused: Refused | null
  /** Asks an operation, as whoever looks. Throws its faults. */
  readonly ask: <I extends Input, A extends object | null>(
    operation: Operation<I, A>,
    input?: AskInput<I>,
  ) => Promise<A>
}

export interface AskInput<I extends Input> {
  readonly params?: I['params']
  /** As it would stand in a URL. */
  readonly query?: Readonly<Record<string, string | number | undefined>>
}

/** A form that came back. */
export interface Refused {
  /** The path of its action. */
  readonly action: string
  readonly problem: Problem
  /** What is wrong, by the names of its fields. */
  readonly errors: ReadonlyMap<string, string>
  readonly typed: FormFields
}

/** Whether whoever looks may do the act on that list. */
export function may({ person }: Visit, act: Act, list: string): boolean {
  return mayAct(person, act, list).allowed
}

/** Whether whoever looks may do one of the acts on some list. */
export function mayAnywhere({ person }: Pick<Visit, 'person'>, acts: readonly Act[]): boolean {
  const lists = [ALL_LISTS, ...person.roles.map(({ list }) => list)]
  return acts.some((act) => lists.some((list) => mayAct(person, act, list).allowed))
}
