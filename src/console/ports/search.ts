import type { Entry } from '../../core/entry.ts'
import type { SearchStage } from '../../core/search/find-names.ts'
import type { Person } from '../../core/person.ts'

/**
 * How what is decided and what is published differ: `published` is both; `unpublished` comes with the next serial; `retired` goes with it;
 * `amended` gets what it is now with it.
 */
export const SEARCH_STATES = ['published', 'unpublished', 'retired', 'amended'] as const
export type SearchState = (typeof SEARCH_STATES)[number]

/** An entry that was found: as it stands now, or of a retired one as it stood. */
export interface SearchHit extends Entry {
  readonly list: string
  readonly state: SearchState
}

export interface SearchPlace {
  readonly stage: SearchStage
  readonly list: string
  /** The line of the last name that was looked at; empty for the beginning of the list. */
  readonly line: string
}

export interface SearchRequest {
  readonly text: string
  /** Of one list alone. */
  readonly list?: string
  readonly from: SearchPlace | null
  readonly limit: number
}

export interface SearchAnswer {
  /** What was looked for, as it was understood; null where no value can have that in it. */
  readonly understood: string | null
  readonly hits: readonly SearchHit[]
  /** Where to go on; null at the end. There may be fewer hits than asked for, and more behind them. */
  readonly next: SearchPlace | null
}

/** Finds entries by any part of their value, in the lists whose entries a person may read. */
export interface SearchDesk {
  /** An empty text finds nothing, and begins to read what the next search needs. Faults: `list/not-found`, also for a list that the person may not know of; `user/refused`. */
  readonly find: (person: Person, request: SearchRequest) => Promise<SearchAnswer>
}
