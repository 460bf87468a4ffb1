import { Fault } from '../../core/fault.ts'
import {
  IndexedLines,
  SPAN_CONTINUES,
  spanAction,
  spanKind,
  spanRestLength,
  spanValueLength,
} from '../../core/indexed-lines.ts'
import { lineText, type LineBlocks } from '../../core/line-cursor.ts'
import { wholeGroups } from './whole-groups.ts'

/**
 * What is to happen at a name (or URL, or address). The first seven are the actions of `core/entry.ts`; from `FORMAT_VERDICT` to
 * 15 each format has verdicts of its own, given by its `refine`.
 */
export type Verdict = number
export const NOTHING: Verdict = 0
export const DROP: Verdict = 1
export const NODATA: Verdict = 2
export const NXDOMAIN: Verdict = 3
export const PASSTHRU: Verdict = 4
export const REDIRECT: Verdict = 5
export const TCP_ONLY: Verdict = 6
export const FORMAT_VERDICT: Verdict = 8
export const VERDICTS = 16

/** Which kinds of lines stand behind the entry of a cursor, as bits. */
export const IS_DOMAIN = 1
export const IS_HOST = 2
export const IS_SUBDOMAINS = 4
export const IS_IP = 8
export const IS_URL = 16

/** The bits of the kinds in the order of `ENTRY_KINDS`; actions in the order of `ENTRY_ACTIONS` are verdicts from `DROP` on. */
const KIND_BITS = [IS_DOMAIN, IS_HOST, IS_IP, IS_SUBDOMAINS, IS_URL]

const TAB = 0x09
const LF = 0x0a
const SPACE = 0x20

/**
 * Walks entry lines value by value without making strings. Lines of the same value (`domain`, `host` and `subdomains` of one
 * name) are one stop: `own` is what happens at the name, `below` what happens below it, and the more exact kind wins for
 * its half. For `ip` and `url` only `own` says something. The bytes are trusted (inside the walls); what is no entry line at all
 * still throws `entry/invalid` instead of running away.
 */
export class EntryCursor {
  /** The value is `bytes[start, end)`. A format's `refine` may put another text in its place until the next step. */
  bytes: Buffer = Buffer.alloc(0)
  start = 0
  end = 0
  own: Verdict = NOTHING
  below: Verdict = NOTHING
  kinds = 0
  /** The current block, and in it the LF of the lines that `own` and `below` come from. */
  block: Buffer = this.bytes
  view = new DataView(this.block.buffer)
  ownLine = 0
  belowLine = 0
  readonly #blocks: Iterator<Buffer>
  readonly #index: IndexedLines | null
  #spans: Uint32Array = new Uint32Array(0)
  #span = 0
  #indexed = 0
  #next = 0
  #kind = 0
  #action: Verdict = NOTHING
  #lf = 0

  constructor(lines: LineBlocks) {
    this.#index = lines instanceof IndexedLines ? lines : null
    this.#blocks = wholeGroups(this.#index === null ? lines : [])
  }

  /** Goes to the next value; false when there is none. */
  next(): boolean {
    if (this.#index !== null) return this.#nextIndexed(this.#index)
    while (this.#next >= this.block.length) {
      const next = this.#blocks.next()
      if (next.done === true) return false
      this.#enter(next.value)
      this.#next = 0
    }
    this.start = this.#next
    this.end = this.#readLine(this.start)
    this.#begin()
    while (this.#isSameValue(this.#next)) {
      this.#readLine(this.#next)
      this.#join()
    }
    return true
  }

  #nextIndexed(index: IndexedLines): boolean {
    while (this.#span >= this.#spans.length) {
      const block = index.blocks[this.#indexed]
      const spans = index.spans[this.#indexed++]
      if (block === undefined || spans === undefined) return false
      this.#enter(Buffer.from(block.buffer, block.byteOffset, block.length))
      this.#spans = spans
      this.#span = this.#next = 0
    }
    this.start = this.#next
    let span = this.#readSpan()
    this.end = this.start + spanValueLength(span)
    this.#begin()
    while ((span & SPAN_CONTINUES) !== 0) {
      span = this.#readSpan()
      this.#join()
    }
    return true
  }

  /** As `#readLine`; gives back the span. */
  #readSpan(): number {
    const span = this.#spans[this.#span++] ?? 0
    this.#next += spanValueLength(span) + spanRestLength(span)
    this.#lf = this.#next - 1
    this.#kind = KIND_BITS[spanKind(span)] ?? 0
    this.#action = spanAction(span) + DROP
    return span
  }

  /** The first line of a value. */
  #begin(): void {
    this.bytes = this.block
    this.kinds = this.#kind
    this.own = this.#kind === IS_SUBDOMAINS ? NOTHING : this.#action
    this.below = (this.#kind & (IS_DOMAIN | IS_SUBDOMAINS)) === 0 ? NOTHING : this.#action
    this.ownLine = this.belowLine = this.#lf
  }

  #enter(block: Buffer): void {
    this.block = block
    this.view = new DataView(block.buffer, block.byteOffset, block.length)
  }

  /** Lets go of the lines before their end. */
  close(): void {
    this.#blocks.return?.()
  }

  /** Reads the line at `start` into `#kind`, `#action`, `#lf` and `#next`; gives back where its value ends. */
  #readLine(start: number): number {
    const block = this.block
    let at = start
    while ((block[at] ?? 0) > SPACE) at++
    const end = at
    at = this.#readKind(end)
    at = this.#readAction(at)
    // The TAB behind the action was there, and a block ends with LF (`wholeGroups`), so this ends.
    while (block[at] !== LF) at++
    this.#lf = at
    this.#next = at + 1
    return end
  }

  /** Kinds and actions differ in their first letters; their lengths are checked by the TAB that must follow. */
  #readKind(tab: number): number {
    let at = tab + 1
    switch (this.block[at] ?? 0) {
      case 0x64:
        this.#kind = IS_DOMAIN
        at += 6
        break
      case 0x68:
        this.#kind = IS_HOST
        at += 4
        break
      case 0x69:
        this.#kind = IS_IP
        at += 2
        break
      case 0x73:
        this.#kind = IS_SUBDOMAINS
        at += 10
        break
      case 0x75:
        this.#kind = IS_URL
        at += 3
        break
      default:
        this.#refuse()
    }
    if (this.block[tab] !== TAB || this.block[at] !== TAB) this.#refuse()
    return at + 1
  }

  #readAction(start: number): number {
    let at = start + 8
    switch (this.block[start] ?? 0) {
      case 0x64:
        this.#action = DROP
        at = start + 4
        break
      case 0x6e:
        this.#action = this.block[start + 1] === 0x6f ? NODATA : NXDOMAIN
        if (this.#action === NODATA) at = start + 6
        break
      case 0x70:
        this.#action = PASSTHRU
        break
      case 0x72:
        this.#action = REDIRECT
        break
      case 0x74:
        this.#action = TCP_ONLY
        break
      default:
        this.#refuse()
    }
    if (this.block[at] !== TAB) this.#refuse()
    return at
  }

  #isSameValue(next: number): boolean {
    const { block, start, end } = this
    // The TAB first: it nearly always decides.
    let at = next + end - start
    if (block[at] !== TAB) return false
    for (let i = end - 1; i >= start; i--) if (block[i] !== block[--at]) return false
    return true
  }

  /** Another line of the same value. */
  #join(): void {
    if (this.#kind === IS_HOST) {
      this.own = this.#action
      this.ownLine = this.#lf
    } else if (this.#kind === IS_SUBDOMAINS) {
      this.below = this.#action
      this.belowLine = this.#lf
    } else {
      this.#refuse()
    }
    this.kinds |= this.#kind
  }

  #refuse(): never {
    const lf = this.block.indexOf(LF, this.start)
    const line = lineText(this.block, this.start, Math.min(lf, this.start + 200))
    throw new Fault('entry/invalid', `expected an entry line, got ${JSON.stringify(line)}`)
  }
}

/** Stops at every value of the lines. */
export function eachEntry(lines: LineBlocks, visit: (entry: EntryCursor) => void): void {
  const entries = new EntryCursor(lines)
  try {
    while (entries.next()) visit(entries)
  } finally {
    entries.close()
  }
}
