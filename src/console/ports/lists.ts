import type { Person } from '../../core/person.ts'
import type {
  ListApprovals,
  ListAction,
  ListDefinition,
  ListReview,
} from '../../core/list-definition.ts'
import type { DifferencePage, EntryPlace } from '../../curation/page-difference.ts'

/** A list as its curators see it; times in ISO 8601, UTC. */
export interface ListView {
  readonly list: string
  readonly title: string
  readonly description: string
  readonly authority: string
  readonly visibility: 'public' | 'restricted'
  readonly legalBasis: string
  readonly categories: readonly string[]
  readonly action: ListAction
  readonly approvals: ListApprovals
  readonly review: ListReview
  readonly cron: string | null
  /** The zone's name; null for none. */
  readonly zone: string | null
  /** How many it has now, published or not. */
  readonly entries: number
  readonly published: PublicationView | null
  readonly waiting: WaitingView
  /** When it is published next by its schedule; null for never. */
  readonly nextAt: string | null
}

/** A list with all that it is made of. */
export interface ListStory extends ListView {
  /** Where its files lie: its id, or an opaque code for a restricted list. */
  readonly place: string
  readonly definition: ListDefinition
}

/** What is decided and comes with the next serial. */
export interface WaitingView {
  readonly decisions: number
  readonly added: number
  readonly retired: number
  readonly amended: number
  readonly since: string | null
}

export interface PublicationView {
  readonly list: string
  readonly serial: number
  readonly publishedAt: string
  readonly entries: number
  readonly added: number
  readonly removed: number
  readonly state: string
  readonly actor: string
  /** Why the circuit breaker was overridden; null where it wasn't. */
  readonly override: string | null
}

export interface PublicationsRequest {
  readonly list?: string
  /** The number that a page ended with: `number` of its last. */
  readonly before: number | null
  readonly limit: number
}

export interface DifferenceRequest {
  readonly list: string
  readonly from: number
  readonly to: number
  readonly behind: EntryPlace | null
  readonly limit: number
}

export interface DifferenceView extends DifferencePage {
  readonly list: string
  readonly from: PublicationView
  readonly to: PublicationView
  /** How many lines were added and removed; null where that takes long to count. */
  readonly counted: { readonly added: number; readonly removed: number } | null
}

/**
 * Lists, their serials and what lies between two of them. A list that a person may not know of is not found: `list/not-found`; one whose entries
 * they may not read is `user/refused`.
 */
export interface ListDesk {
  readonly all: (person: Person) => readonly ListView[]
  readonly find: (person: Person, list: string) => ListStory
  /** Newest first; each with its number in the order in which the serials of all lists were made. */
  readonly publications: (
    person: Person,
    request: PublicationsRequest,
  ) => readonly (PublicationView & { readonly number: number })[]
  /** Faults: `snapshot/not-found`. */
  readonly difference: (person: Person, request: DifferenceRequest) => DifferenceView
}
