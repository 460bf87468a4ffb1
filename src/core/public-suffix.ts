import { parse } from 'tldts'
import { ABOVE_SUFFIXES } from './above-suffixes.ts'
import type { DomainName } from './domain-name.ts'

// The names given here are canonical already: nothing is extracted, validated or taken for an address.
const OPTIONS = {
  allowPrivateDomains: true,
  detectIp: false,
  extractHostname: false,
  validateHostname: false,
} as const

/**
 * Whether `name` is itself a public suffix, of a registry (`co.uk`) or of a provider under which
 * strangers have their own sites. An entry there blocks all of them.
 */
export function isPublicSuffix(name: DomainName): boolean {
  const { publicSuffix, isIcann, isPrivate } = parse(name, OPTIONS)
  return publicSuffix === name && (isIcann === true || isPrivate === true)
}

// RFC 2606 §2: in no registry's list, but what examples are made of.
const EXAMPLE_SUFFIXES = ['example', 'test']

/** Whether the public suffix list has a rule for the end of `name`, or the end is kept for examples. */
export function hasKnownSuffix(name: DomainName): boolean {
  const { isIcann, isPrivate } = parse(name, OPTIONS)
  if (isIcann === true || isPrivate === true) return true
  return EXAMPLE_SUFFIXES.includes(name.slice(name.lastIndexOf('.') + 1))
}

/** The name under a public suffix that somebody registered (`bad.co.uk`), or null if `name` is not below one. */
export function registrableDomain(name: DomainName): DomainName | null {
  return parse(name, OPTIONS).domain as DomainName | null
}

/** Where a name ends, as the public suffix list has it. */
export interface SuffixReading {
  readonly suffix: string
  /** Of a registry, or of a provider under which strangers have their own sites; null when no rule is known. */
  readonly section: 'icann' | 'private' | null
  /** The name under the suffix that somebody registered, or null if the name is the suffix. */
  readonly registrable: string | null
}

/** What the public suffix list says of a canonical name; single labels too. */
export function readSuffix(name: string): SuffixReading {
  const { publicSuffix, isIcann, isPrivate, domain } = parse(name, OPTIONS)
  const section = isPrivate === true ? 'private' : isIcann === true ? 'icann' : null
  return { suffix: publicSuffix ?? name, section, registrable: domain }
}

/** Whether public suffixes stand below `name`, which is none itself. */
export function isAboveSuffix(name: string): boolean {
  return ABOVE_SUFFIXES.has(name)
}
