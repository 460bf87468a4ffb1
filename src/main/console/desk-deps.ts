import type { IssuerName } from '../../console/single-sign-on/issuer-terms.ts'
import type { Person } from '../../core/person.ts'
import type { Store } from '../../store/open-store.ts'
import type { Deciding } from '../proposals/deciding.ts'

/** What the parts of the desk work on. */
export interface DeskDeps {
  /** The data folder. */
  readonly data: string
  readonly store: Store
  /** By whose word people may sign in. */
  readonly issuers: readonly IssuerName[]
  /** What went wrong behind an answer that tells of something else. */
  readonly onFault: (error: unknown) => void
  /** What an act of that person needs. */
  readonly decidingOf: (person: Person, at: Date) => Deciding
}
