import type { Entry, EntryKind, EntryValue } from '../core/entry.ts'
import { Fault } from '../core/fault.ts'
import { assertFitsZone, fitsZone } from '../core/fits-zone.ts'
import type { DomainName } from '../core/domain-name.ts'
import { readIpValue } from '../core/ip-value.ts'
import type { ListDefinition } from '../core/list-definition.ts'
import { printSuggestion } from '../core/nearest.ts'
import {
  parseAction,
  parseCategory,
  parseEntryValue,
  parseKind,
  parseReference,
} from '../core/parse-entry.ts'
import { isPublicSuffix } from '../core/public-suffix.ts'

/** An entry as somebody wrote it; what is left out follows from the value and the list. */
export interface WrittenEntry {
  readonly value: string
  readonly kind?: string | undefined
  readonly action?: string | undefined
  readonly category?: string | undefined
  readonly reference: string
}

/**
 * The entry that may stand on the list. Throws `name/invalid`, `url/invalid`, `ip/invalid` or
 * `entry/invalid`, which says what the list allows. Whether it would do harm is for the guards to say (`guards/check-guards.ts`).
 */
export function proposeEntry(definition: ListDefinition, written: WrittenEntry): Entry {
  const kind = written.kind === undefined ? guessKind(written.value) : parseKind(written.kind)
  const value = parseEntryValue(kind, written.value)
  const action = written.action === undefined ? definition.action.type : parseAction(written.action)
  const category = parseCategory(written.category ?? '')
  assertAction(definition, action)
  assertCategory(definition, category)
  if (definition.zone !== null) assertFitsZone(value, kind, definition.zone.origin)
  return { value, kind, action, category, reference: parseReference(written.reference) }
}

/** Why an entry of a file may not stand on the list, though it is well-formed (`docs/spec/import.md`). */
export type ListRefusal = 'public-suffix' | 'long-for-zone' | 'not-a-category' | 'no-redirect'

/** The checks of `proposeEntry`, as a rule for whole files, where a refused line is counted by reason; of a public suffix nothing but a refusal is meant there. */
export function listRefusal(
  definition: ListDefinition,
): (
  value: EntryValue,
  kind: EntryKind,
  entry: Pick<Entry, 'action' | 'category'>,
) => ListRefusal | null {
  const { zone, action, categories } = definition
  const isOpen = categories.length === 0
  return (value, kind, entry) => {
    if (isWholeSuffix(value, kind)) return 'public-suffix'
    if (zone !== null && !fitsZone(value, kind, zone.origin)) return 'long-for-zone'
    if (entry.action === 'redirect' && action.type !== 'redirect') return 'no-redirect'
    if (!isOpen && entry.category !== '' && !categories.includes(entry.category)) {
      return 'not-a-category'
    }
    return null
  }
}

/** The list's categories bind entries, unless it names none. Throws `entry/invalid`. */
export function assertCategory({ id, categories }: ListDefinition, category: string): void {
  if (category === '' || categories.length === 0 || categories.includes(category)) return
  throw new Fault(
    'entry/invalid',
    `expected a category of the list ${JSON.stringify(id)}, one of ${categories.join(', ')}, got ${JSON.stringify(category)}${printSuggestion(category, categories)}`,
  )
}

/** Where a redirect leads stands in the list's definition, and nowhere else. Throws `entry/invalid`. */
export function assertAction({ id, action }: ListDefinition, wanted: Entry['action']): void {
  if (wanted !== 'redirect' || action.type === 'redirect') return
  throw new Fault(
    'entry/invalid',
    `expected an action that the list ${JSON.stringify(id)} can carry out, got "redirect": its definition has no redirect target in "action"`,
  )
}

/** What a value without a kind is taken for (`docs/spec/import.md`): a plain name is a `domain`. */
export function guessKind(text: string): EntryKind {
  const trimmed = text.trim()
  if ('value' in readIpValue(trimmed) || /^[\d.]+\/\d+$|:.*\/\d+$|^[\d.]+$/.test(trimmed)) {
    return 'ip'
  }
  if (trimmed.includes('/')) return 'url'
  return trimmed.startsWith('*.') ? 'subdomains' : 'domain'
}

/** A `host` entry stops that name alone, the other two everybody below it. */
function isWholeSuffix(value: EntryValue, kind: EntryKind): boolean {
  return (kind === 'domain' || kind === 'subdomains') && isPublicSuffix(value as DomainName)
}
