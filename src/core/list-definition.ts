import type { EntryAction } from './entry.ts'

/** A list's definition, defaults filled in. The source of the shape is `docs/spec/list.schema.json`. */
export interface ListDefinition {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly authority: string
  readonly visibility: 'public' | 'restricted'
  readonly legalBasis: string
  readonly categories: readonly string[]
  readonly action: ListAction
  readonly approvals: ListApprovals
  readonly review: ListReview
  readonly guard: {
    readonly maxGrowth: number
    readonly maxShrink: number
    readonly minEntries: number
  }
  readonly publish: { readonly cron: string | null }
  readonly zone: ListZone | null
  readonly keep: { readonly serials: number }
  /** Where hosts with `url` entries are sent by the RPZ zone; null (the default) steers nothing. */
  readonly steering: { readonly to: readonly string[] } | null
  /** How names are asked for that may be gone; null (the default) asks nobody. */
  readonly liveness: ListLiveness | null
}

/** When entries are looked at again, in days. */
export interface ListReview {
  readonly afterDays: number
  /** Null: entries have no end. */
  readonly expireAfterDays: number | null
  /** How long before an entry's end its review is opened, and how long any review may take. */
  readonly warnDays: number
  /** How long the review of an urgent retirement may take. */
  readonly urgentDays: number
}

export interface ListLiveness {
  /** `ADDR:PORT` of the one resolver that is asked. */
  readonly resolver: string
  readonly perSecond: number
  readonly everyDays: number
  /** Of a restricted list: whether that resolver may learn its names. */
  readonly allowRestricted: boolean
}

/** How many people stand behind a decision, from how many organisations (`docs/spec/decisions.md` §4). */
export interface ListApprovals {
  readonly needed: number
  readonly organisations: number
  /** The same for retirements. */
  readonly retire: { readonly needed: number; readonly organisations: number }
  /** Whether an addition that has its approvals may be published at once. */
  readonly urgentAdd: boolean
}

export interface ListAction {
  readonly type: EntryAction
  /** For `redirect`: addresses, or one name. Empty otherwise. */
  readonly to: readonly string[]
}

export interface ListZone {
  readonly origin: string
  readonly ttl: number
  readonly refresh: number
  readonly retry: number
  readonly expire: number
  readonly zonemd: boolean
}

/**
 * The part of a definition that is published beside the snapshots as the TUF target
 * `lists/<path>/list.json`, so that whoever holds a snapshot can make every export from it.
 */
export type PublicDefinition = Pick<
  ListDefinition,
  | 'id'
  | 'title'
  | 'description'
  | 'authority'
  | 'visibility'
  | 'legalBasis'
  | 'categories'
  | 'action'
  | 'zone'
  | 'steering'
>

export function publicDefinition(definition: ListDefinition): PublicDefinition {
  const {
    id,
    title,
    description,
    authority,
    visibility,
    legalBasis,
    categories,
    action,
    zone,
    steering,
  } = definition
  return {
    id,
    title,
    description,
    authority,
    visibility,
    legalBasis,
    categories,
    action,
    zone,
    steering,
  }
}
