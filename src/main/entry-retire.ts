import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { printSuggestion } from '../core/nearest.ts'
import { coveringKeys, meantKeys, type EntryKey } from '../curation/covering-keys.ts'
import { guessKind } from '../curation/propose-entry.ts'
import { parseEntryValue } from '../core/parse-entry.ts'
import type { EntryRow } from '../store/entry-store.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import { assertMay } from './assert-may.ts'
import { findList, withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { neighbours } from './neighbours.ts'
import { printJson } from './print-table.ts'
import { publishUrgently } from './publish-hooks.ts'

export interface RetireOptions {
  readonly kind?: string
  readonly reason: string
  readonly urgent?: boolean
  readonly json?: boolean
}

/** `entry retire`: always one person's decision, for a wrong entry harms as long as it stands. */
export async function retireEntry(
  listId: string,
  value: string,
  options: RetireOptions,
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  await withStore(
    data,
    async (store) => {
      const act = options.urgent === true ? 'urgent-retire' : 'propose-retire'
      assertMay(store, { actor, acts: [act], lists: [listId] })
      const list = findList(store, listId)
      const { decision, rows } = store.write(() => {
        const found = findListed(store, list, { value, kind: options.kind })
        return {
          rows: found,
          decision: commitRetirement(store, list, found, { actor, ...options }),
        }
      })
      const published =
        options.urgent === true
          ? await publishUrgently({ data, store, actor }, list, options.reason)
          : null
      process.stdout.write(
        options.json === true
          ? printJson({ list: list.id, decision, entries: rows.map((row) => row.entry), published })
          : told(list, rows, decision, published),
      )
    },
    { actor },
  )
}

interface Wanted {
  readonly value: string
  readonly kind: string | undefined
}

function findListed(store: Store, list: StoredList, { value, kind }: Wanted): EntryRow[] {
  const keys = meantKeys(value)
  // Not a value of any kind: say so as `entry add` would.
  if (keys.length === 0) parseEntryValue(guessKind(value), value)
  const rows = keys
    .flatMap((key) => store.entries.find(list.rowId, key.value))
    .filter((row) => kind === undefined || row.entry.kind === kind)
  if (rows.length > 0) return rows
  throw new Fault(
    'entry/not-found',
    `expected an entry of ${JSON.stringify(list.id)}, got ${JSON.stringify(value)}${kind === undefined ? '' : ` of kind ${kind}`}${hint(store, list, value, keys)}`,
  )
}

/** What the person may have meant: an entry that covers it, or one that is written alike. */
function hint(store: Store, list: StoredList, value: string, keys: readonly EntryKey[]): string {
  for (const { value: same, kinds } of keys.flatMap((key) => [key, ...coveringKeys(key)])) {
    const row = store.entries
      .find(list.rowId, same)
      .find((found) => kinds.includes(found.entry.kind))
    if (row !== undefined) {
      return `; it is covered by the ${row.entry.kind} ${JSON.stringify(row.entry.value)}, which is there`
    }
  }
  return printSuggestion(value, neighbours(store, list, keys[0]?.value ?? value))
}

function commitRetirement(
  store: Store,
  list: StoredList,
  rows: readonly EntryRow[],
  { actor, reason, urgent }: RetireOptions & { readonly actor: string },
): number {
  const [first] = rows
  return store.decisions.commit(
    {
      listRowId: list.rowId,
      act: 'retire',
      reference: first?.entry.reference ?? '',
      category: first?.entry.category ?? '',
      reason,
      legalBasis: '',
      evidence: '',
      proposer: actor,
      decidedBy: actor,
      decidedAt: new Date(),
      urgent: urgent ?? false,
      reviewOn: null,
      expiresOn: null,
      added: 0,
      retired: rows.length,
      amended: 0,
      source: null,
      override: null,
    },
    { added: [], retired: rows.map((row) => row.rowId) },
  )
}

function told(
  list: StoredList,
  rows: readonly EntryRow[],
  decision: number,
  published: { readonly serial: number | null } | null,
): string {
  const lines = rows.map(
    ({ entry }) => `retired ${entry.value} (${entry.kind}) from ${list.id}: decision ${decision}\n`,
  )
  const next =
    published === null
      ? `«bailiwick publish ${list.id}» makes it effective\n`
      : `published ${list.id}, serial ${String(published.serial)}\n`
  return lines.join('') + next
}
