import type { AppealView } from '../../console/ports/appeals.ts'
import type { AppealState } from '../../core/appeal.ts'
import type { AppealStatistics } from '../../curation/appeals/appeal-statistics.ts'
import type { ProposalOutcome } from '../proposals/outcome.ts'

/**
 * What commands do with appeals: on a data folder as a named actor (`local-appeals.ts`), or at a server as whoever the API key is of
 * (`server-appeals.ts`). Faults are those of the use cases on both. What is answered is answered as it stands then.
 */
export interface AppealDeeds {
  readonly page: (wanted: WantedPage) => Promise<readonly AppealView[]>
  readonly show: (id: string) => Promise<AppealView>
  readonly statistics: () => Promise<AppealStatistics>
  readonly answer: (asked: AppealAsked & { readonly isNote: boolean }) => Promise<AppealView>
  readonly refuse: (asked: AppealAsked) => Promise<AppealView>
  /** Retires these values of the list, or else all that fit, and publishes. Throws `usage/invalid` where no list is meant. */
  readonly accept: (asked: AppealAsked & { readonly values?: readonly string[] }) => Promise<{
    readonly appeal: AppealView
    readonly outcome: ProposalOutcome
  }>
}

interface WantedPage {
  readonly state?: AppealState | undefined
  readonly limit: number
  /** Such as `a7`: those that follow it. */
  readonly after?: string | undefined
}

/** What somebody says in a case. */
export interface AppealAsked {
  /** Such as `a7`. */
  readonly id: string
  readonly text: string
  /** For which list; left out, the only one of those whose appeals he reads that has an entry which fits. */
  readonly list?: string | undefined
}
