import type { Entry } from '../../core/entry.ts'
import type { Person } from '../../core/person.ts'
import type { StoryEvent } from '../../curation/tell-timeline.ts'

/** A serial and when it was published. */
export interface MarkView {
  readonly serial: number
  readonly at: string
}

/** One stay of an entry on a list; times in ISO 8601, UTC. */
export interface StayView extends Entry {
  readonly list: string
  /** Whether it is on the list now, published or not. */
  readonly isListed: boolean
  /** Null when it was never published. */
  readonly since: MarkView | null
  /** Null while it is published. */
  readonly until: MarkView | null
  readonly addedBy: number
  readonly retiredBy: number | null
  readonly reason: string
  readonly legalBasis: string
  readonly evidence: string
  /** Days in UTC; null for never. */
  readonly reviewOn: string | null
  readonly expiresOn: string | null
}

export interface StoryEventView extends Omit<StoryEvent, 'at' | 'entry'> {
  readonly at: string
  readonly value: string
  readonly kind: string
}

export interface EntryStory {
  /** What was meant, in canonical form. */
  readonly value: string
  /** Of the value itself and of the entries that cover it, newest first. */
  readonly stays: readonly StayView[]
  /** Oldest first. */
  readonly timeline: readonly StoryEventView[]
  /** Whether there is more than is told. */
  readonly isCut: boolean
}

/** What is known of entries, in the lists whose entries and reasons a person may read. */
export interface EntryDesk {
  /**
   * Faults: `entry/not-found`; `list/not-found` and `user/refused` for a list that is named; `name/invalid`, `url/invalid` and others for what is
   * no value.
   */
  readonly story: (
    person: Person,
    asked: { readonly value: string; readonly list?: string },
  ) => EntryStory
}
