import type { Command } from 'commander'
import { printEntryLine, type Entry } from '../core/entry.ts'
import { Fault } from '../core/fault.ts'
import { parseAction, parseCategory, parseReference } from '../core/parse-entry.ts'
import { assertAction, assertCategory } from '../curation/propose-entry.ts'
import type { EntryRow } from '../store/entry-store.ts'
import type { StoredList } from '../store/list-store.ts'
import { assertMay } from './assert-may.ts'
import { findList, withStore } from './find-list.ts'
import { findListed } from './find-listed.ts'
import { globalOptions } from './global-options.ts'
import { noteRefusal } from './note-refusal.ts'
import { printJson } from './print-table.ts'
import type { Deciding } from './proposals/deciding.ts'
import { openDeciding } from './proposals/open-deciding.ts'
import { exitCodeOf, type ProposalOutcome } from './proposals/outcome.ts'
import { printNotes, printProposed } from './proposals/print-proposed.ts'
import { propose } from './proposals/propose.ts'
import { termsOf, type TermOptions } from './proposals/term-options.ts'

export interface AmendOptions extends Omit<TermOptions, 'urgent'> {
  readonly kind?: string
  readonly action?: string
  readonly json?: boolean
}

/** One entry as it is and as it shall be. */
interface Amended {
  readonly row: EntryRow
  readonly entry: Entry
}

/** `entry amend`: proposes that entries keep value and kind and change the rest. */
export async function amendEntry(
  listId: string,
  value: string,
  options: AmendOptions,
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  await withStore(data, (store) => {
    assertMay(store, { actor, acts: ['propose-amend'], lists: [listId] })
    const known = findList(store, listId)
    const deciding = openDeciding({ data, store }, actor)
    const { list, entries, outcome } = noteRefusal(
      { store, list: known, actor, act: 'amend' },
      () =>
        store.write(() => {
          const found = findList(store, listId)
          const rows = findListed(store, found, { value, kind: options.kind })
          const amended = amendRows(found, rows, options)
          return {
            ...{ list: found, entries: amended.map(({ entry }) => entry) },
            outcome: proposeAmendment(deciding, { list: found, amended, options }),
          }
        }),
    )
    const { decision, proposal, state, missing, findings } = outcome
    const decided = { list: list.id, decision, proposal, state, missing, findings }
    if (options.json !== true) process.stderr.write(printNotes(outcome))
    process.stdout.write(
      options.json === true
        ? printJson({ ...decided, entries })
        : told(list, entries, decision) + printProposed(deciding, outcome),
    )
    process.exitCode = exitCodeOf(outcome)
  })
}

/** Throws `entry/invalid` and `entry/already-listed`. */
function amendRows(
  list: StoredList,
  rows: readonly EntryRow[],
  options: AmendOptions,
): readonly Amended[] {
  const action = options.action === undefined ? undefined : parseAction(options.action)
  const category = options.category === undefined ? undefined : parseCategory(options.category)
  const reference = options.reference === undefined ? undefined : parseReference(options.reference)
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

interface Amendment {
  readonly list: StoredList
  readonly amended: readonly Amended[]
  readonly options: AmendOptions
}

function proposeAmendment(
  deciding: Deciding,
  { list, amended, options }: Amendment,
): ProposalOutcome {
  const { reference = '', category = '' } = amended[0]?.entry ?? {}
  // By kind, as `findListed` gives them: the lines of one value are sorted so.
  const lines = amended.map(({ entry }) => `${printEntryLine(entry)}\n`).join('')
  return propose(deciding, {
    ...{ list, act: 'amend', acknowledged: options.acknowledge ?? [] },
    override: options.override ?? null,
    terms: termsOf(options, { reference, category }),
    change: { added: [Buffer.from(lines)], retired: amended.map(({ row }) => row.rowId) },
    counts: { added: 0, retired: 0, amended: amended.length },
  })
}

function told(list: StoredList, entries: readonly Entry[], decision: number | null): string {
  const lines = entries.map(({ value, kind, action, category, reference }) => {
    const what = `${value} (${kind}, ${action}, category ${category || '-'}, reference ${reference || '-'}) on ${list.id}`
    return decision === null
      ? `proposed to amend ${what}\n`
      : `amended ${what}: decision ${decision}\n`
  })
  const next = decision === null ? '' : `«bailiwick publish ${list.id}» makes it effective\n`
  return lines.join('') + next
}
