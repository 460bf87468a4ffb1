import { LineCursor, lineText, type LineBlocks } from '../core/line-cursor.ts'
import { LineWriter } from '../core/line-writer.ts'
import { checkGuardsNow } from '../curation/guards/check-guards.ts'
import type { GuardDeps } from '../curation/guards/guard-deps.ts'
import type { GuardedEntry, GuardReport } from '../curation/guards/guard-finding.ts'
import { LineSplitter } from '../curation/guards/split-line.ts'
import { planImport, type ImportMode, type ImportPlan } from '../curation/plan-import.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import { guardedList } from './guard-deps.ts'

export interface GuardImportDeps {
  readonly store: Store
  readonly list: StoredList
  readonly guards: GuardDeps
}

export interface WantedImport {
  readonly mode: ImportMode
  /** Lines of the files. */
  readonly size: number
  /** The same, sorted; read several times. */
  readonly lines: () => LineBlocks
  /** Whether new entries that a guard stops are left out. */
  readonly leaveOut: boolean
}

export interface GuardedImport {
  readonly plan: ImportPlan
  /** What guards have against what is new, before anything was left out; null where nothing is new. */
  readonly report: GuardReport | null
  /** What they have against the plan. */
  readonly rest: GuardReport | null
  readonly leftOut: number
}

/** Plans an import, and asks the guards what they have against what is new in it. */
export function guardImport(deps: GuardImportDeps, wanted: WantedImport): GuardedImport {
  const { plan, report, stopped } = planWanted(deps, wanted, wanted.lines)
  if (!wanted.leaveOut || report === null || report.stops === 0) {
    return { plan, report, rest: report, leftOut: 0 }
  }
  const gone = stopped.filter(({ value, kind }) => !isListed(deps, value, kind))
  const { lines, count } = without(wanted.lines(), gone)
  const rest = planWanted(deps, wanted, () => lines)
  return { plan: rest.plan, report, rest: rest.report, leftOut: count }
}

interface Planned {
  readonly plan: ImportPlan
  readonly report: GuardReport | null
  readonly stopped: readonly GuardedEntry[]
}

function planWanted(
  { store, list, guards }: GuardImportDeps,
  { mode, size: lines }: Pick<WantedImport, 'mode' | 'size'>,
  wanted: () => LineBlocks,
): Planned {
  const { entries } = store
  // What only adds has nothing to do with what else the list has: a short file needn't read a long list.
  const isSparse = mode === 'add' && lines < entries.count(list.rowId)
  const live = isSparse
    ? entries.liveAmong(list.rowId, valuesOf(wanted()))
    : entries.live(list.rowId)
  const plan = planImport(mode, live, wanted())
  const size = plan.added + plan.amended
  if (size === 0) return { plan, report: null, stopped: [] }
  const stopped: GuardedEntry[] = []
  const deps = { ...guards, onStopped: (entry: GuardedEntry) => stopped.push(entry) }
  const batch = { size, lines: () => plan.lines }
  return { plan, report: checkGuardsNow(deps, guardedList(store, list), batch), stopped }
}

const TAB = 0x09

/** Each once, in their order. */
function* valuesOf(blocks: LineBlocks): Generator<string> {
  const cursor = new LineCursor(blocks)
  let last: string | null = null
  while (cursor.next()) {
    const { block, start } = cursor
    const value = lineText(block, start, block.indexOf(TAB, start))
    if (value !== last) yield value
    last = value
  }
}

/** An entry that the list has is amended, or left alone: to take it out is another decision. */
function isListed({ store, list }: GuardImportDeps, value: string, kind: string): boolean {
  return store.entries.find(list.rowId, value).some((row) => row.entry.kind === kind)
}

function without(
  blocks: LineBlocks,
  stopped: readonly GuardedEntry[],
): { readonly lines: Uint8Array[]; readonly count: number } {
  const gone = new Set(stopped.map(({ value, kind }) => `${value}\t${kind}`))
  const writer = new LineWriter()
  const cursor = new LineCursor(blocks)
  const split = new LineSplitter()
  let count = 0
  while (cursor.next()) {
    const { block, start, end } = cursor
    split.read(block, start)
    if (gone.has(`${split.value}\t${split.kind}`)) count++
    else writer.put(block, start, end + 1)
  }
  return { lines: writer.flush(), count }
}
