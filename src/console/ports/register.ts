import type { Person } from '../../core/person.ts'
import type { RegisterPurpose, RegisterRow, WrittenRow } from '../../core/register.ts'

/** The register of what must not be blocked by a slip, as somebody looks at it. */
export interface RegisterPage {
  /** The identity of all of it. */
  readonly state: string
  /** Whether it is what the program ships: the authority has changed nothing yet. */
  readonly isShipped: boolean
  /** Of all of it, whatever is shown. */
  readonly rows: number
  readonly items: readonly RegisterRow[]
}

export interface RegisterFilter {
  readonly purpose?: RegisterPurpose
  /** What stands in the value or the reason. */
  readonly text?: string
  /** The value to go on behind. */
  readonly behind: string | null
  readonly limit: number
}

export interface RegisterChangeView {
  readonly change: number
  readonly at: string
  readonly actor: string
  readonly reason: string
  readonly added: number
  readonly removed: number
  /** Of the register after it. */
  readonly state: string
}

export interface RegisterRequest {
  readonly reason: string
  readonly add?: readonly WrittenRow[]
  readonly remove?: readonly string[]
}

/** What became of a change. */
export interface RegisterOutcome {
  /** Null where it said all that already. */
  readonly made: RegisterChangeView | null
  readonly state: string
}

/** The register: read by whoever reads the entries of some list, changed by administrators of all lists. Throws `user/refused`. */
export interface RegisterDesk {
  readonly page: (person: Person, filter: RegisterFilter) => RegisterPage
  /** Newest first. */
  readonly changes: (
    person: Person,
    page: { readonly before: number | null; readonly limit: number },
  ) => readonly RegisterChangeView[]
  /** Throws `request/changed` when it isn't in `expected` any more, `register/invalid` with places, `register/not-found`. */
  readonly change: (
    person: Person,
    request: RegisterRequest & { readonly expected: string },
    at: Date,
  ) => RegisterOutcome
}
