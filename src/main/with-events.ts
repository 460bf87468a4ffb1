import type { Command } from 'commander'
import { withWay, type Ways } from './with-way.ts'
import type { EventDeeds } from './event-deeds.ts'

const WAYS: Ways<EventDeeds> = {
  local: async () => (await import('./local-events.ts')).localEvents,
  server: async () => (await import('./server-events.ts')).serverEvents,
}

/** Runs `work` with what commands read of events, on the way that the options name. Throws `usage/invalid`. */
export async function withEvents<T>(
  command: Command,
  work: (events: EventDeeds) => Promise<T>,
): Promise<T> {
  return withWay(command, WAYS, work)
}
