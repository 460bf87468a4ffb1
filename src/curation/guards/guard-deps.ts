import type { LineBlocks } from '../../core/line-cursor.ts'
import type { ListDefinition } from '../../core/list-definition.ts'
import type { RegisterRow } from '../../core/register.ts'
import type { GuardedEntry } from './guard-finding.ts'
import type { GuardLimits } from './guard-limits.ts'
import type { PopularSites } from './popular-sites.ts'

/** What guards look things up in. */
export interface GuardDeps {
  /** The register, and the authority's own names (`ownRows`): any number of them. */
  readonly register: readonly RegisterRow[]
  /** Null when the operator has loaded no file of top sites: that is told. */
  readonly popular: PopularSites | null
  /** The decision that retired a value on appeal, or null: of that list, or of another that isn't restricted. */
  readonly retiredOnAppeal: (value: string, list: string) => Appeal | null
  /** Today, `YYYY-MM-DD`. */
  readonly today: string
  readonly limits?: Partial<GuardLimits>
  /** Told of each entry that a guard stops, once for each guard that does, however many there are. */
  readonly onStopped?: (entry: GuardedEntry) => unknown
}

/** That a value was retired on appeal. */
export interface Appeal {
  readonly list: string
  readonly decision: number
  readonly at: Date
}

/** The list that is about to change. */
export interface GuardedList {
  readonly definition: Pick<ListDefinition, 'id' | 'steering'>
  /** Whether it has no entries, so that nothing need be compared with it. */
  readonly isEmpty: boolean
  /** Its entries, as `value TAB kind` and any more fields, sorted bytewise, in blocks of whole lines; read at most once. */
  readonly lines: () => Iterable<Uint8Array>
  /** How many entries each past batch added, newest first. Only batches: single additions are none. */
  readonly pastBatches: readonly number[]
}

/** What is to be added: one entry or millions. */
export interface GuardedBatch {
  readonly size: number
  /** Entry lines, sorted; read twice. */
  readonly lines: () => LineBlocks
}
