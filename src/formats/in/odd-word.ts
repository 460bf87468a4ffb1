import type { EntryAttributes } from '../../core/entry-arena.ts'
import { readIpValue } from '../../core/ip-value.ts'
import type { Intake } from './intake.ts'
import type { TextSyntax } from './text-syntax.ts'

/** The word of a line that is no name, and why it is none: perhaps an address, a URL or a pattern. docs/spec/entry.md §7. */
export function readOddWord(
  intake: Intake,
  syntax: TextSyntax,
  word: string,
  refusal: string,
): void {
  const reason = takeOddWord(intake, syntax, word, refusal)
  if (reason === null) return
  if (syntax.isLoose && LOOSE_PATTERNS.has(reason)) intake.unsupported(reason)
  else intake.refuse(reason)
}

/** In lists of all sorts these are good, but no entry can say them. */
const LOOSE_PATTERNS = new Set(['ip:port', 'regex'])

function takeOddWord(
  intake: Intake,
  syntax: TextSyntax,
  word: string,
  refusal: string,
): string | null {
  if (/^(?:\*?\.)[\d.:/a-f]+$/i.test(word) && isAddress(word.replace(/^\*?\./, ''))) {
    return 'dot-or-wildcard-before-ip'
  }
  if (LOOKS_LIKE_ADDRESS.test(word)) return takeAddress(intake, syntax, word)
  if (syntax.isLoose && /^[^/]*[()[\]{}|\\^]/.test(word)) return 'regex'
  if (/^[^/?#]*[/?]/.test(word)) return takeUrl(intake, syntax, word)
  if (/^\.?[^:]+:\d+$/.test(word))
    return syntax.urls === 'only' ? intake.takeUrl(word) : 'port-in-name'
  if (word.includes('#')) return 'hash-inside'
  return word.includes('*') ? 'wildcard-inside' : refusal
}

const LOOKS_LIKE_ADDRESS = /^(?:[\d.]+|[\da-f:]*:[\da-f:.]+)(?::\d+|\/\d+)?$/i

function isAddress(word: string): boolean {
  return 'value' in readIpValue(word)
}

function takeAddress(intake: Intake, syntax: TextSyntax, word: string): string | null {
  if (word.includes('/') && !syntax.isLoose) return 'cidr-in-domain-list'
  const refusal = intake.takeIp(word)
  if (refusal !== 'address') return refusal
  if (!/^[\d.]+:\d+$/.test(word)) return 'last-label'
  return syntax.urls === 'only' ? intake.takeUrl(word) : 'ip:port'
}

function takeUrl(intake: Intake, syntax: TextSyntax, word: string): string | null {
  return syntax.urls === 'no' ? 'url-in-domain-list' : intake.takeUrl(word)
}

/** Takes a value that stands alone in its cell and says by its form what it is: any kind goes. */
export function takeAnyValue(
  intake: Intake,
  value: string,
  attributes: EntryAttributes,
): string | null {
  const below = /^\*\.(.*)$/.exec(value)?.[1]
  if (below !== undefined) return intake.takeNameText(below, intake.tag('subdomains', attributes))
  if (LOOKS_LIKE_ADDRESS.test(value) && !/^[\d.]+:\d+$/.test(value))
    return intake.takeIp(value, attributes)
  if (/[/?]/.test(value)) return intake.takeUrl(value, attributes)
  if (/:\d+$/.test(value)) return 'port-in-name'
  const name = value.startsWith('.') ? value.slice(1) : value
  return intake.takeNameText(name, intake.tag('domain', attributes))
}
