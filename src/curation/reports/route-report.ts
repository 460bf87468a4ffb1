import { Fault } from '../../core/fault.ts'
import { assertFitsZone } from '../../core/fits-zone.ts'
import type { ListDefinition } from '../../core/list-definition.ts'
import type { ReportTerms } from '../../core/report.ts'
import { assertCategory } from '../propose-entry.ts'

/** What of a report says where it belongs. */
type Routed = Pick<ReportTerms, 'category' | 'value' | 'kind'> & { readonly list: string }

/**
 * The list that a report is for, of those to which its reporter may report (`docs/spec/reports.md` §3). Throws `report/route`, also for a list that
 * is not among them, whether it is there or not; and what `assertCategory` and `assertFitsZone` throw.
 */
export function routeReport<T extends { readonly definition: ListDefinition }>(
  lists: readonly T[],
  report: Routed,
): T {
  const found = report.list === '' ? routeByCategory(lists, report.category) : named(lists, report)
  const { definition } = found
  assertCategory(definition, report.category)
  if (definition.zone !== null) {
    assertFitsZone(report.value, report.kind, definition.zone.origin)
  }
  return found
}

function named<T extends { readonly definition: ListDefinition }>(
  lists: readonly T[],
  { list }: Routed,
): T {
  const found = lists.find(({ definition }) => definition.id === list)
  if (found !== undefined) return found
  throw new Fault(
    'report/route',
    `expected a list that you may report to, ${idsOf(lists)}, got ${JSON.stringify(list)}`,
  )
}

/** The one list that names the category, else the one that takes any; without a category the only one that there is. */
function routeByCategory<T extends { readonly definition: ListDefinition }>(
  lists: readonly T[],
  category: string,
): T {
  const naming = lists.filter(({ definition }) => definition.categories.includes(category))
  const open = lists.filter(({ definition }) => definition.categories.length === 0)
  const candidates = category === '' ? lists : naming.length > 0 ? naming : open
  const [first, ...others] = candidates
  if (first !== undefined && others.length === 0) return first
  const what = category === '' ? 'neither' : `the category ${JSON.stringify(category)}`
  throw new Fault(
    'report/route',
    `expected the list, ${idsOf(candidates.length === 0 ? lists : candidates)}, or a category that one of them alone has, got ${what}`,
  )
}

function idsOf(lists: readonly { readonly definition: ListDefinition }[]): string {
  return `one of ${lists.map(({ definition }) => definition.id).join(', ')}`
}
