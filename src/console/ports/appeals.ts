import type { AppealActName, AppealState } from '../../core/appeal.ts'
import type { Person } from '../../core/person.ts'
import type { AppealStatistics } from '../../curation/appeals/appeal-statistics.ts'
import type { WrittenAppeal } from '../../curation/appeals/parse-appeal.ts'
import type { OutcomeView } from './proposals.ts'

/** What whoever appeals is told, once. */
export interface OpenedAppealView {
  readonly code: string
  readonly dueOn: string
}

/** What whoever has the code is told: nothing of lists, nor of who decides. */
export interface AppealStatusView {
  readonly about: string
  readonly state: AppealState
  readonly openedAt: string
  readonly dueOn: string
  readonly isOverdue: boolean
  readonly acts: readonly {
    readonly act: AppealActName
    readonly at: string
    readonly text: string
  }[]
}

/** An entry that an appeal may be about, of a list whose appeals the person reads. */
export interface AppealedEntryView {
  readonly list: string
  readonly value: string
  readonly kind: string
  readonly reference: string
  readonly isListed: boolean
}

export interface AppealActView {
  readonly act: AppealActName
  readonly actor: string
  readonly organisation: string
  readonly at: string
  readonly text: string
  readonly isPublic: boolean
  readonly list: string | null
  readonly decision: number | null
}

export interface AppealView {
  readonly appeal: string
  readonly about: string
  readonly grounds: string
  readonly contact: string
  readonly openedAt: string
  readonly dueOn: string
  readonly state: AppealState
  readonly isOverdue: boolean
  /** How many acts there are: what an answer must have seen. */
  readonly seen: number
  readonly entries: readonly AppealedEntryView[]
  /** Of those for lists whose appeals the person doesn't read only what the appellant was told. */
  readonly acts: readonly AppealActView[]
}

export interface AppealFilter {
  readonly state?: AppealState
  /** What the page before has said. */
  readonly behind: number | null
  readonly limit: number
}

/** What somebody does in a case. */
export interface AppealAnswerRequest {
  readonly appeal: string
  /** The number of acts that were seen. */
  readonly seen: number
  readonly list: string | null
  readonly text: string
}

export interface AppealAcceptanceRequest extends AppealAnswerRequest {
  readonly list: string
  readonly entries: readonly { readonly value: string; readonly kind?: string }[]
}

export interface AcceptedAppealView {
  readonly appeal: AppealView
  readonly outcome: OutcomeView
}

/** Where somebody whom nobody knows writes from, and when. */
export interface WritingFrom {
  readonly address: string
  readonly at: Date
}

/**
 * Appeals. What anybody may ask has nothing to do with what is listed, and is refused with `appeal/invalid`, `appeal/too-many`,
 * `request/too-many`, `appeal/not-found` and `appeal/settled`; who decides is refused with `appeal/changed`, `user/refused` and what a
 * retirement is refused with, too.
 */
export interface AppealDesk {
  readonly open: (written: WrittenAppeal, from: WritingFrom) => OpenedAppealView
  readonly status: (code: string, at: Date) => AppealStatusView
  readonly write: (code: string, text: string, from: WritingFrom) => AppealStatusView
  readonly statistics: () => AppealStatistics
  /** May be short, or empty, and have a next one. */
  readonly page: (
    person: Person,
    filter: AppealFilter,
    at: Date,
  ) => { readonly items: readonly AppealView[]; readonly next: number | null }
  /** Counts somebody's writing, before anything else is done for it. Throws `request/too-many`. */
  readonly admit: (address: string) => void
  readonly find: (person: Person, appeal: string, at: Date) => AppealView
  readonly answer: (
    person: Person,
    act: 'answered' | 'noted',
    request: AppealAnswerRequest & { readonly at: Date },
  ) => AppealView
  readonly refuse: (
    person: Person,
    request: AppealAnswerRequest & { readonly at: Date },
  ) => AppealView
  readonly accept: (
    person: Person,
    request: AppealAcceptanceRequest,
    at: Date,
  ) => Promise<AcceptedAppealView>
}
