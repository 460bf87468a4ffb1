import type { HeldDiff } from '../core/diff-lines.ts'
import { blocksOfLines, countLines } from '../core/hash-lines.ts'
import { checkGuard, type GuardFinding } from '../core/check-guard.ts'
import { printDefinition } from './print-definition.ts'
import type { Publication, PublishedList, PublishStore } from './ports.ts'

/** What the next serial of a list would be. */
export interface PlannedCut {
  readonly list: PublishedList
  readonly previous: Publication | null
  readonly serial: number
  /** The last decision that the serial includes; what is decided later waits for the next. */
  readonly decision: number
  /** Whether the list's public definition is another than that of the serial before. */
  readonly isRedefined: boolean
  readonly added: number
  readonly removed: number
  readonly entries: number
  /** What the circuit breaker says against it. */
  readonly findings: readonly GuardFinding[]
}

/** A list at the point where its next serial is cut from its decisions. */
export interface Cut extends PlannedCut {
  /** What came and went since the serial before; everything came, for the first. Held, but for the first. */
  readonly changes: HeldDiff | null
}

/**
 * The next serial of a list, or null when nothing has changed since the last one. A new public definition makes a serial too, for
 * exports and zones are made of both. Reads the database, writes nothing.
 */
export function cutPublication(store: PublishStore, list: PublishedList): Cut | null {
  return cutWith(store, list, (previous, decision) =>
    previous === null ? firstCut(store, list, decision) : nextCut(store, list, previous, decision),
  )
}

/** As `cutPublication`, for who wants the numbers alone: the lines are counted where they are, and none is read. */
export function planCut(store: PublishStore, list: PublishedList): PlannedCut | null {
  return cutWith(store, list, (previous, decision) =>
    store.publications.countChanges(list.rowId, previous?.decision ?? 0, decision),
  )
}

function cutWith<T extends Pick<Cut, 'added' | 'removed'>>(
  store: PublishStore,
  list: PublishedList,
  count: (previous: Publication | null, decision: number) => T,
): (T & PlannedCut) | null {
  const previous = store.publications.latest(list.rowId)
  const decision = store.decisions.lastDecision(list.rowId)
  const isRedefined = previous !== null && isOther(store, list, previous)
  if (decision === (previous?.decision ?? 0) && !isRedefined) return null
  const cut = count(previous, decision)
  if (cut.added === 0 && cut.removed === 0 && !isRedefined) return null
  const entries = (previous?.entries ?? 0) + cut.added - cut.removed
  const findings = checkGuard(list.definition.guard, previous?.entries ?? null, entries)
  const serial = (previous?.serial ?? 0) + 1
  return { list, previous, serial, decision, isRedefined, entries, findings, ...cut }
}

function isOther(store: PublishStore, list: PublishedList, previous: Publication): boolean {
  if (list.definitionId === previous.definitionId) return false
  const before = printDefinition(store.lists.definition(previous.definitionId))
  return !before.equals(printDefinition(list.definition))
}

type Counted = Pick<Cut, 'changes' | 'added' | 'removed'>

function firstCut(store: PublishStore, { rowId }: PublishedList, decision: number): Counted {
  const added = countLines(blocksOfLines(store.publications.lines(rowId, decision)))
  return { changes: null, added, removed: 0 }
}

function nextCut(
  store: PublishStore,
  { rowId }: PublishedList,
  previous: Publication,
  decision: number,
): Counted {
  const changes = readChanges(store, rowId, previous.decision, decision)
  return { changes, added: countLines(changes.added), removed: countLines(changes.removed) }
}

/** What came and went after one decision and through another, in memory. */
export function readChanges(
  store: Pick<PublishStore, 'publications'>,
  listRowId: number,
  after: number,
  through: number,
): HeldDiff {
  const { added, removed } = store.publications.changes(listRowId, after, through)
  return { added: [...blocksOfLines(added)], removed: [...blocksOfLines(removed)] }
}
