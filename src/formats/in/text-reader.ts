import { AdblockReader, isCosmetic } from './adblock.ts'
import { HostsReader, isAddress, isSinkAddress } from './hosts.ts'
import { decodeLine, type Intake } from './intake.ts'
import { readOddWord } from './odd-word.ts'
import { assertNoConflictMarker } from './refuse-non-list.ts'
import type { LineReader } from './scan-lines.ts'
import type { TextSyntax } from './text-syntax.ts'

const SPACE = 0x20
const BANG = 0x21
const HASH = 0x23
const STAR = 0x2a
const DOT = 0x2e
const SLASH = 0x2f
const SEMICOLON = 0x3b
const LESS = 0x3c
const GREATER = 0x3e
const AT = 0x40
const BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d
const PIPE = 0x7c

/** Lines that begin with one of these may be something else than words: comments, rules, patterns, conflict markers. */
const IS_SPECIAL = new Uint8Array(256)
for (const mark of '#!;[|@<>/$^(') IS_SPECIAL[mark.charCodeAt(0)] = 1

/**
 * Reads lists of hosts, names, adblock rules and URLs, alone or all together: one loop tells every line by its bytes,
 * and makes no string for the ordinary ones.
 */
export class TextReader implements LineReader {
  readonly #intake: Intake
  readonly #syntax: TextSyntax
  readonly #hosts: HostsReader
  readonly #adblock: AdblockReader
  readonly #bareTag: number
  readonly #domainTag: number
  readonly #belowTag: number

  constructor(intake: Intake, syntax: TextSyntax) {
    this.#intake = intake
    this.#syntax = syntax
    this.#hosts = new HostsReader(intake)
    this.#adblock = new AdblockReader(intake)
    this.#bareTag = intake.tag(syntax.bareName)
    this.#domainTag = intake.tag('domain')
    this.#belowTag = intake.tag('subdomains')
  }

  readLine(bytes: Uint8Array, start: number, end: number): void {
    this.#intake.beginLine(bytes, start, end)
    let from = start
    let to = end
    while (to > from && (bytes[to - 1] ?? 0) <= SPACE) to--
    while (from < to && (bytes[from] ?? 0) <= SPACE) from++
    if (from === to) return
    if (IS_SPECIAL[bytes[from] ?? 0] === 1 && this.#readSpecial(bytes, from, to)) return
    let wordEnd = from
    while (wordEnd < to && (bytes[wordEnd] ?? 0) > SPACE) wordEnd++
    if (wordEnd < to) this.#readWords(bytes, from, wordEnd, to)
    else this.#readWord(bytes, from, to)
  }

  readLongLine(bytes: Uint8Array, start: number, end: number): void {
    this.#intake.beginLine(bytes, start, end)
    this.#intake.refuse('long-line')
  }

  finish(): void {
    // Every line stands alone.
  }

  /** Whether the line is dealt with: a comment, a rule or a pattern. */
  #readSpecial(bytes: Uint8Array, from: number, to: number): boolean {
    const first = bytes[from]
    const { adblock, isLoose } = this.#syntax
    if (first === PIPE || first === AT) {
      if (adblock === 'no') return false
      this.#adblock.readRule(bytes, from, to)
      return true
    }
    if (first === LESS || first === GREATER) {
      assertNoConflictMarker(bytes, from, to, this.#intake.line)
      return false
    }
    if (first === HASH && adblock === 'only' && isCosmetic(bytes, from, to)) {
      this.#intake.unsupported('cosmetic-rule')
      return true
    }
    if (first === BRACKET) return bytes[to - 1] === CLOSING_BRACKET
    if (first === HASH || first === BANG || first === SEMICOLON) return true
    if (!isLoose) return false
    this.#intake.unsupported(first === SLASH ? 'path-only-pattern' : 'regex')
    return true
  }

  /** Several words: an address with its names, or one word with a comment behind it. */
  #readWords(bytes: Uint8Array, from: number, wordEnd: number, to: number): void {
    let next = wordEnd
    while ((bytes[next] ?? 0) <= SPACE) next++
    if (this.#syntax.hosts !== 'no' && isSinkAddress(bytes, from, wordEnd)) {
      this.#hosts.readNames(bytes, next, to)
    } else if (this.#syntax.adblock === 'only') {
      this.#adblock.readOther(decodeLine(bytes, from, to))
    } else if (bytes[next] === HASH) {
      this.#readWord(bytes, from, wordEnd)
    } else if (this.#syntax.hosts !== 'no' && isAddress(decodeLine(bytes, from, wordEnd))) {
      this.#hosts.readOtherAddress(decodeLine(bytes, next, to))
    } else this.#intake.refuse('inner-space')
  }

  #readWord(bytes: Uint8Array, from: number, to: number): void {
    if (this.#syntax.hosts === 'only') this.#intake.refuse('hosts-line-without-two-fields')
    else if (this.#syntax.adblock === 'only') this.#adblock.readOther(decodeLine(bytes, from, to))
    else {
      const refusal = this.#takeWord(bytes, from, to)
      if (refusal === null) return
      // What a name must not end in, an address ends in.
      if (refusal === 'last-label' && this.#intake.takeAddress(bytes, from, to) === null) return
      readOddWord(this.#intake, this.#syntax, decodeLine(bytes, from, to), refusal)
    }
  }

  #takeWord(bytes: Uint8Array, from: number, to: number): string | null {
    const first = bytes[from]
    // docs/spec/entry.md §7, leading-wildcard and leading-dot.
    if (first === DOT) return this.#intake.takeName(bytes, from + 1, to, this.#domainTag)
    if (first === STAR && bytes[from + 1] === DOT) {
      return this.#intake.takeName(bytes, from + 2, to, this.#belowTag)
    }
    return this.#intake.takeName(bytes, from, to, this.#bareTag)
  }
}
