import type { ProposalStory } from '../console/ports/proposals.ts'
import type { StayTold } from '../curation/tell-story.ts'
import type { ToldDecision } from './public-decision.ts'

/** What commands read of entries: in a data folder (`local-entries.ts`), or at a server (`server-entries.ts`), which shows what one may read. */
export interface EntryDeeds {
  /** Every stay of a value, and of the entries that cover it, oldest first; at a server the newest hundred. */
  readonly stays: (value: string, list: string | undefined) => Promise<ToldStays>
  /** Throws `list/not-found`, `snapshot/not-found`. */
  readonly assertPublished: (list: string, serial: number) => Promise<void>
}

export interface ToldStays {
  /** The value in canonical form; null for what has none. */
  readonly meant: string | null
  readonly stays: readonly ToldStay[]
  /** Of what was never listed: what may have been meant, as the end of a sentence. */
  readonly hint: string
}

/** A stay of an entry on a list, with the decisions behind it. */
export interface ToldStay extends StayTold {
  readonly added: ToldOrigin | null
  readonly retired: ToldOrigin | null
}

/** A decision, and the story of the proposal that it came from; null where it was decided as it was proposed. */
export interface ToldOrigin extends ToldDecision {
  readonly proposal: Pick<ProposalStory, 'proposal' | 'acts'> | null
}
