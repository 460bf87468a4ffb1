import { checkGuard, type GuardFinding as BreakerFinding } from '../core/check-guard.ts'
import { ENTRY_KINDS, type EntryKind } from '../core/entry.ts'
import { LineCursor } from '../core/line-cursor.ts'
import type { ListDefinition } from '../core/list-definition.ts'
import { renderExport, type ExportFormat, type ExportSummary } from '../formats/render-export.ts'
import { countHosts, describeImpact, formatSentence, type ImpactPart } from './describe-impact.ts'
import { Covering } from './guards/covering.ts'
import type { GuardedBatch } from './guards/guard-deps.ts'
import { LineSplitter, type SplitLine } from './guards/split-line.ts'

/** The list before the changes. */
export interface ImpactList {
  readonly definition: ListDefinition
  /** Entries of the newest serial; null before the first. */
  readonly published: number | null
  /** Entries that are decided, published or not. */
  readonly size: number
  /** Its entry lines, sorted bytewise, in blocks of whole lines; read twice at most. */
  readonly lines: () => Iterable<Uint8Array>
}

export interface ImpactChanges {
  readonly added: GuardedBatch
  /** Lines of entries that the list has. */
  readonly retired: GuardedBatch
}

/** What becomes of changes, as those who approve them see it. */
export interface Impact {
  readonly added: ImpactPart
  readonly retired: ImpactPart
  /** What each format makes of the additions. */
  readonly formats: readonly FormatImpact[]
  /** The list as it would be, and what its circuit breaker says of that. */
  readonly growth: {
    readonly before: number | null
    readonly after: number
    readonly findings: readonly BreakerFinding[]
  }
  /** The difference to the list, as it would be published: `+` or `-`, a space, and the entry's line. At most `MAX_DIFFERENCE`. */
  readonly difference: readonly string[]
  readonly isDifferenceCut: boolean
  /** All of it in plain words. */
  readonly sentences: readonly string[]
}

interface FormatImpact extends ExportSummary {
  readonly format: ExportFormat
  readonly sentence: string
}

/** Lines of a difference that are shown. */
export const MAX_DIFFERENCE = 1000

const STEP_LINES = 2000

/** Stops after every few milliseconds of work, as `checkGuards` does. */
export function* previewImpact(
  list: ImpactList,
  changes: ImpactChanges,
  formats: readonly ExportFormat[],
): Generator<undefined, Impact> {
  const added = yield* lookAt(list, changes.added, changes.retired)
  const retired = yield* lookAt(list, changes.retired, changes.retired)
  const made: FormatImpact[] = []
  for (const format of formats)
    made.push(yield* renderAdded(list.definition, changes.added, format))
  const after = list.size + added.count - retired.count
  const findings = checkGuard(list.definition.guard, list.published, after)
  const growth = { before: list.published, after, findings }
  const difference = differenceOf(changes)
  const isDifferenceCut = difference.length < added.count + retired.count
  const impact = { added, retired, formats: made, growth, difference, isDifferenceCut }
  const hosts = countHosts(changes.added)
  return { ...impact, sentences: describeImpact(list.definition, hosts, impact) }
}

/** Counts a part of the changes, and what the list without the retired entries covers of it. */
function* lookAt(
  list: ImpactList,
  part: GuardedBatch,
  retired: GuardedBatch,
): Generator<undefined, ImpactPart> {
  const kinds = Object.fromEntries(ENTRY_KINDS.map((kind) => [kind, 0])) as Record<
    EntryKind,
    number
  >
  const covering = new Covering()
  let count = 0
  for (const line of linesOf(part)) {
    kinds[line.kind]++
    covering.want(line)
    if (++count % STEP_LINES === 0) yield
  }
  if (count === 0) return { count, kinds, covered: 0 }
  let at = 0
  for (const line of without(list.lines(), retired)) {
    covering.see(line)
    if (++at % STEP_LINES === 0) yield
  }
  let covered = 0
  for (const line of linesOf(part)) {
    if (covering.coveredBy(line) !== null) covered++
    if (++at % STEP_LINES === 0) yield
  }
  return { count, kinds, covered }
}

/** Each line; what is given is good until the next. */
function* linesOf({ lines }: Pick<GuardedBatch, 'lines'>): Generator<SplitLine> {
  const line = new LineSplitter()
  for (const block of lines()) {
    line.enter(block)
    while (line.next()) yield line
  }
}

/** The lines of the list whose value and kind are not among the retired; both are sorted alike. */
function* without(blocks: Iterable<Uint8Array>, retired: GuardedBatch): Generator<SplitLine> {
  const gone = linesOf(retired)
  let next = gone.next()
  for (const line of linesOf({ lines: () => blocks })) {
    while (next.done !== true && keyOf(next.value) < keyOf(line)) next = gone.next()
    if (next.done === true || keyOf(next.value) !== keyOf(line)) yield line
  }
}

/** Lines are ASCII, so `<` compares bytes. */
function keyOf({ value, kind }: SplitLine): string {
  return `${value}\t${kind}`
}

/** The additions by themselves as an export: what it leaves out of them is what it cannot say. */
function* renderAdded(
  definition: ListDefinition,
  { size, lines }: GuardedBatch,
  format: ExportFormat,
): Generator<undefined, FormatImpact> {
  const source = { definition, serial: 1, state: '', entries: size, lines }
  const blocks = renderExport(format, source)
  for (;;) {
    const step = blocks.next()
    if (step.done === true) {
      return { format, ...step.value, sentence: formatSentence(format, size, step.value) }
    }
    yield
  }
}

function differenceOf({ added, retired }: ImpactChanges): string[] {
  const difference: string[] = []
  for (const [sign, part] of [['+', added] as const, ['-', retired] as const]) {
    const cursor = new LineCursor(part.lines())
    while (difference.length < MAX_DIFFERENCE && cursor.next()) {
      difference.push(`${sign} ${cursor.text()}`)
    }
  }
  return difference
}
