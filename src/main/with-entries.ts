import type { Command } from 'commander'
import { withWay, type Ways } from './with-way.ts'
import type { EntryDeeds } from './entry-deeds.ts'

const WAYS: Ways<EntryDeeds> = {
  local: async () => (await import('./local-entries.ts')).localEntries,
  server: async () => (await import('./server-entries.ts')).serverEntries,
}

/** Runs `work` with what commands read of entries, on the way that the options name. Throws `usage/invalid`. */
export async function withEntries<T>(
  command: Command,
  work: (entries: EntryDeeds) => Promise<T>,
): Promise<T> {
  return withWay(command, WAYS, work)
}
