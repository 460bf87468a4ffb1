import type { ReadLines } from '../../curation/page-difference.ts'
import type { StoredList } from '../../store/list-store.ts'
import type { Store } from '../../store/open-store.ts'

/** More changed lines than that are found by walking the list in its order: half a million take as long as a page may. */
const DENSE = 50_000

/** Two states of a list, each that after a decision, and about how many lines lie between them. */
interface Between {
  readonly from: number
  readonly to: number
  readonly lines: number
}

/** The lines that lie between two states of a list, in either direction: backwards, what was added is removed. */
export function linesBetween(
  { differences }: Pick<Store, 'differences'>,
  { rowId }: StoredList,
  { from, to, lines }: Between,
): { readonly added: ReadLines; readonly removed: ReadLines } {
  const isForward = from <= to
  const [after, through] = isForward ? [from, to] : [to, from]
  const question = { listRowId: rowId, after, through, isDense: lines > DENSE }
  const arm =
    (read: typeof differences.added): ReadLines =>
    (behind, limit) =>
      read({ ...question, behind, limit })
  const [added, removed] = [arm(differences.added), arm(differences.removed)]
  return isForward ? { added, removed } : { added: removed, removed: added }
}
