import type { EntryKind } from '../../core/entry.ts'
import { decodeLine, type Intake } from './intake.ts'

const HASH = 0x23
const CARET = 0x5e
const PIPE = 0x7c
const SPACE = 0x20

/** Options that only widen what a rule blocks, so that a rule with them is still at least the whole domain. */
const WIDENING = new Set(['all', 'document', 'doc', 'important'])

const EXCEPTION_KINDS: Readonly<Record<string, EntryKind>> = {
  '|': 'host',
  '||': 'domain',
  '||*.': 'subdomains',
}

/** Reads the rules of ad blockers that are about whole domains. docs/spec/entry.md §7 decides on the others. */
export class AdblockReader {
  readonly #intake: Intake
  readonly #domainTag: number

  constructor(intake: Intake) {
    this.#intake = intake
    this.#domainTag = intake.tag('domain')
  }

  /** A line that begins with `|` or `@`. */
  readRule(bytes: Uint8Array, from: number, to: number): void {
    const isPlain = bytes[from] === PIPE && bytes[from + 1] === PIPE && bytes[to - 1] === CARET
    // `||name^`, nearly all there are, without a string.
    if (isPlain && this.#intake.takeName(bytes, from + 2, to - 1, this.#domainTag) === null) return
    this.#readRuleText(decodeLine(bytes, from, to))
  }

  /** Any other line of a list that has only rules. */
  readOther(text: string): void {
    if (/#[@?$%]{0,2}#/.test(text)) this.#intake.unsupported('cosmetic-rule')
    else this.#intake.unsupported('plain-pattern-or-generic-rule')
  }

  #readRuleText(text: string): void {
    if (text.startsWith('@@')) this.#readException(text.slice(2))
    else if (text.startsWith('||')) this.#readDomainRule(text.slice(2))
    else if (text.startsWith('|')) this.#readHostRule(text.slice(1))
    else this.#intake.unsupported('plain-pattern-or-generic-rule')
  }

  #readDomainRule(rule: string): void {
    const { pattern, isNarrowed } = splitOptions(rule)
    if (isNarrowed) this.#intake.unsupported('rule-with-options')
    else if (/\s/.test(pattern)) this.#intake.refuse('inner-space')
    else if (pattern.includes('/')) this.#intake.unsupported('path-or-pattern-rule')
    else if (!pattern.endsWith('^')) this.#readUnended(pattern)
    else this.#readName(pattern.slice(0, -1))
  }

  #readName(name: string): void {
    if (name.startsWith('*.') && !name.includes('*', 1)) {
      this.#finish(this.#intake.takeNameText(name.slice(2), this.#intake.tag('subdomains')))
    } else if (name.includes('*')) this.#intake.unsupported('wildcard-inside')
    else if (this.#intake.takeIp(name) !== null) {
      const refusal = this.#intake.takeNameText(name, this.#domainTag)
      this.#finish(refusal !== null && /:\d+$/.test(name) ? 'port-in-name' : refusal)
    }
  }

  /** `|x^`, as DNS filters have it: the name alone. */
  #readHostRule(rule: string): void {
    const { pattern, isNarrowed } = splitOptions(rule)
    const name = /^([^*/:^|]+)\^$/.exec(pattern)?.[1]
    if (isNarrowed || name === undefined) this.#intake.unsupported('path-or-pattern-rule')
    else this.#finish(this.#intake.takeNameText(name, this.#intake.tag('host')))
  }

  /** docs/spec/entry.md §7, no-separator: a whole name, or the beginning of any name. */
  #readUnended(name: string): void {
    const { arena } = this.#intake
    const before = arena.count
    const isName = this.#intake.takeNameText(name, this.#domainTag) === null
    if (isName && this.#intake.hasKnownSuffix(arena.value(before))) return
    arena.truncate(before)
    this.#intake.unsupported('no-separator-prefix-match')
  }

  /** docs/spec/entry.md §7, exception-rule. */
  #readException(rule: string): void {
    const { pattern, isNarrowed } = splitOptions(rule)
    const [, anchor = '', name = ''] = /^(\|\|\*\.|\|\|?)([^*/^|]+)\^$/.exec(pattern) ?? []
    const kind = EXCEPTION_KINDS[anchor]
    const tag = kind && this.#intake.tag(kind, this.#intake.withAction('passthru'))
    if (isNarrowed || tag === undefined || this.#intake.takeNameText(name, tag) !== null) {
      this.#intake.unsupported('exception-rule-not-plain')
    }
  }

  #finish(refusal: string | null): void {
    if (refusal !== null) this.#intake.refuse(refusal)
  }
}

/** The pattern of a rule, and whether its options narrow what it blocks. */
function splitOptions(rule: string): { pattern: string; isNarrowed: boolean } {
  const dollar = rule.indexOf('$')
  const options = dollar < 0 ? [] : rule.slice(dollar + 1).split(',')
  const pattern = (dollar < 0 ? rule : rule.slice(0, dollar)).replace(/\^\|$/, '^')
  return { pattern, isNarrowed: !options.every((option) => WIDENING.has(option.trim())) }
}

/** Whether a line that begins with `#` is a cosmetic rule for all sites (`##.ad`) and no comment. */
export function isCosmetic(bytes: Uint8Array, from: number, to: number): boolean {
  const marks = /^#[@?$%]{0,2}#/.exec(decodeLine(bytes, from, Math.min(to, from + 4)))?.[0].length
  return (
    marks !== undefined && (bytes[from + marks] ?? SPACE) > SPACE && bytes[from + marks] !== HASH
  )
}
