import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ListDefinition } from '../../src/core/list-definition.ts'
import { makeAuthority } from '../../src/main/make-authority.ts'
import { openAuthority, type Authority } from '../../src/main/open-authority.ts'
import { openProofTrees } from '../../src/main/proof-trees.ts'
import { publishLists } from '../../src/main/publish-lists.ts'
import type { PublishOutcome } from '../../src/publish/publish-list.ts'
import { decisionOf, definitionOf } from './store-builders.ts'

/** A clock that stands until it is moved. */
export interface TestClock {
  at: Date
}

export interface TestAuthority {
  readonly data: string
  readonly clock: TestClock
  /** Opens it again, as another process would. */
  readonly open: () => Authority
  readonly remove: () => void
}

/** An authority in a temporary folder, with plain keys; now is as real as its files' times. */
export async function makeTestAuthority(): Promise<TestAuthority> {
  const data = mkdtempSync(join(tmpdir(), 'authority-'))
  const clock = { at: new Date(Math.floor(Date.now() / 1000) * 1000) }
  const now = (): Date => clock.at
  await makeAuthority({
    data,
    authority: 'Example CERT',
    origin: '',
    hasPlainKeys: true,
    env: {},
    now,
  })
  return {
    data,
    clock,
    open: () => withCompiledThreads(openAuthority(data, { env: {}, now })),
    remove: () => rmSync(data, { recursive: true, force: true }),
  }
}

/** Of a long list the proof tree is made by a thread, which runs what was compiled. */
function withCompiledThreads(authority: Authority): Authority {
  const { paths, store } = authority
  const thread = new URL('../../dist/main/proof-tree-thread.js', import.meta.url)
  const folder = { folder: paths.work, database: paths.database, store }
  return { ...authority, trees: openProofTrees(folder, thread) }
}

/** Creates a list, without its role; with a guard that lets everything pass unless `changes` say otherwise. */
export function applyList(
  { store, now }: Authority,
  id: string,
  changes: Partial<ListDefinition> = {},
  place = id,
): void {
  const guard = { maxGrowth: 1e9, maxShrink: 1, minEntries: 0 }
  store.lists.apply(definitionOf(id, { guard, ...changes }), { at: now(), actor: 'alice', place })
}

/** Decides that the list shall be exactly `lines`, as a mirror import would: one decision. */
export function decideLines({ store }: Authority, id: string, lines: readonly string[]): void {
  const list = store.lists.find(id)
  if (list === null) throw new Error(`no list ${id}`)
  const wanted = new Set(lines)
  const cut = store.decisions.lastDecision(list.rowId)
  const live = [...store.publications.lines(list.rowId, cut)]
  const gone = live.filter((line) => !wanted.has(line))
  const known = new Set(live)
  const added = lines.filter((line) => !known.has(line))
  const retired = gone.map((line) => {
    const [value = '', kind] = line.split('\t')
    const row = store.entries.find(list.rowId, value).find(({ entry }) => entry.kind === kind)
    if (row === undefined) throw new Error(`no row for ${line}`)
    return row.rowId
  })
  if (added.length + retired.length === 0) return
  store.decisions.commit(
    decisionOf(list.rowId, { act: 'mirror', added: added.length, retired: retired.length }),
    {
      added: [Buffer.from(added.map((line) => `${line}\n`).join(''))],
      retired,
    },
  )
}

/** Decides and publishes; throws what stops it. */
export async function publishLines(
  authority: Authority,
  id: string,
  lines: readonly string[],
): Promise<PublishOutcome> {
  decideLines(authority, id, lines)
  return publishOne(authority, id)
}

export async function publishOne(
  authority: Authority,
  id: string,
  override: string | null = null,
): Promise<PublishOutcome> {
  const list = authority.store.lists.find(id)
  if (list === null) throw new Error(`no list ${id}`)
  const [report] = await publishLists(authority, [list], { actor: 'alice', override })
  if (report === undefined) throw new Error('no report')
  if (report.outcome === 'refused') throw report.fault
  return report
}
