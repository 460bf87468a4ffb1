import type { RegisterRow } from '../core/register.ts'
import type { RegisterChange } from '../store/register-store.ts'
import type { RegisterRequest } from './change-register.ts'

/**
 * What commands do with the register: on a data folder as a named actor (`local-register.ts`), or at a server as whoever the API key is of
 * (`server-register.ts`). Faults are those of the use cases on both.
 */
export interface RegisterDeeds {
  readonly rows: () => Promise<ToldRegister>
  /** One change of it as it is now; null where it says all that already. */
  readonly change: (request: Omit<RegisterRequest, 'expected'>) => Promise<RegisterChange | null>
  /** Newest first. */
  readonly changes: (limit: number) => Promise<readonly RegisterChange[]>
  /** With the rows that each has put in and taken out. */
  readonly wholeChanges: (limit: number) => Promise<readonly object[]>
}

export interface ToldRegister {
  /** The identity of all of it. */
  readonly state: string
  /** Whether it is what the program ships. */
  readonly isShipped: boolean
  readonly rows: readonly RegisterRow[]
}
