import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { type Entry, printEntryLine } from '../core/entry.ts'
import { parseKind } from '../core/parse-entry.ts'
import { assertOneApproval } from '../curation/assert-one-approval.ts'
import { coveringKeysOf } from '../curation/covering-keys.ts'
import { decisionDays } from '../curation/decision-days.ts'
import { checkGuardsNow } from '../curation/guards/check-guards.ts'
import { checkWritten } from '../curation/guards/check-written.ts'
import type { GuardReport } from '../curation/guards/guard-finding.ts'
import { guessKind, proposeEntry } from '../curation/propose-entry.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import { assertMay } from './assert-may.ts'
import { findList, withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { batchOfLine, guardedList, openGuardDeps } from './guard-deps.ts'
import { newReference } from './new-reference.ts'
import { noteRefusal } from './note-refusal.ts'
import { printJson } from './print-table.ts'
import { assertNotStopped, printFinding, shortReport } from './told-guards.ts'

export interface AddOptions {
  readonly kind?: string
  readonly reason: string
  readonly category?: string
  readonly basis?: string
  readonly reference?: string
  readonly action?: string
  readonly evidence?: string
  readonly override?: string
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
    const entry = noteRefusal({ store, list, actor, act: 'add' }, () => {
      assertOneApproval(list.definition)
      assertNoSuffix(value, options)
      return proposeEntry(list.definition, written)
    })
    const deps = openGuardDeps({ data, store })
    const added = noteRefusal({ store, list, actor, act: 'add' }, () =>
      store.write(() => {
        assertNotListed(store, list, entry)
        const covered = coveringEntries(store, list, entry)
        const batch = batchOfLine(printEntryLine(entry))
        const guards = checkGuardsNow(deps, guardedList(store, list), batch)
        assertNotStopped(guards, options.override)
        const decision = commitAddition(store, { list, entry, actor, options, guards })
        return { decision, covered, guards }
      }),
    )
    const { decision, covered: coveredBy, guards } = added
    if (options.json === true) {
      const report = shortReport(guards)
      process.stdout.write(printJson({ list: list.id, decision, entry, coveredBy, guards: report }))
      return
    }
    process.stderr.write(notes(guards))
    process.stdout.write(told(list, entry, added))
  })
}

/** A single label has no canonical form, and so no entry to override a guard for. Throws `guard/stopped`. */
function assertNoSuffix(value: string, { kind }: AddOptions): void {
  const found = checkWritten(value, kind === undefined ? guessKind(value) : parseKind(kind))
  if (found === null) return
  const { text, cure, guard } = found
  throw new Fault(
    'guard/stopped',
    `expected a name that can be listed, got ${JSON.stringify(value)}: ${text}: ${cure} (${guard})`,
  )
}

/** What is covered is told with the decision. */
function notes({ findings }: GuardReport): string {
  return findings
    .filter(({ guard }) => guard !== 'guard/covered')
    .map((finding) => `bailiwick: ${printFinding(finding)}\n`)
    .join('')
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
  readonly guards: GuardReport
}

function commitAddition(store: Store, { list, entry, actor, options, guards }: Addition): number {
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
      override: guards.stops === 0 ? null : (options.override ?? null),
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
