import { NODATA, NOTHING, REDIRECT, type Verdict } from '../out/entry-cursor.ts'
import type { RecordWriter } from './record-writer.ts'
import { renderCovered } from './covered-names.ts'
import { isCovering, isHostKey, keyEnd, lineAfter, relation, TreeKey } from './tree-line.ts'
import { LF } from './tree-lines.ts'
import { STEER, verdictTails, type Tails } from './verdict-tails.ts'
import { isToAddresses, MAX_NAME_AND_ORIGIN, type ZoneRecipe } from './zone-recipe.ts'

/** What `*.` adds. */
const WILDCARD = 2

/**
 * Makes records of the tree's lines, one *group* at a time: a name that says something of those below it, with all of them; or
 * another key alone. What a group becomes depends on nothing outside of it (`docs/spec/rpz.md` §5, §6).
 */
export class GroupRenderer {
  readonly #out: RecordWriter
  readonly #tails: readonly Tails[]
  readonly #room: number
  /** Whether some owners may not have what redirections are made of. */
  readonly #isRedirectToAddresses: boolean
  readonly #isProxyToAddresses: boolean
  readonly #isSteering: boolean
  readonly #key = new TreeKey()

  constructor(recipe: ZoneRecipe, out: RecordWriter) {
    this.#out = out
    this.#tails = verdictTails(recipe)
    this.#room = MAX_NAME_AND_ORIGIN - recipe.origin.length
    this.#isRedirectToAddresses = isToAddresses(recipe.redirect)
    this.#isProxyToAddresses = isToAddresses(recipe.proxy)
    this.#isSteering = recipe.proxy !== null
  }

  /**
   * Renders the group that begins at `start`; gives back where it ends. When it might go on behind `end`, does nothing and gives
   * back -1, unless the lines are known to end there.
   */
  render(lines: Uint8Array, start: number, end: number, isLast: boolean): number {
    const key = this.#key
    key.clear()
    const tab = keyEnd(lines, start)
    let covers = false
    let isAlone = true
    let lineTab = tab
    let next = start
    for (;;) {
      if (isAlone) {
        key.add(lines, lineTab)
        covers ||= isCovering(lines[lineTab + 1] ?? 0)
      }
      next = lineAfter(lines, lineTab)
      if (next >= end) {
        if (!isLast) return -1
        break
      }
      const how = relation(lines, start, tab, lines, next, end)
      if (how === 'apart' || (how === 'below' && !covers)) break
      if (how === 'below') isAlone = false
      lineTab = isAlone ? next + tab - start : keyEnd(lines, next)
    }
    this.name(lines, start, tab, key)
    if (!isAlone) renderCovered(this, lines, start, next)
    return next
  }

  /** Both halves of a key that inherits nothing. */
  name(lines: Uint8Array, start: number, end: number, key: TreeKey): void {
    const { own, below } = key
    this.begin(lines, start, end)
    if (own !== NOTHING) this.half(false, own, lines, start, end, key.ownTab)
    else if (key.hasUrl) this.#steer(lines, start, end)
    if (below !== NOTHING) this.half(true, below, lines, start, end, key.belowTab)
  }

  /** To be called before the halves of each name. */
  begin(lines: Uint8Array, start: number, end: number): void {
    this.#out.setOwner(lines, start, end)
  }

  /**
   * The records of one half of the key `[start, end)`, as far as the name is not too long. `tab` is that of the line that says so, for
   * its reference; -1 for a verdict that is inherited.
   */
  // eslint-disable-next-line max-params -- spans instead of views: this runs for every record
  half(
    isWildcard: boolean,
    verdict: Verdict,
    lines: Uint8Array,
    start: number,
    end: number,
    tab: number,
  ): void {
    if (end - start + (isWildcard ? WILDCARD : 0) > this.#room) return
    if (verdict !== REDIRECT || !this.#isRedirectToAddresses) {
      this.#out.put(isWildcard, this.#tailsOf(verdict), lines, 0, 0)
      return
    }
    if (!this.#key.isAddress && !isHostKey(lines, start, end)) {
      this.#out.put(isWildcard, this.#tailsOf(NODATA), lines, 0, 0)
      return
    }
    let textEnd = tab + 3
    if (tab >= 0) while (lines[textEnd] !== LF) textEnd++
    this.#out.put(isWildcard, this.#tailsOf(verdict), lines, tab + 3, tab < 0 ? 0 : textEnd)
  }

  #steer(lines: Uint8Array, start: number, end: number): void {
    if (!this.#isSteering || end - start > this.#room) return
    if (this.#isProxyToAddresses && !isHostKey(lines, start, end)) return
    this.#out.put(false, this.#tailsOf(STEER), lines, 0, 0)
  }

  #tailsOf(verdict: Verdict): Tails {
    return this.#tails[verdict] ?? NO_TAILS
  }
}

const NO_TAILS: Tails = { before: [], after: [] }
