import { ENTRY_ACTIONS, ENTRY_KINDS } from './entry.ts'
import { Fault } from './fault.ts'
import { MAX_CATEGORY, MAX_REFERENCE, isCanonicalValue } from './parse-entry.ts'
import { isCanonicalName } from './scan-name.ts'
import { isPlainUrlValue } from './scan-url.ts'

const TAB = 0x09
const LF = 0x0a
const DASH = 0x2d

const KIND_WORDS = ENTRY_KINDS.map(encodeWord)
const ACTION_WORDS = ENTRY_ACTIONS.map(encodeWord)

/** `classes`: 1 may begin the field, 2 may only go on in it, 0 neither. `limit` in octets. */
interface Field {
  readonly classes: Uint8Array
  readonly limit: number
}

// `docs/spec/entry.md` §5.
const LOWER_AND_DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const CATEGORY: Field = { classes: fieldClasses(LOWER_AND_DIGITS, '-'), limit: MAX_CATEGORY }
const REFERENCE: Field = {
  classes: fieldClasses(LOWER_AND_DIGITS + 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '._-'),
  limit: MAX_REFERENCE,
}

function encodeWord(word: string): Uint8Array {
  return Uint8Array.from(word, (letter) => letter.charCodeAt(0))
}

function fieldClasses(first: string, later: string): Uint8Array {
  const table = new Uint8Array(256)
  for (const byte of encodeWord(first)) table[byte] = 1
  for (const byte of encodeWord(later)) table[byte] = 2
  return table
}

/** Says of each block of a snapshot's lines whether it may stand behind the ones before it. */
export interface SnapshotLineChecker {
  /**
   * How many lines `block` has. Throws `snapshot/invalid` at the first that is not a line of a
   * snapshot (`docs/spec/snapshot.md` §2), or does not sort behind the one before it in this block or
   * the last, or repeats its value and kind. `block` has whole lines; it is not kept.
   */
  readonly check: (block: Uint8Array) => number
}

/**
 * A checker of one snapshot's lines, block after block: each as strictly as `parseSnapshotLine`, but on
 * bytes, so that names are decided without making a string; and that they are sorted and unique.
 */
export function snapshotLineChecker(): SnapshotLineChecker {
  const sequence = new LineSequence()
  return { check: (block) => sequence.check(block) }
}

class LineSequence {
  #lines = 0
  // The line before the current one begins at `#beforeStart`; none when `#before` is empty.
  #before: Uint8Array = new Uint8Array()
  #beforeStart = 0

  check(block: Uint8Array): number {
    const linesBefore = this.#lines
    if (block.length === 0) return 0
    if (block[block.length - 1] !== LF) throw fault(this.#lines + 1, 'a block cut off in mid-line')
    for (let start = 0; start < block.length;) {
      this.#lines++
      const keyEnd = checkLine(block, start)
      if (keyEnd < 0) throw lineFault(block, start, this.#lines, 'not a line of a snapshot')
      if (this.#before.length > 0 && !this.#isBehind(block, start, keyEnd)) {
        throw lineFault(block, start, this.#lines, 'out of order, or the same entry twice')
      }
      this.#before = block
      this.#beforeStart = start
      start = block.indexOf(LF, keyEnd) + 1
    }
    // A Buffer's `slice` would be a view of bytes the caller may use again.
    this.#before = new Uint8Array(block.subarray(this.#beforeStart))
    this.#beforeStart = 0
    return this.#lines - linesBefore
  }

  /**
   * Whether the line at `start` is greater than the one before and has another value or kind: what
   * makes the two differ must not stand behind the TAB at `keyEnd`, as far as both have the same bytes.
   */
  #isBehind(block: Uint8Array, start: number, keyEnd: number): boolean {
    const before = this.#before
    const shift = this.#beforeStart - start
    for (let i = start; i <= keyEnd; i++) {
      const difference = (block[i] ?? 0) - (before[i + shift] ?? 0)
      if (difference !== 0) return difference > 0
    }
    return false
  }
}

/** The end of the key (value, TAB, kind) of the line at `start`, or -1 when the line is not as it must be. */
function checkLine(block: Uint8Array, start: number): number {
  const valueEnd = fieldEnd(block, start)
  const kindEnd = fieldEnd(block, valueEnd + 1)
  const actionEnd = fieldEnd(block, kindEnd + 1)
  const categoryEnd = fieldEnd(block, actionEnd + 1)
  const end = fieldEnd(block, categoryEnd + 1)
  // Each field but the last ends at a TAB, or the line has too few; a field too many ends the last one at a TAB.
  const hasFiveFields =
    block[valueEnd] === TAB &&
    block[kindEnd] === TAB &&
    block[actionEnd] === TAB &&
    block[categoryEnd] === TAB &&
    block[end] === LF
  return hasFiveFields &&
    isValue(block, start, valueEnd, findWord(KIND_WORDS, block, valueEnd + 1, kindEnd)) &&
    findWord(ACTION_WORDS, block, kindEnd + 1, actionEnd) >= 0 &&
    isField(CATEGORY, block, actionEnd + 1, categoryEnd) &&
    isField(REFERENCE, block, categoryEnd + 1, end)
    ? kindEnd
    : -1
}

/** Where the field that begins at `from` ends; a block ends with a line feed, so it does. */
function fieldEnd(block: Uint8Array, from: number): number {
  let i = from
  while (i < block.length && block[i] !== TAB && block[i] !== LF) i++
  return i
}

function findWord(
  words: readonly Uint8Array[],
  block: Uint8Array,
  start: number,
  end: number,
): number {
  for (let w = 0; w < words.length; w++) {
    const word = words[w]
    if (word?.length !== end - start) continue
    let i = 0
    while (i < word.length && word[i] === block[start + i]) i++
    if (i === word.length) return w
  }
  return -1
}

function isValue(block: Uint8Array, start: number, end: number, kindIndex: number): boolean {
  const kind = ENTRY_KINDS[kindIndex]
  if (kind === undefined) return false
  if (kind !== 'ip' && kind !== 'url') return isCanonicalName(block, start, end)
  if (kind === 'url' && isPlainUrlValue(block, start, end)) return true
  return isCanonicalValue(kind, latin1(block, start, end))
}

function isField(field: Field, block: Uint8Array, start: number, end: number): boolean {
  const { classes, limit } = field
  if (end - start === 1 && block[start] === DASH) return true
  if (end === start || end - start > limit || classes[block[start] ?? 0] !== 1) return false
  for (let i = start + 1; i < end; i++) if (classes[block[i] ?? 0] === 0) return false
  return true
}

function latin1(block: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let i = start; i < end; i++) text += String.fromCharCode(block[i] ?? 0)
  return text
}

function lineFault(block: Uint8Array, start: number, line: number, why: string): Fault {
  const text = latin1(block, start, Math.min(block.indexOf(LF, start), start + 300))
  return fault(line, `${why}: ${JSON.stringify(text)}`)
}

function fault(line: number, why: string): Fault {
  return new Fault('snapshot/invalid', `expected sorted entry lines, got at line ${line} ${why}`)
}
