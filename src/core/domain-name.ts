import { toASCII, toUnicode } from 'tr46'
import type { EntryValue } from './entry.ts'
import { Fault } from './fault.ts'
import { nameRefusal, NAME_NOT_ASCII, scanAsciiName, type NameRefusal } from './scan-name.ts'
import { isIdna2008Label } from './u-label.ts'

/** A name in the canonical form of `docs/spec/entry.md` §2. */
export type DomainName = EntryValue & { readonly __name: 'DomainName' }

export type NameReading = { readonly name: DomainName } | { readonly refusal: NameRefusal }

/** `docs/spec/entry.md` §6, in UTF-16 code units: bounds the work UTS #46 is given. */
export const MAX_NAME_TEXT = 1024

/** The canonical name of `text`. Throws `name/invalid`. */
export function parseDomainName(text: string): DomainName {
  const reading = readDomainName(text)
  if ('name' in reading) return reading.name
  throw new Fault(
    'name/invalid',
    `expected a domain name, got ${JSON.stringify(text.slice(0, MAX_NAME_TEXT))} (${EXPLAIN[reading.refusal]})`,
  )
}

/** As `parseDomainName`, for callers that count refusals by reason instead of stopping at one. */
export function readDomainName(text: string): NameReading {
  const trimmed = trimAsciiSpace(text)
  const reading = readAsciiName(trimmed)
  return reading === NAME_NOT_ASCII ? readUnicodeName(trimmed) : reading
}

/** `text` without the ASCII white space around it; the same string when there is none. */
export function trimAsciiSpace(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isAsciiSpace(text.charCodeAt(start))) start++
  while (end > start && isAsciiSpace(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isAsciiSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}

// One text at a time is in here, and never across a call.
const scratch = new Uint8Array(MAX_NAME_TEXT)

function readAsciiName(text: string): NameReading | typeof NAME_NOT_ASCII {
  if (text.length > MAX_NAME_TEXT) return { refusal: 'long-text' }
  let high = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    high |= code
    scratch[i] = code
  }
  if (high > 0x7f) return NAME_NOT_ASCII
  const end = scanAsciiName(scratch, 0, text.length)
  if (end < 0) return { refusal: nameRefusal(end) }
  return { name: text.slice(0, end).toLowerCase() as DomainName }
}

/**
 * UTS #46 §4 as browsers use it for lenient input: hyphens may stand anywhere, and the characters of
 * a name are checked by our own rule, which has the underscore (`docs/spec/entry.md` §2).
 */
const UTS46 = { checkBidi: true, checkJoiners: true, transitionalProcessing: false } as const

function readUnicodeName(text: string): NameReading {
  const ascii = toASCII(text, UTS46)
  if (ascii === null || !isIdna2008Name(text)) return { refusal: 'idna' }
  const reading = readAsciiName(ascii)
  return reading === NAME_NOT_ASCII ? { refusal: 'idna' } : reading
}

/** Whether UTS #46 and IDNA 2008 both allow every U-label of `text`, given as U-labels or A-labels. */
export function isIdna2008Name(text: string): boolean {
  const { domain, error } = toUnicode(text, UTS46)
  return !error && domain.split('.').every((label) => !hasHigh(label) || isIdna2008Label(label))
}

function hasHigh(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return true
  return false
}

const EXPLAIN: Readonly<Record<NameRefusal, string>> = {
  empty: 'it is empty',
  character: 'a character other than letters, digits, hyphen, underscore and dot',
  'empty-label': 'two dots in a row, or one at the start',
  'long-label': 'a label over 63 octets',
  'long-name': 'over 253 octets',
  'single-label': 'a single label',
  'last-label': 'the last label is no top-level domain',
  'special-use-name': 'a name that is not in the public DNS',
  'long-text': 'far too long',
  idna: 'not allowed by IDNA; if it exists, write it with A-labels',
}
