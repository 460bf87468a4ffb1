import { parseDomainName, readDomainName, trimAsciiSpace } from './domain-name.ts'
import {
  ENTRY_ACTIONS,
  ENTRY_KINDS,
  NONE,
  splitEntryLine,
  type Entry,
  type EntryAction,
  type EntryKind,
  type EntryValue,
} from './entry.ts'
import { Fault } from './fault.ts'
import { parseIpValue, readIpValue, type IpRefusal } from './ip-value.ts'
import type { NameRefusal } from './scan-name.ts'
import { parseUrlValue, readUrlValue, type UrlRefusal } from './url-value.ts'

/** `docs/spec/entry.md` §5 and §6, in octets. */
export const MAX_CATEGORY = 40
export const MAX_REFERENCE = 64
export const MAX_ENTRY_LINE = 8192

export type ValueRefusal = NameRefusal | UrlRefusal | IpRefusal

export type ValueReading = { readonly value: EntryValue } | { readonly refusal: ValueRefusal }

/**
 * The one door for values from outside: the canonical value of `text` as an entry of `kind`. Parsing what
 * it gives back changes nothing. Throws `name/invalid`, `url/invalid` or `ip/invalid`.
 */
export function parseEntryValue(kind: EntryKind, text: string): EntryValue {
  switch (kind) {
    case 'domain':
    case 'host':
      return parseDomainName(text)
    case 'subdomains':
      return parseDomainName(withoutWildcard(text))
    case 'ip':
      return parseIpValue(text)
    case 'url':
      return parseUrlValue(text)
  }
}

/** As `parseEntryValue`, for callers that count refusals by reason instead of stopping at one. */
export function readEntryValue(kind: EntryKind, text: string): ValueReading {
  switch (kind) {
    case 'domain':
    case 'host':
      return readName(text)
    case 'subdomains':
      return readName(withoutWildcard(text))
    case 'ip':
      return readIpValue(text)
    case 'url':
      return readUrlValue(text)
  }
}

function readName(text: string): ValueReading {
  const reading = readDomainName(text)
  return 'name' in reading ? { value: reading.name } : reading
}

/** People write the names below `x` as `*.x`; the kind says it already. */
function withoutWildcard(text: string): string {
  const trimmed = trimAsciiSpace(text)
  return trimmed.startsWith('*.') ? trimmed.slice(2) : trimmed
}

/** `text` as a category; throws `entry/invalid`. Whether a list has that category is the list's affair. */
export function parseCategory(text: string): string {
  if (text === '' || isCategory(text)) return text
  throw new Fault(
    'entry/invalid',
    `expected a category of a-z, 0-9 and hyphens, at most ${MAX_CATEGORY}, got ${JSON.stringify(text)}`,
  )
}

export function isCategory(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]*$/.test(text) && text.length <= MAX_CATEGORY
}

/** `text` as a public reference; throws `entry/invalid`. */
export function parseReference(text: string): string {
  if (text === '' || isReference(text)) return text
  throw new Fault(
    'entry/invalid',
    `expected a reference of letters, digits, dots, underscores and hyphens, at most ${MAX_REFERENCE}, got ${JSON.stringify(text)}`,
  )
}

export function isReference(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text) && text.length <= MAX_REFERENCE
}

/** `text` as a kind; throws `entry/invalid`. */
export function parseKind(text: string): EntryKind {
  if (isKind(text)) return text
  throw new Fault(
    'entry/invalid',
    `expected a kind, one of ${ENTRY_KINDS.join(', ')}, got ${JSON.stringify(text)}`,
  )
}

export function isKind(text: string): text is EntryKind {
  return (ENTRY_KINDS as readonly string[]).includes(text)
}

/** `text` as an action; throws `entry/invalid`. */
export function parseAction(text: string): EntryAction {
  if (isAction(text)) return text
  throw new Fault(
    'entry/invalid',
    `expected an action, one of ${ENTRY_ACTIONS.join(', ')}, got ${JSON.stringify(text)}`,
  )
}

export function isAction(text: string): text is EntryAction {
  return (ENTRY_ACTIONS as readonly string[]).includes(text)
}

/**
 * The entry of a snapshot's line from outside, without its line feed. Strict: a value that is not
 * canonical, an unknown word or a field too many is refused. Throws `entry/invalid`.
 */
export function parseSnapshotLine(line: string): Entry {
  if (line.length >= MAX_ENTRY_LINE) throw lineFault(line, 'too long')
  const [value = '', kind = '', action = '', category = '', reference = '', ...more] =
    line.split('\t')
  if (more.length > 0 || reference === '') throw lineFault(line, 'not five fields')
  if (!isKind(kind)) throw lineFault(line, 'unknown kind')
  if (!isAction(action)) throw lineFault(line, 'unknown action')
  if (category !== NONE && !isCategory(category)) throw lineFault(line, 'no category')
  if (reference !== NONE && !isReference(reference)) throw lineFault(line, 'no reference')
  if (!isCanonicalValue(kind, value)) throw lineFault(line, 'the value is not canonical')
  return splitEntryLine(line)
}

/** Whether `value` is already what `parseEntryValue` would make of it. */
export function isCanonicalValue(kind: EntryKind, value: string): boolean {
  const reading = readEntryValue(kind, value)
  return 'value' in reading && reading.value === value
}

function lineFault(line: string, why: string): Fault {
  return new Fault(
    'entry/invalid',
    `expected an entry line, got ${JSON.stringify(line.slice(0, 300))} (${why})`,
  )
}
