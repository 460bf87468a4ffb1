import type { Command } from 'commander'
import { withWay, type Ways } from '../with-way.ts'
import type { Deeds } from './deeds.ts'

const WAYS: Ways<Deeds> = {
  local: async () => (await import('./local-deeds.ts')).localDeeds,
  server: async () => (await import('./server-deeds.ts')).serverDeeds,
}

/** Runs `work` with what commands do with entries and proposals, on the way that the options name. Throws `usage/invalid`. */
export async function withDeeds<T>(
  command: Command,
  work: (deeds: Deeds) => Promise<T>,
): Promise<T> {
  return withWay(command, WAYS, work)
}
