import type { Command } from 'commander'
import { withWay, type Ways } from './with-way.ts'
import type { PublishDeeds } from './publish-deeds.ts'

const WAYS: Ways<PublishDeeds> = {
  local: async () => (await import('./local-publishing.ts')).localPublishing,
  server: async () => (await import('./server-publishing.ts')).serverPublishing,
}

/** Runs `work` with publishing by hand, on the way that the options name. Throws `usage/invalid`. */
export async function withPublishing<T>(
  command: Command,
  work: (publishing: PublishDeeds) => Promise<T>,
): Promise<T> {
  return withWay(command, WAYS, work)
}
