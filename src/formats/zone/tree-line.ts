import { NOTHING, type Verdict } from '../out/entry-cursor.ts'
import { KIND, LF, SPACE, TAB } from './tree-lines.ts'

const HYPHEN = 0x2d
const UNDERSCORE = 0x5f
const ZERO = 0x30

/** Where the key of the tree's line that begins at `start` ends. */
export function keyEnd(lines: Uint8Array, start: number): number {
  let at = start
  while (lines[at] !== TAB) at++
  return at
}

/** The first byte behind the line whose key ends at `tab`. */
export function lineAfter(lines: Uint8Array, tab: number): number {
  let at = tab + 3
  while (lines[at] !== LF) at++
  return at + 1
}

/** How the key `lines[at, …)`, in a buffer that ends at `end`, stands to `[start, tab)`: the same, below it, or neither. */
// eslint-disable-next-line max-params -- spans instead of views: asked for every line of a list
export function relation(
  lines: Uint8Array,
  start: number,
  tab: number,
  other: Uint8Array,
  at: number,
  end: number,
): 'same' | 'below' | 'apart' {
  let i = at + tab - start
  if (i >= end) return 'apart'
  const next = other[i]
  if (next !== TAB && next !== SPACE) return 'apart'
  for (let j = tab - 1; j >= start; j--) if (lines[j] !== other[--i]) return 'apart'
  return next === TAB ? 'same' : 'below'
}

/** Whether a kind says something of names below: `lines[tab + 1]` is its letter. */
export function isCovering(kind: number): boolean {
  return kind === KIND.domain || kind === KIND.subdomains
}

/**
 * What the lines of one key say: `own` at the name, `below` below it, and beside each the TAB of the line that says so. The more
 * exact kind wins for its half.
 */
export class TreeKey {
  own: Verdict = NOTHING
  below: Verdict = NOTHING
  ownTab = 0
  belowTab = 0
  isName = false
  isAddress = false
  hasUrl = false

  clear(): void {
    this.own = this.below = NOTHING
    this.isName = this.isAddress = this.hasUrl = false
  }

  /** Takes the line whose key ends at `tab` in. Lines of a key are sorted by kind, so that the more exact ones come later. */
  add(lines: Uint8Array, tab: number): void {
    const verdict = (lines[tab + 2] ?? 0) - ZERO
    const kind = lines[tab + 1]
    if (kind === KIND.url) {
      this.hasUrl = true
      return
    }
    if (kind === KIND.ip) this.isAddress = true
    else this.isName = true
    if (kind !== KIND.subdomains) {
      this.own = verdict
      this.ownTab = tab
    }
    if (kind === KIND.domain || kind === KIND.subdomains) {
      this.below = verdict
      this.belowTab = tab
    }
  }
}

/** As `isHostName`, for a name whose labels stand from the last to the first with spaces between. */
export function isHostKey(lines: Uint8Array, start: number, end: number): boolean {
  let before = SPACE
  for (let i = start; i < end; i++) {
    const byte = lines[i] ?? 0
    if (byte === UNDERSCORE) return false
    if (byte === HYPHEN && before === SPACE) return false
    if (byte === SPACE && before === HYPHEN) return false
    before = byte
  }
  return before !== HYPHEN
}
