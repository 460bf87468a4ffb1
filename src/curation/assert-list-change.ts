import { Fault } from '../core/fault.ts'
import type { ListDefinition } from '../core/list-definition.ts'

/**
 * Whether a list may go from one definition to another. Visibility is for ever: a public list's name has been seen, and
 * a restricted one's published paths are opaque. Throws `list/fixed`.
 */
export function assertListChange(before: ListDefinition, after: ListDefinition): void {
  if (before.visibility === after.visibility) return
  throw new Fault(
    'list/fixed',
    `expected visibility to stay ${JSON.stringify(before.visibility)} for the list ${JSON.stringify(before.id)}, got ${JSON.stringify(after.visibility)}: define a new list with another id and move the entries there`,
  )
}
