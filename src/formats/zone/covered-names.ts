import { NOTHING, type Verdict } from '../out/entry-cursor.ts'
import { keyEnd, lineAfter, relation, TreeKey } from './tree-line.ts'
import { SPACE } from './tree-lines.ts'

/** What makes the records of the names below another. */
export interface HalfRenderer {
  readonly begin: (lines: Uint8Array, start: number, end: number) => void
  readonly half: (
    isWildcard: boolean,
    verdict: Verdict,
    lines: Uint8Array,
    start: number,
    end: number,
    tab: number,
    // eslint-disable-next-line max-params -- spans instead of views, as in `GroupRenderer`
  ) => void
}

/** A listed name below the first of its group. */
interface CoveredName {
  readonly start: number
  readonly end: number
  readonly own: Verdict
  readonly below: Verdict
  readonly ownTab: number
  readonly belowTab: number
  /** The nearest listed name above it; null for the group's first. */
  readonly parent: CoveredName | null
  readonly inherited: Verdict
  /** What those below it inherit. */
  readonly handsDown: Verdict
  /** Whether it says something else than it inherits, or stands above one that does. */
  isKept: boolean
}

/**
 * The records of the names of a group below its first, which has its records already: those that say something else than they
 * inherit, and all names between them and the first, each with both halves (`docs/spec/rpz.md` §5).
 */
export function renderCovered(
  out: HalfRenderer,
  lines: Uint8Array,
  start: number,
  end: number,
): void {
  const names = readNames(lines, start, end)
  let [before] = names
  for (const name of names) {
    if (name.parent === null || !name.isKept || before === undefined) continue
    renderBetween(out, lines, name, before)
    out.begin(lines, name.start, name.end)
    renderHalf(out, false, name.own, name.ownTab, lines, name)
    renderHalf(out, true, name.below, name.belowTab, lines, name)
    before = name
  }
}

// eslint-disable-next-line max-params -- one half of a name and where it stands
function renderHalf(
  out: HalfRenderer,
  isWildcard: boolean,
  said: Verdict,
  tab: number,
  lines: Uint8Array,
  { start, end, inherited }: CoveredName,
): void {
  if (said !== NOTHING) out.half(isWildcard, said, lines, start, end, tab)
  else out.half(isWildcard, inherited, lines, start, end, -1)
}

/** The names of a group in order. */
function readNames(lines: Uint8Array, start: number, end: number): CoveredName[] {
  const names: CoveredName[] = []
  const key = new TreeKey()
  for (let at = start, next = start; at < end; at = next) {
    const tab = keyEnd(lines, at)
    key.clear()
    next = at
    do {
      const lineTab = next + tab - at
      key.add(lines, lineTab)
      next = lineAfter(lines, lineTab)
    } while (next < end && relation(lines, at, tab, lines, next, end) === 'same')
    // What inherits anything is not steered.
    if (key.isName) names.push(coveredName(lines, at, tab, key, names.at(-1) ?? null))
  }
  return names
}

// eslint-disable-next-line max-params -- a key, where it stands, and what stands before it
function coveredName(
  lines: Uint8Array,
  start: number,
  end: number,
  { own, below, ownTab, belowTab }: TreeKey,
  before: CoveredName | null,
): CoveredName {
  let parent = before
  while (
    parent !== null &&
    relation(lines, parent.start, parent.end, lines, start, end + 1) !== 'below'
  ) {
    parent = parent.parent
  }
  const inherited = parent === null ? NOTHING : parent.handsDown
  const isKept = !saysNothingElse(own, below, inherited)
  if (isKept) {
    for (let above = parent; above !== null && !above.isKept; above = above.parent) {
      above.isKept = true
    }
  }
  const handsDown = below === NOTHING ? inherited : below
  return { start, end, own, below, ownTab, belowTab, parent, inherited, handsDown, isKept }
}

function saysNothingElse(own: Verdict, below: Verdict, inherited: Verdict): boolean {
  return (own === NOTHING || own === inherited) && (below === NOTHING || below === inherited)
}

/** Both halves of the names above `name` that are not listed, and that the name `before` it did not have above it. */
function renderBetween(
  out: HalfRenderer,
  lines: Uint8Array,
  name: CoveredName,
  before: CoveredName,
): void {
  let end = commonLabels(lines, name, before)
  for (end++; end < name.end; end++) {
    if (lines[end] !== SPACE) continue
    let above = name.parent
    const length = end - name.start
    while (above !== null && above.end - above.start > length) above = above.parent
    if (above === null || above.end - above.start === length) continue
    out.begin(lines, name.start, end)
    out.half(false, above.handsDown, lines, name.start, end, -1)
    out.half(true, above.handsDown, lines, name.start, end, -1)
  }
}

/** Where, in `name`, the labels end that it has in common with another. */
function commonLabels(lines: Uint8Array, name: CoveredName, other: CoveredName): number {
  let i = name.start
  let j = other.start
  let common = name.start
  for (; i < name.end && j < other.end && lines[i] === lines[j]; i++, j++) {
    if (lines[i] === SPACE) common = i
  }
  const isWhole = j === other.end && lines[i] === SPACE
  return isWhole ? i : common
}
