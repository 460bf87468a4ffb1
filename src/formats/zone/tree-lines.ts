import { diffLines, type HeldDiff } from '../../core/diff-lines.ts'
import { EntryArena } from '../../core/entry-arena.ts'
import { Fault } from '../../core/fault.ts'
import { LineCursor, type LineBlocks } from '../../core/line-cursor.ts'
import { LineWriter } from '../../core/line-writer.ts'
import type { SortAlphabet } from '../../core/sort-alphabet.ts'
import { sortPart } from '../../core/sort-entries.ts'
import { isBlock } from '../out/export-rules.ts'
import { DROP, NODATA, NXDOMAIN, PASSTHRU, REDIRECT, TCP_ONLY } from '../out/entry-cursor.ts'
import { rpzIpOwner } from '../out/rpz-ip-owner.ts'
import { isToAddresses, type ZoneRecipe } from './zone-recipe.ts'

/**
 * The *tree* of a list is its entries as lines whose bytewise order is the canonical order of their owners (RFC 4034 §6.1), so that
 * what stands below a name follows it:
 *
 *     example bad login TAB h3 reference LF
 *
 * the labels of the owner from the last to the first with spaces between, which sort before all that is in labels; then the first
 * letter of the kind, the number of the action (`Verdict`), and the entry's reference where records tell it; in the place of the
 * reference, a URL has its value. Entries that never make records have no line.
 */
export const TAB = 0x09
export const LF = 0x0a
export const SPACE = 0x20
const DOT = 0x2e
const SLASH = 0x2f
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const BRACKET = 0x5b
const DASH = 0x2d

/** First letters of kinds, in a line behind the TAB. */
export const KIND = { domain: 0x64, host: 0x68, ip: 0x69, subdomains: 0x73, url: 0x75 } as const

/** How many lines there were, and those that the tree has of them, sorted. */
export interface TreeLines {
  readonly count: number
  readonly lines: () => LineBlocks
}

/** Sorts what the tree has of entry lines. Holds them. */
export function sortTree(recipe: ZoneRecipe, lines: LineBlocks): TreeLines {
  const arena = new EntryArena()
  const encoder = new TreeEncoder(recipe, arena)
  const cursor = new LineCursor(lines)
  let count = 0
  for (; cursor.next(); count++) encoder.add(cursor.block, cursor.start, cursor.end)
  const alphabet = arena.isNamesOnly ? NAMES : ANYTHING
  const { bytes, slots, count: length } = arena.take()
  const starts = Uint32Array.of(0, length)
  const parts = { bytes, slots, starts, depth: 0, attributes: [], isShared: false, alphabet }
  const order = sortPart(parts, 0)
  return { count, lines: () => linesInOrder(bytes, slots, order) }
}

/** What changes in the tree; and by how much the list grows, in lines. What differs in nothing that records tell is no change. */
export function sortEdits(
  recipe: ZoneRecipe,
  changes: { readonly added: LineBlocks; readonly removed: LineBlocks },
): HeldDiff & { readonly growth: number } {
  const added = sortTree(recipe, changes.added)
  const removed = sortTree(recipe, changes.removed)
  const diff = diffLines(removed.lines(), added.lines())
  return { ...diff, growth: added.count - removed.count }
}

const NAMES = alphabetOf('\t -0123456789_abcdefghijklmnopqrstuvwxyz')
const ANYTHING = alphabetOf(
  `\t ${Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).join('')}`,
)

function alphabetOf(characters: string): SortAlphabet {
  const codes = new Uint8Array(256)
  for (let i = 0; i < characters.length; i++) codes[characters.charCodeAt(i)] = i + 1
  return { codes, base: characters.length + 1 }
}

function* linesInOrder(
  bytes: Uint8Array,
  slots: Uint32Array,
  order: Uint32Array,
): Generator<Uint8Array, void, undefined> {
  const out = new LineWriter()
  for (const index of order) {
    out.put(bytes, slots[2 * index] ?? 0, slots[2 * index + 2] ?? 0)
    if (out.full.length > 0) yield* out.full.splice(0)
  }
  yield* out.flush()
}

class TreeEncoder {
  readonly #arena: EntryArena
  readonly #hasReferences: boolean
  readonly #isSteering: boolean

  constructor({ redirect, proxy }: ZoneRecipe, arena: EntryArena) {
    this.#arena = arena
    this.#hasReferences = isToAddresses(redirect)
    this.#isSteering = proxy !== null
  }

  /** Adds the entry line `block[start, end)`. */
  add(block: Uint8Array, start: number, end: number): void {
    let tab = start
    while (tab < end && block[tab] !== TAB) tab++
    const kind = block[tab + 1] ?? 0
    let action = tab + 2
    while (action < end && block[action] !== TAB) action++
    const verdict = verdictAt(block, action + 1)
    if (verdict === 0) refuse(block, start, end)
    if (kind === KIND.url) {
      this.#addUrl(block, start, tab, verdict)
      return
    }
    this.#arena.reserve(end - start + 64)
    const key =
      kind === KIND.ip ? this.#putOwner(block, start, tab) : this.#putName(block, start, tab)
    const to = this.#putVerdict(key, kind, verdict)
    this.#finish(
      verdict === REDIRECT && this.#hasReferences ? this.#putReference(to, block, end) : to,
    )
  }

  /** Only what can be steered: a block, at a host that is no address. */
  #addUrl(block: Uint8Array, start: number, end: number, verdict: number): void {
    if (!this.#isSteering || !isBlock(verdict)) return
    const host = hostEnd(block, start, end)
    if (isAddress(block, start, host)) return
    this.#arena.isNamesOnly = false
    this.#arena.reserve(2 * (end - start) + 8)
    const to = this.#putVerdict(this.#putName(block, start, host), KIND.url, verdict)
    this.#finish(this.#copy(to, block, start, end))
  }

  /** The labels of a name from the last to the first; gives back where they end. */
  #putName(block: Uint8Array, start: number, end: number): number {
    const { bytes } = this.#arena
    let to = this.#arena.end
    let stop = end
    for (let i = end - 1; i >= start; i--) {
      if (block[i] !== DOT) continue
      for (let from = i + 1; from < stop; from++) bytes[to++] = block[from] ?? 0
      bytes[to++] = SPACE
      stop = i
    }
    for (let from = start; from < stop; from++) bytes[to++] = block[from] ?? 0
    return to
  }

  #putOwner(block: Uint8Array, start: number, end: number): number {
    const value = Buffer.from(block.buffer, block.byteOffset + start, end - start)
    const owner = Buffer.from(rpzIpOwner(value.toString('latin1')), 'latin1')
    return this.#putName(owner, 0, owner.length)
  }

  #putVerdict(at: number, kind: number, verdict: number): number {
    const { bytes } = this.#arena
    bytes[at] = TAB
    bytes[at + 1] = kind
    bytes[at + 2] = ZERO + verdict
    return at + 3
  }

  /** The last field of the line that ends at `end`, unless it is the sign for none. */
  #putReference(to: number, block: Uint8Array, end: number): number {
    let start = end
    while (block[start - 1] !== TAB) start--
    if (end - start === 1 && block[start] === DASH) return to
    this.#arena.isNamesOnly = false
    return this.#copy(to, block, start, end)
  }

  #copy(at: number, block: Uint8Array, start: number, end: number): number {
    const { bytes } = this.#arena
    let to = at
    for (let from = start; from < end; from++) bytes[to++] = block[from] ?? 0
    return to
  }

  #finish(end: number): void {
    this.#arena.bytes[end] = LF
    this.#arena.push(end + 1 - this.#arena.end, 0)
  }
}

/** Actions differ in their first letters, but for two. */
function verdictAt(block: Uint8Array, at: number): number {
  switch (block[at] ?? 0) {
    case 0x64:
      return DROP
    case 0x6e:
      return block[at + 1] === 0x6f ? NODATA : NXDOMAIN
    case 0x70:
      return PASSTHRU
    case 0x72:
      return REDIRECT
    case 0x74:
      return TCP_ONLY
    default:
      return 0
  }
}

function refuse(block: Uint8Array, start: number, end: number): never {
  const line = Buffer.from(block.subarray(start, Math.min(end, start + 200))).toString('latin1')
  throw new Fault('entry/invalid', `expected an entry line, got ${JSON.stringify(line)}`)
}

/** Where the host of a URL's value ends: before its port or its path. An address in brackets ends too early, but is known by them. */
function hostEnd(block: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && block[at] !== SLASH && block[at] !== COLON) at++
  return at
}

/** `[…]`, or nothing but digits and dots: the last label of a name is never a number. */
function isAddress(block: Uint8Array, start: number, end: number): boolean {
  if (block[start] === BRACKET) return true
  for (let i = start; i < end; i++) {
    const byte = block[i] ?? 0
    if (byte > NINE || byte < DOT) return false
  }
  return true
}
