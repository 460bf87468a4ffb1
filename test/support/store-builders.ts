import type { ListDefinition } from '../../src/core/list-definition.ts'
import type { NewDecision } from '../../src/store/decision-store.ts'
import { openStore, type Store } from '../../src/store/open-store.ts'

export const AT = new Date('2030-01-01T00:00:00.000Z')

/** A definition with nothing unusual in it; reserved names only. */
export function definitionOf(id: string, changes: Partial<ListDefinition> = {}): ListDefinition {
  return {
    id,
    title: `${id} list`,
    description: '',
    authority: 'Example CERT',
    visibility: 'public',
    legalBasis: '',
    categories: [],
    action: { type: 'nxdomain', to: [] },
    approvals: {
      needed: 1,
      organisations: 1,
      retire: { needed: 1, organisations: 1 },
      urgentAdd: false,
    },
    review: { afterDays: 180, expireAfterDays: 365, warnDays: 14, urgentDays: 3 },
    guard: { maxGrowth: 0.5, maxShrink: 0.2, minEntries: 1 },
    publish: { cron: null },
    zone: null,
    keep: { serials: 100 },
    steering: null,
    liveness: null,
    ...changes,
  }
}

export function decisionOf(listRowId: number, changes: Partial<NewDecision> = {}): NewDecision {
  return {
    listRowId,
    act: 'import',
    reference: 'K7M29QXT',
    category: '',
    reason: 'a test',
    legalBasis: '',
    evidence: '',
    proposer: 'alice',
    decidedBy: 'alice',
    decidedAt: AT,
    urgent: false,
    reviewOn: null,
    expiresOn: null,
    added: 0,
    retired: 0,
    amended: 0,
    source: null,
    override: null,
    ...changes,
  }
}

/** A database in memory with one list; gives the list's row id too. */
export function storeWithList(id = 'phishing', path = ':memory:'): { store: Store; list: number } {
  const store = openStore(path, { create: true })
  const { list } = store.lists.apply(definitionOf(id), { at: AT, actor: 'alice', place: id })
  return { store, list: list.rowId }
}

/** Snapshot lines of `domain` entries, as one block. */
export function blockOf(values: readonly string[], rest = 'domain\tnxdomain\t-\tK7M29QXT'): Buffer {
  return Buffer.from(values.map((value) => `${value}\t${rest}\n`).join(''))
}

/** Adds values and retires others (by value) in one decision; gives the decision's id. */
export function decide(
  store: Store,
  list: number,
  { add = [], retire = [] }: { add?: readonly string[]; retire?: readonly string[] },
): number {
  const rows = retire.flatMap((value) => store.entries.find(list, value).map((row) => row.rowId))
  return store.decisions.commit(decisionOf(list, { added: add.length, retired: rows.length }), {
    added: [blockOf([...add].sort())],
    retired: rows,
  })
}

/** Makes the next serial of everything that is decided, without signing it; gives the serial. */
export function publish(store: Store, list: number, at = AT): number {
  const before = store.publications.latest(list)
  const decision = store.decisions.lastDecision(list)
  const serial = (before?.serial ?? 0) + 1
  const { added, removed } = store.publications.changes(list, before?.decision ?? 0, decision)
  const counts = { added: [...added].length, removed: [...removed].length }
  const publication = {
    ...{ serial, state: '0'.repeat(64), entries: store.entries.count(list), ...counts, decision },
    ...{ definitionId: 1, publishedAt: at, override: null, actor: 'paul' },
  }
  const commit = { listRowId: list, publication, metadata: [], expectedSerial: serial - 1 }
  store.publications.commit(commit)
  return serial
}
