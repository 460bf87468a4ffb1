import { printEntryLine, type Entry } from '../../core/entry.ts'
import { Fault } from '../../core/fault.ts'
import { parseAction, parseCategory, parseReference } from '../../core/parse-entry.ts'
import { assertMayAct } from '../../curation/assert-may-act.ts'
import { assertAction, assertCategory } from '../../curation/propose-entry.ts'
import type { EntryRow } from '../../store/entry-store.ts'
import type { StoredList } from '../../store/list-store.ts'
import { findListedAll, type WantedEntry } from '../find-listed.ts'
import { findList } from '../find-list.ts'
import { noteRefusal } from '../note-refusal.ts'
import type { Deciding } from './deciding.ts'
import type { ProposalOutcome } from './outcome.ts'
import { propose } from './propose.ts'
import { termsOf, type TermOptions } from './term-options.ts'

export interface AmendmentRequest {
  readonly list: string
  readonly entries: readonly WantedEntry[]
  /** What each of them is to be from now on; what isn't given stays. */
  readonly change: {
    readonly action?: string
    readonly category?: string
    readonly reference?: string
  }
  readonly terms: TermOptions
}

export interface ProposedAmendments {
  readonly list: StoredList
  /** As they shall be. */
  readonly entries: readonly Entry[]
  readonly outcome: ProposalOutcome
}

/** One entry as it is and as it shall be. */
interface Amended {
  readonly row: EntryRow
  readonly entry: Entry
}

/**
 * Proposes that entries keep value and kind and change the rest. Throws `user/refused`, `list/not-found`, `entry/invalid`,
 * `entry/already-listed`, and what `findListedAll` and `propose` throw.
 */
export function proposeAmendments(
  deciding: Deciding,
  request: AmendmentRequest,
): ProposedAmendments {
  const { store, person } = deciding
  assertMayAct(person, 'propose-amend', request.list)
  const known = findList(store, request.list)
  return noteRefusal({ store, list: known, actor: person.name, act: 'amend' }, () =>
    store.write(() => {
      const list = findList(store, request.list)
      const amended = amendRows(list, findListedAll(store, list, request.entries), request)
      const outcome = proposeAll(deciding, list, { amended, terms: request.terms })
      return { list, entries: amended.map(({ entry }) => entry), outcome }
    }),
  )
}

function amendRows(
  list: StoredList,
  rows: readonly EntryRow[],
  { change }: AmendmentRequest,
): readonly Amended[] {
  const action = change.action === undefined ? undefined : parseAction(change.action)
  const category = change.category === undefined ? undefined : parseCategory(change.category)
  const reference = change.reference === undefined ? undefined : parseReference(change.reference)
  if (action !== undefined) assertAction(list.definition, action)
  if (category !== undefined) assertCategory(list.definition, category)
  const amended = rows
    .map((row) => ({
      row,
      entry: {
        ...row.entry,
        ...(action !== undefined && { action }),
        ...(category !== undefined && { category }),
        ...(reference !== undefined && { reference }),
      },
    }))
    .filter(({ row, entry }) => printEntryLine(row.entry) !== printEntryLine(entry))
  if (amended.length > 0) return amended
  throw new Fault(
    'entry/already-listed',
    `expected something to change of ${JSON.stringify(rows[0]?.entry.value)}, got what ${JSON.stringify(list.id)} says already: give another --action, --category or --reference`,
  )
}

function proposeAll(
  deciding: Deciding,
  list: StoredList,
  { amended, terms }: { readonly amended: readonly Amended[]; readonly terms: TermOptions },
): ProposalOutcome {
  const [only] = amended.length === 1 ? amended : []
  const { reference = '', category = '' } = only?.entry ?? {}
  const lines = amended.map(({ entry }) => Buffer.from(`${printEntryLine(entry)}\n`))
  return propose(deciding, {
    ...{ list, act: 'amend', acknowledged: terms.acknowledge ?? [] },
    override: terms.override ?? null,
    terms: termsOf(terms, { reference, category }),
    change: {
      added: [Buffer.concat(lines.sort((a, b) => Buffer.compare(a, b)))],
      retired: amended.map(({ row }) => row.rowId),
    },
    counts: { added: 0, retired: 0, amended: amended.length },
  })
}
