/** `docs/spec/entry.md` §2 and §6, in octets. */
export const MIN_LABELS = 2
export const MAX_LABEL = 63
export const MAX_NAME = 253

/** Why a text is no name; the words of `docs/spec/entry.md` §7 where it has one. */
export type NameRefusal =
  | 'empty'
  | 'character'
  | 'empty-label'
  | 'long-label'
  | 'long-name'
  | 'single-label'
  | 'last-label'
  | 'special-use-name'
  | 'long-text'
  | 'idna'

/** What `scanAsciiName` returns for a name with an octet from 0x80 on: decode it, then `readDomainName`. */
export const NAME_NOT_ASCII = -1

// The index is `-2 - code`.
const REFUSALS = [
  'empty',
  'character',
  'empty-label',
  'long-label',
  'long-name',
  'single-label',
  'last-label',
  'special-use-name',
] as const satisfies NameRefusal[]

const EMPTY = -2
const CHARACTER = -3
const EMPTY_LABEL = -4
const LONG_LABEL = -5
const LONG_NAME = -6
const SINGLE_LABEL = -7
const LAST_LABEL = -8
const SPECIAL_USE = -9

/** The reason behind a negative result of `scanAsciiName`, but for `NAME_NOT_ASCII`, which is none. */
export function nameRefusal(code: number): NameRefusal {
  return REFUSALS[-2 - code] ?? 'character'
}

const DOT = 0x2e
const HYPHEN = 0x2d

// Classes are bits, so that the classes seen in a label can be gathered with `|`.
const LETTER = 1
const UPPER = 2
const OTHER = 4
const SEPARATOR = 8
const HIGH = 16

const ANY_CASE = classTable(LETTER | UPPER)
const LOWER_CASE = classTable(0)

function classTable(upper: number): Uint8Array {
  const table = new Uint8Array(256)
  table.fill(LETTER, 0x61, 0x7b)
  table.fill(upper, 0x41, 0x5b)
  table.fill(OTHER, 0x30, 0x3a)
  table[HYPHEN] = OTHER
  table[0x5f] = OTHER
  table[DOT] = SEPARATOR
  table.fill(HIGH, 0x80)
  return table
}

/**
 * Reads the name in `bytes[start, end)` without making a string, and lower-cases it in place. Returns
 *
 * - the end of the canonical name, `start < result <= end`: `bytes[start, result)` is now the value
 *   (it is one shorter than what was given when that had a trailing dot);
 * - `NAME_NOT_ASCII` (-1): neither good nor bad, UTS #46 has to say; nothing was changed;
 * - another negative number: refused, `nameRefusal(result)` says why; nothing was changed.
 *
 * White space is not skipped: the caller gives the bounds of the word. Equal to `parseDomainName` on
 * every ASCII text without white space around it.
 */
export function scanAsciiName(bytes: Uint8Array, start: number, end: number): number {
  const stop = end > start && bytes[end - 1] === DOT ? end - 1 : end
  return scan(bytes, start, stop, ANY_CASE)
}

/** Whether `bytes[start, end)` is a name in its one canonical form. Changes nothing. */
export function isCanonicalName(bytes: Uint8Array, start: number, end: number): boolean {
  return scan(bytes, start, end, LOWER_CASE) === end
}

function scan(bytes: Uint8Array, start: number, end: number, classes: Uint8Array): number {
  let labelStart = start
  let inLabel = 0
  let inName = 0
  let faulty = 0
  for (let i = start; i < end; i++) {
    const seen = classes[bytes[i] ?? 0] ?? 0
    if (seen === SEPARATOR) {
      if (i === labelStart) faulty ||= EMPTY_LABEL
      else if (i - labelStart > MAX_LABEL) faulty ||= LONG_LABEL
      labelStart = i + 1
      inLabel = 0
      continue
    }
    if (seen === HIGH) return NAME_NOT_ASCII
    if (seen === 0) faulty ||= CHARACTER
    inLabel |= seen
    inName |= seen
  }
  if (faulty !== 0) return faulty
  const wrong =
    checkLengths(start, end, labelStart) || checkLastLabel(bytes, labelStart, end, inLabel)
  if (wrong !== 0) return wrong
  if ((inName & UPPER) !== 0) lowerCase(bytes, start, end)
  return end
}

function checkLengths(start: number, end: number, labelStart: number): number {
  if (end === start) return EMPTY
  if (end === labelStart) return EMPTY_LABEL
  if (end - labelStart > MAX_LABEL) return LONG_LABEL
  if (end - start > MAX_NAME) return LONG_NAME
  return labelStart === start ? SINGLE_LABEL : 0
}

function checkLastLabel(bytes: Uint8Array, start: number, end: number, seen: number): number {
  // RFC 1123 §2.1: the last label is alphabetic; A-labels came with RFC 5890 §2.3.2.1.
  if ((seen & OTHER) !== 0 && !isALabel(bytes, start, end)) return LAST_LABEL
  return isSpecial(bytes, start, end) ? SPECIAL_USE : 0
}

function isALabel(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    end - start > 4 &&
    ((bytes[start] ?? 0) | 0x20) === 0x78 &&
    ((bytes[start + 1] ?? 0) | 0x20) === 0x6e &&
    bytes[start + 2] === HYPHEN &&
    bytes[start + 3] === HYPHEN
  )
}

/** Last labels that no public resolver answers for (`docs/spec/entry.md` §7, special-use-name). */
export const SPECIAL_LAST_LABELS = [
  'alt',
  'arpa',
  'corp',
  'home',
  'internal',
  'intranet',
  'invalid',
  'lan',
  'local',
  'localdomain',
  'localhost',
  'onion',
  'private',
] as const

const SPECIAL_BY_LENGTH: readonly Uint8Array[][] = Array.from(
  { length: MAX_LABEL + 1 },
  (_, length) =>
    SPECIAL_LAST_LABELS.filter((label) => label.length === length).map((label) =>
      Uint8Array.from(label, (letter) => letter.charCodeAt(0)),
    ),
)

function isSpecial(bytes: Uint8Array, start: number, end: number): boolean {
  for (const label of SPECIAL_BY_LENGTH[end - start] ?? []) {
    let i = 0
    while (i < label.length && ((bytes[start + i] ?? 0) | 0x20) === label[i]) i++
    if (i === label.length) return true
  }
  return false
}

function lowerCase(bytes: Uint8Array, start: number, end: number): void {
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0
    if (byte >= 0x41 && byte <= 0x5a) bytes[i] = byte | 0x20
  }
}
