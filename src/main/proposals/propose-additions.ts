import { Fault, isFault } from '../../core/fault.ts'
import { printEntryLine, type Entry } from '../../core/entry.ts'
import { parseKind } from '../../core/parse-entry.ts'
import { assertMayAct } from '../../curation/assert-may-act.ts'
import { coveringKeysOf } from '../../curation/covering-keys.ts'
import { checkWritten } from '../../curation/guards/check-written.ts'
import { guessKind, proposeEntry, type WrittenEntry } from '../../curation/propose-entry.ts'
import { proposingActs } from '../../curation/proposing-acts.ts'
import type { StoredList } from '../../store/list-store.ts'
import { findList } from '../find-list.ts'
import { newReference } from '../new-reference.ts'
import { noteRefusal } from '../note-refusal.ts'
import { throwPlaced } from '../throw-placed.ts'
import type { Deciding } from './deciding.ts'
import type { ProposalOutcome } from './outcome.ts'
import { propose } from './propose.ts'
import { termsOf, type TermOptions } from './term-options.ts'

/** Entries as somebody wrote them; without a reference each gets a new one. */
export interface AdditionRequest {
  readonly list: string
  readonly entries: readonly (Omit<WrittenEntry, 'reference'> & { readonly reference?: string })[]
  readonly terms: TermOptions
}

export interface ProposedAdditions {
  readonly list: StoredList
  /** In the order of the request. */
  readonly entries: readonly Entry[]
  /** Entries of the list that block one of them already. */
  readonly covered: readonly Entry[]
  readonly outcome: ProposalOutcome
}

/**
 * Proposes additions, and decides them where one word is enough; durable when it returns. Throws `user/refused`, `list/not-found`,
 * `guard/stopped`, `entry/already-listed`, and what `proposeEntry` and `propose` throw; of several entries with the place of each that is
 * wrong.
 */
export function proposeAdditions(deciding: Deciding, request: AdditionRequest): ProposedAdditions {
  const { store, person } = deciding
  const { urgent = false } = request.terms
  for (const act of proposingActs({ act: 'add', urgent })) {
    assertMayAct(person, act, request.list)
  }
  const known = findList(store, request.list)
  const attempt = { store, list: known, actor: person.name, act: 'add' } as const
  return noteRefusal(attempt, () =>
    store.write(() => {
      // The definition of this moment: its policy is the one that holds.
      const list = findList(store, request.list)
      const entries = parseEntries(deciding, list, request.entries)
      const covered = entries.flatMap((entry) => coveringEntries(deciding, list, entry))
      const outcome = propose(deciding, {
        ...{ list, act: 'add', acknowledged: request.terms.acknowledge ?? [] },
        terms: termsOf(request.terms, sharedTerms(entries)),
        change: { added: [sortedLines(entries)], retired: [] },
        counts: { added: entries.length, retired: 0, amended: 0 },
        override: request.terms.override ?? null,
      })
      return { list, entries, covered, outcome }
    }),
  )
}

/** Reads all of them before it complains of any. */
function parseEntries(
  deciding: Deciding,
  list: StoredList,
  written: AdditionRequest['entries'],
): readonly Entry[] {
  const entries: Entry[] = []
  const faults: (readonly [number, Fault])[] = []
  const seen = new Set<string>()
  for (const [i, one] of written.entries()) {
    try {
      const entry = parseOne(deciding, list, one)
      const key = `${entry.value}\t${entry.kind}`
      if (seen.has(key)) throw twice(entry)
      seen.add(key)
      entries.push(entry)
    } catch (error) {
      if (!isFault(error) || error.code.startsWith('store/')) throw error
      faults.push([i, error])
    }
  }
  throwPlaced(faults)
  return entries
}

function parseOne(
  { store }: Deciding,
  list: StoredList,
  written: AdditionRequest['entries'][number],
): Entry {
  assertNoSuffix(written)
  const reference = written.reference ?? newReference()
  const entry = proposeEntry(list.definition, { ...written, reference })
  const same = store.entries
    .find(list.rowId, entry.value)
    .find((row) => row.entry.kind === entry.kind)
  if (same === undefined) return entry
  throw new Fault(
    'entry/already-listed',
    `expected a new entry, got the ${entry.kind} ${JSON.stringify(entry.value)}, which ${JSON.stringify(list.id)} has since decision ${same.addedBy}: «bailiwick entry amend» changes it`,
  )
}

function twice({ kind, value }: Entry): Fault {
  return new Fault(
    'entry/already-listed',
    `expected each entry once, got the ${kind} ${JSON.stringify(value)} twice`,
  )
}

/** A single label has no canonical form, and so no entry to override a guard for. Throws `guard/stopped`. */
function assertNoSuffix({ value, kind }: Pick<WrittenEntry, 'value' | 'kind'>): void {
  const found = checkWritten(value, kind === undefined ? guessKind(value) : parseKind(kind))
  if (found === null) return
  const { text, cure, guard } = found
  throw new Fault(
    'guard/stopped',
    `expected a name that can be listed, got ${JSON.stringify(value)}: ${text}: ${cure} (${guard})`,
  )
}

/** Entries of the list that block `entry` already; adding it is allowed, for they may be retired one day. */
function coveringEntries({ store }: Deciding, list: StoredList, entry: Entry): Entry[] {
  return coveringKeysOf(entry).flatMap((key) =>
    store.entries
      .find(list.rowId, key.value)
      .map((row) => row.entry)
      .filter((found) => key.kinds.includes(found.kind) && found.action === entry.action),
  )
}

/** What a proposal says of all its entries: nothing where they differ. */
function sharedTerms(entries: readonly Entry[]): Pick<Entry, 'reference' | 'category'> {
  const shared = (member: 'reference' | 'category'): string => {
    const all = new Set(entries.map((entry) => entry[member]))
    return all.size === 1 ? ([...all][0] ?? '') : ''
  }
  return { reference: shared('reference'), category: shared('category') }
}

function sortedLines(entries: readonly Entry[]): Uint8Array {
  const lines = entries.map((entry) => Buffer.from(`${printEntryLine(entry)}\n`))
  return Buffer.concat(lines.sort((a, b) => Buffer.compare(a, b)))
}
