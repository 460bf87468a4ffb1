import type { ListApprovals, ListDefinition, ListReview } from '../core/list-definition.ts'

/** What a definition means that was stored before there was a word for it: one person retires, and no addition is urgent. */
const OLD_APPROVALS = {
  retire: { needed: 1, organisations: 1 },
  urgentAdd: false,
} as const satisfies Partial<ListApprovals>

/**
 * A definition from its stored text, whichever version wrote it. What later versions added has the defaults of `docs/spec/list.schema.json`, in
 * the order in which it would stand if it were applied now.
 */
export function readDefinition(text: string): ListDefinition {
  const stored = JSON.parse(text) as StoredDefinition
  const { approvals, review, liveness = null } = stored
  const { needed, organisations, ...more } = approvals
  const { warnDays = 14, urgentDays = 3 } = review
  return {
    ...stored,
    approvals: { needed, organisations, ...OLD_APPROVALS, ...more },
    review: { ...review, warnDays, urgentDays },
    liveness,
  }
}

type StoredDefinition = Omit<ListDefinition, 'approvals' | 'review' | 'liveness'> & {
  readonly approvals: Pick<ListApprovals, 'needed' | 'organisations'> & Partial<ListApprovals>
  readonly review: Omit<ListReview, 'warnDays' | 'urgentDays'> & Partial<ListReview>
  readonly liveness?: ListDefinition['liveness']
}
