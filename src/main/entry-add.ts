import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { type Entry, printEntryLine } from '../core/entry.ts'
import { parseKind } from '../core/parse-entry.ts'
import { coveringKeysOf } from '../curation/covering-keys.ts'
import { checkWritten } from '../curation/guards/check-written.ts'
import { guessKind, proposeEntry } from '../curation/propose-entry.ts'
import { proposingActs } from '../curation/proposing-acts.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import { assertMay } from './assert-may.ts'
import { findList, withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { newReference } from './new-reference.ts'
import { noteRefusal } from './note-refusal.ts'
import { printJson } from './print-table.ts'
import type { Deciding } from './proposals/deciding.ts'
import { openDeciding } from './proposals/open-deciding.ts'
import { exitCodeOf, type ProposalOutcome } from './proposals/outcome.ts'
import { propose } from './proposals/propose.ts'
import { publishDecided, type PublishedAtOnce } from './proposals/publish-decided.ts'
import { printNotes, printProposed } from './proposals/print-proposed.ts'
import { termsOf, type TermOptions } from './proposals/term-options.ts'

export interface AddOptions extends TermOptions {
  readonly kind?: string
  readonly action?: string
  readonly json?: boolean
}

/** `entry add`: proposes an addition, and decides it where one word is enough; durable when the command ends. */
export async function addEntry(
  listId: string,
  value: string,
  options: AddOptions,
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  const written = { ...options, value, reference: options.reference ?? newReference() }
  await withStore(
    data,
    async (store) => {
      const acts = proposingActs({ act: 'add', urgent: options.urgent ?? false })
      assertMay(store, { actor, acts, lists: [listId] })
      const list = findList(store, listId)
      const deciding = openDeciding({ data, store }, actor)
      const added = noteRefusal({ store, list, actor, act: 'add' }, () =>
        store.write(() => {
          // The definition of this moment: its policy is the one that holds.
          const now = findList(store, listId)
          assertNoSuffix(value, options)
          const entry = proposeEntry(now.definition, written)
          assertNotListed(store, now, entry)
          const covered = coveringEntries(store, now, entry)
          const outcome = proposeAddition(deciding, { list: now, entry, options })
          return { entry, covered, outcome }
        }),
      )
      const { entry, outcome, covered } = added
      const published = await publishDecided({ data, store, actor }, outcome, options)
      const { proposal, decision, state, missing, findings } = outcome
      const decided = { list: list.id, decision, proposal, state, missing, findings }
      if (options.json !== true) process.stderr.write(printNotes(outcome))
      process.stdout.write(
        options.json === true
          ? printJson({ ...decided, entry, coveredBy: covered, published })
          : told(list, entry, { ...added, published }) + printProposed(deciding, outcome),
      )
      process.exitCode = exitCodeOf(outcome)
    },
    { actor },
  )
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

function assertNotListed(store: Store, list: StoredList, entry: Entry): void {
  const found = store.entries.find(list.rowId, entry.value)
  const same = found.find((row) => row.entry.kind === entry.kind)
  if (same === undefined) return
  throw new Fault(
    'entry/already-listed',
    `expected a new entry, got the ${entry.kind} ${JSON.stringify(entry.value)}, which ${JSON.stringify(list.id)} has since decision ${same.addedBy}: «bailiwick entry amend» changes it`,
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
  readonly options: AddOptions
}

function proposeAddition(deciding: Deciding, { list, entry, options }: Addition): ProposalOutcome {
  const { reference, category } = entry
  return propose(deciding, {
    list,
    act: 'add',
    terms: termsOf(options, { reference, category }),
    change: { added: [Buffer.from(`${printEntryLine(entry)}\n`)], retired: [] },
    counts: { added: 1, retired: 0, amended: 0 },
    acknowledged: options.acknowledge ?? [],
    override: options.override ?? null,
  })
}

interface Added {
  readonly outcome: ProposalOutcome
  readonly covered: readonly Entry[]
  readonly published: PublishedAtOnce
}

function told(
  list: StoredList,
  { value, kind, action, reference }: Entry,
  { outcome, covered, published }: Added,
): string {
  const [nearest] = covered
  const note =
    nearest === undefined
      ? ''
      : `it was covered already by the ${nearest.kind} ${nearest.value} on this list\n`
  const what = `${value} (${kind}, ${action})`
  if (outcome.decision === null) {
    return `proposed to add ${what} to ${list.id}, reference ${reference}\n${note}`
  }
  const next =
    published === null
      ? `«bailiwick publish ${list.id}» makes it effective\n`
      : `published ${list.id}, serial ${String(published.serial)}\n`
  return `added ${what} to ${list.id}: decision ${outcome.decision}, reference ${reference}\n${note}${next}`
}
