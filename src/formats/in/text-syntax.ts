/** What a list of lines of text may hold. */
export interface TextSyntax {
  /** Lines of an address and names: `only` refuses every other line. */
  readonly hosts: 'yes' | 'only' | 'no'
  /** Rules of ad blockers: with `only`, a bare word is a pattern and not a name. */
  readonly adblock: 'yes' | 'only' | 'no'
  /** URLs; with `only`, a bare name is a host. */
  readonly urls: 'yes' | 'only' | 'no'
  /** Whether networks are taken, and patterns are unsupported rather than wrong. */
  readonly isLoose: boolean
  /** What a bare name is. Squid's `dstdomain` means a host by `x` and a domain by `.x`. */
  readonly bareName: 'domain' | 'host'
}

const NAMES = {
  hosts: 'no',
  adblock: 'no',
  urls: 'no',
  isLoose: false,
  bareName: 'domain',
} as const

/** The syntaxes that are lists of lines of text. */
export const TEXT_SYNTAX = {
  adblock: { ...NAMES, adblock: 'only', hosts: 'yes' },
  domains: NAMES,
  hosts: { ...NAMES, hosts: 'only' },
  mixed: { hosts: 'yes', adblock: 'yes', urls: 'yes', isLoose: true, bareName: 'domain' },
  squid: { ...NAMES, bareName: 'host' },
  urls: { ...NAMES, urls: 'only', bareName: 'host' },
} as const satisfies Record<string, TextSyntax>
