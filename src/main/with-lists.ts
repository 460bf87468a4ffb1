import type { Command } from 'commander'
import { withWay, type Ways } from './with-way.ts'
import type { ListDeeds } from './list-deeds.ts'

const WAYS: Ways<ListDeeds> = {
  local: async () => (await import('./local-lists.ts')).localLists,
  server: async () => (await import('./server-lists.ts')).serverLists,
}

/** Runs `work` with what commands read of lists, on the way that the options name. Throws `usage/invalid`. */
export async function withLists<T>(
  command: Command,
  work: (lists: ListDeeds) => Promise<T>,
): Promise<T> {
  return withWay(command, WAYS, work)
}
