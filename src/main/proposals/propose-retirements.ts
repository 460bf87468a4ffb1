import { assertMayAct } from '../../curation/assert-may-act.ts'
import { proposingActs } from '../../curation/proposing-acts.ts'
import type { EntryRow } from '../../store/entry-store.ts'
import type { StoredList } from '../../store/list-store.ts'
import { findList } from '../find-list.ts'
import { findListedAll, type WantedEntry } from '../find-listed.ts'
import type { Deciding } from './deciding.ts'
import type { ProposalOutcome } from './outcome.ts'
import { propose } from './propose.ts'
import { termsOf, type TermOptions } from './term-options.ts'

export interface RetirementRequest {
  readonly list: string
  readonly entries: readonly WantedEntry[]
  readonly terms: TermOptions
}

export interface ProposedRetirements {
  readonly list: StoredList
  readonly rows: readonly EntryRow[]
  readonly outcome: ProposalOutcome
}

/**
 * Proposes retirements; urgent ones are always one person's decision, for a wrong entry harms as long as it stands. Throws `user/refused`,
 * `list/not-found`, and what `findListedAll` and `propose` throw.
 */
export function proposeRetirements(
  deciding: Deciding,
  { list: id, entries, terms }: RetirementRequest,
): ProposedRetirements {
  const { store, person } = deciding
  for (const act of proposingActs({ act: 'retire', urgent: terms.urgent ?? false })) {
    assertMayAct(person, act, id)
  }
  return store.write(() => {
    const list = findList(store, id)
    const rows = findListedAll(store, list, entries)
    const [only] = rows.length === 1 ? rows : []
    const { reference = '', category = '' } = only?.entry ?? {}
    const outcome = propose(deciding, {
      ...{ list, act: 'retire', acknowledged: terms.acknowledge ?? [], override: null },
      terms: termsOf(terms, { reference, category }),
      change: { added: [], retired: rows.map((row) => row.rowId) },
      counts: { added: 0, retired: rows.length, amended: 0 },
    })
    return { list, rows, outcome }
  })
}
