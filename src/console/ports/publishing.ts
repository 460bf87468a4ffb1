import type { Person } from '../../core/person.ts'
import type { DifferencePage, EntryPlace } from '../../curation/page-difference.ts'

/** What would become of a list, or what has. */
export interface PublishingView {
  readonly list: string
  readonly outcome: 'published' | 'unchanged'
  /** The newest serial afterwards; null when nothing was ever published. */
  readonly serial: number | null
  readonly entries: number
  readonly added: number
  readonly removed: number
  /** Whether the public definition is a new one. */
  readonly isRedefined: boolean
  /** Whether its proof tree has another key than the last one, which the host lacks. */
  readonly isTreeRekeyed: boolean
  /** What the circuit breaker says; not empty in what was published only with an override. */
  readonly findings: readonly string[]
}

/**
 * Publishing by hand. A list that a person may not know of is not found: `list/not-found`. What keeps a list from being published is the fault
 * that the command ends with.
 */
export interface PublishingDesk {
  /** What would be published now; writes nothing. */
  readonly plan: (person: Person, list: string) => PublishingView
  /** The lines of it. */
  readonly lines: (
    person: Person,
    list: string,
    page: { readonly behind: EntryPlace | null; readonly limit: number },
  ) => DifferencePage
  readonly publish: (
    person: Person,
    request: { readonly list: string; readonly override: string | null },
  ) => Promise<PublishingView>
}
