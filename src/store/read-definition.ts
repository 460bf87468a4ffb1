import type { ListApprovals, ListDefinition } from '../core/list-definition.ts'

/** What a definition says that was stored before there was a word for it: one person retires, and no addition is urgent. */
const OLD_APPROVALS = {
  retire: { needed: 1, organisations: 1 },
  urgentAdd: false,
} as const satisfies Partial<ListApprovals>

/** A definition from its stored text, whichever version wrote it. */
export function readDefinition(text: string): ListDefinition {
  const stored = JSON.parse(text) as ListDefinition
  const { needed, organisations, ...more } = stored.approvals
  return { ...stored, approvals: { needed, organisations, ...OLD_APPROVALS, ...more } }
}
