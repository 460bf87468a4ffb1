import type { Command } from 'commander'
import type { ChainEvent } from '../core/event.ts'
import { withWay, type Ways } from './with-way.ts'

/** What commands read of the chain of decisions: on a data folder (`local-events.ts`), or at a server (`server-events.ts`), which shows what one may read. */
export interface EventDeeds {
  /** Oldest first: so many from that number on, or else the newest. */
  readonly events: (wanted: WantedChain) => Promise<readonly ChainEvent[]>
}

export interface WantedChain {
  readonly from: number | undefined
  readonly limit: number
}

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
