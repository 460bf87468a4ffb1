import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { type Entry, printEntryLine } from '../core/entry.ts'
import { assertOneApproval } from '../curation/assert-one-approval.ts'
import { coveringKeysOf } from '../curation/covering-keys.ts'
import { decisionDays } from '../curation/decision-days.ts'
import { proposeEntry } from '../curation/propose-entry.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import { assertMay } from './assert-may.ts'
import { findList, withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { newReference } from './new-reference.ts'
import { noteRefusal } from './note-refusal.ts'
import { printJson } from './print-table.ts'

export interface AddOptions {
  readonly kind?: string
  readonly reason: string
  readonly category?: string
  readonly basis?: string
  readonly reference?: string
  readonly action?: string
  readonly evidence?: string
  readonly json?: boolean
}

/** `entry add`: one decision, durable when the command ends; published by the next publication of the list. */
export async function addEntry(
  listId: string,
  value: string,
  options: AddOptions,
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  const written = { ...options, value, reference: options.reference ?? newReference() }
  await withStore(data, (store) => {
    assertMay(store, { actor, acts: ['propose-add'], lists: [listId] })
    const list = findList(store, listId)
    noteRefusal({ store, list, actor, act: 'add' }, () => assertOneApproval(list.definition))
    const entry = proposeEntry(list.definition, written)
    const added = store.write(() => {
      assertNotListed(store, list, entry)
      const covered = coveringEntries(store, list, entry)
      return { decision: commitAddition(store, { list, entry, actor, options }), covered }
    })
    process.stdout.write(
      options.json === true
        ? printJson({ list: list.id, decision: added.decision, entry, coveredBy: added.covered })
        : told(list, entry, added),
    )
  })
}

function assertNotListed(store: Store, list: StoredList, entry: Entry): void {
  const found = store.entries.find(list.rowId, entry.value)
  const same = found.find((row) => row.entry.kind === entry.kind)
  if (same === undefined) return
  throw new Fault(
    'entry/already-listed',
    `expected a new entry, got the ${entry.kind} ${JSON.stringify(entry.value)}, which ${JSON.stringify(list.id)} has since decision ${same.addedBy}: to change it, retire it and add it again`,
  )
}

/** Entries of the list that block `entry` already; adding it is allowed, for they may be retired one day. */
function coveringEntries(store: Store, list: StoredList, entry: Entry): Entry[] {
  return coveringKeysOf(entry).flatMap((key) =>
    store.entries
      .find(list.rowId, key.value)
      .map((row) => row.entry)
      .filter((found) => key.kinds.includes(found.kind) && found.action === entry.action),
  )
}

interface Addition {
  readonly list: StoredList
  readonly entry: Entry
  readonly actor: string
  readonly options: AddOptions
}

function commitAddition(store: Store, { list, entry, actor, options }: Addition): number {
  const decidedAt = new Date()
  return store.decisions.commit(
    {
      listRowId: list.rowId,
      act: 'add',
      reference: entry.reference,
      category: entry.category,
      reason: options.reason,
      legalBasis: options.basis ?? list.definition.legalBasis,
      evidence: options.evidence ?? '',
      proposer: actor,
      decidedBy: actor,
      decidedAt,
      urgent: false,
      ...decisionDays(list.definition, decidedAt),
      added: 1,
      retired: 0,
      amended: 0,
      source: null,
      override: null,
    },
    { added: [Buffer.from(`${printEntryLine(entry)}\n`)], retired: [] },
  )
}

function told(
  list: StoredList,
  { value, kind, action, reference }: Entry,
  { decision, covered }: { readonly decision: number; readonly covered: readonly Entry[] },
): string {
  const [nearest] = covered
  const note =
    nearest === undefined
      ? ''
      : `it was covered already by the ${nearest.kind} ${nearest.value} on this list\n`
  return (
    `added ${value} (${kind}, ${action}) to ${list.id}: decision ${decision}, reference ${reference}\n` +
    `${note}«bailiwick publish ${list.id}» makes it effective\n`
  )
}
