import type { EventAct, EventSubject } from '../../core/event.ts'
import type { Person } from '../../core/person.ts'

/** One link of the chain of decisions (`docs/spec/events.md`). */
export interface EventView {
  readonly number: number
  readonly at: string
  readonly actor: string
  readonly act: EventAct
  readonly subject: EventSubject
  /** The hash of the event before. */
  readonly previous: string
  readonly hash: string
}

export interface EventFilter {
  readonly list?: string
  readonly actor?: string
  readonly act?: EventAct
  /** ISO 8601: at this time, or later. */
  readonly from?: string
  /** ISO 8601: before this time. */
  readonly to?: string
  /** Older than this event; null for the newest. */
  readonly before: number | null
  readonly limit: number
}

export interface EventPage {
  readonly events: readonly EventView[]
  /** What to go on before; there may be fewer events than wanted, as only so many are looked through at once. Null at the end. */
  readonly next: number | null
}

/** The chain of decisions: all of it for whoever may read events of all lists, and else what is about lists that one may. Throws `user/refused`. */
export interface EventDesk {
  readonly page: (person: Person, filter: EventFilter) => EventPage
}
