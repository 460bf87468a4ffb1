import type { Command } from 'commander'
import { withWay, type Ways } from '../with-way.ts'
import type { AppealDeeds } from './appeal-deeds.ts'

const WAYS: Ways<AppealDeeds> = {
  local: async () => (await import('./local-appeals.ts')).localAppeals,
  server: async () => (await import('./server-appeals.ts')).serverAppeals,
}

/** Runs `work` with what commands do with appeals, on the way that the options name. Throws `usage/invalid`. */
export async function withAppeals<T>(
  command: Command,
  work: (appeals: AppealDeeds) => Promise<T>,
): Promise<T> {
  return withWay(command, WAYS, work)
}
