import type { Command } from 'commander'
import type { RegisterRow } from '../core/register.ts'
import type { RegisterChange } from '../store/register-store.ts'
import type { RegisterRequest } from './change-register.ts'
import { withWay, type Ways } from './with-way.ts'

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

const WAYS: Ways<RegisterDeeds> = {
  local: async () => (await import('./local-register.ts')).localRegister,
  server: async () => (await import('./server-register.ts')).serverRegister,
}

/** Runs `work` with what commands do with the register, on the way that the options name. Throws `usage/invalid`. */
export async function withRegister<T>(
  command: Command,
  work: (register: RegisterDeeds) => Promise<T>,
): Promise<T> {
  return withWay(command, WAYS, work)
}
