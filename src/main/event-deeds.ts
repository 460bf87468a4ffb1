import type { ChainEvent } from '../core/event.ts'

/** What commands read of the chain of decisions: on a data folder (`local-events.ts`), or at a server (`server-events.ts`), which shows what one may read. */
export interface EventDeeds {
  /** Oldest first: so many from that number on, or else the newest. */
  readonly events: (wanted: WantedChain) => Promise<readonly ChainEvent[]>
}

export interface WantedChain {
  readonly from: number | undefined
  readonly limit: number
}
