import type { EntryKind } from '../../core/entry.ts'
import { isSharedPurpose, type RegisterRow } from '../../core/register.ts'
import { isAboveSuffix, type SuffixReading } from '../../core/public-suffix.ts'
import type { GuardCode, GuardedEntry, GuardFinding } from './guard-finding.ts'
import type { WatchedHit, WatchedNames } from './watched-names.ts'

/** A name that an entry would take down, or part of it. */
export interface CheckedName {
  readonly entry: GuardedEntry
  /** The entry's value; of a `url` the host. */
  readonly name: string
  /** As what kind it takes the name down. */
  readonly kind: Exclude<EntryKind, 'ip' | 'url'>
  readonly suffix: SuffixReading
}

/** Public suffixes, and what is above them. At most one finding. */
export function checkSuffix({ entry, name, kind, suffix }: CheckedName): GuardFinding | null {
  if (suffix.suffix === name && suffix.section !== null) {
    return suffixFinding(entry, name, kind, suffix.section)
  }
  if (kind === 'host' || !isAboveSuffix(name)) return null
  return {
    guard: 'guard/above-suffix',
    class: 'stop',
    entry,
    text: `${name} stands above public suffixes, so that everybody's names below them would be blocked`,
    cure: 'list the names below it that are meant',
  }
}

function suffixFinding(
  entry: GuardedEntry,
  name: string,
  kind: CheckedName['kind'],
  section: 'icann' | 'private',
): GuardFinding {
  const what =
    section === 'icann'
      ? `${name} is a public suffix under which a registry gives names to anybody`
      : `${name} is a public suffix of a provider under which strangers have their own sites`
  const loss =
    kind === 'host'
      ? 'its own page alone would be blocked, which is seldom what is meant'
      : 'all of them would be blocked'
  return {
    guard: section === 'icann' ? 'guard/public-suffix' : 'guard/private-suffix',
    class: 'stop',
    entry,
    text: `${what}: ${loss}`,
    cure: 'list the names below it that are meant',
  }
}

/** The register, each of its three parts by itself. */
export interface WatchedParts {
  readonly own: WatchedNames
  readonly shielded: WatchedNames
  readonly shared: WatchedNames
}

type Part = keyof WatchedParts

export function partOf({ purpose }: RegisterRow): Part {
  if (purpose === 'authority') return 'own'
  return isSharedPurpose(purpose) ? 'shared' : 'shielded'
}

/** What the entry would take down of the register's names: at most one finding of each part. */
export function checkWatched(parts: WatchedParts, checked: CheckedName): GuardFinding[] {
  const { entry, name, kind } = checked
  const findings: GuardFinding[] = []
  for (const part of PARTS) {
    const hit = parts[part].hit(name, kind)
    if (hit !== null) findings.push(watchedFinding(part, entry, name, hit))
  }
  return findings
}

const PARTS = ['own', 'shielded', 'shared'] as const

const TOLD = {
  own: {
    guard: 'guard/own',
    what: "the authority's own",
    cure: 'list something else: blocking this would hide the list from its subscribers',
  },
  shielded: {
    guard: 'guard/protected',
    what: 'in the protected register',
    cure: 'list the exact host or URL that is meant, or change the register with a reason',
  },
  shared: {
    guard: 'guard/shared-host',
    what: 'shared by strangers',
    cure: 'list the URL or the name below it that is meant',
  },
} as const satisfies Record<Part, { guard: GuardCode; what: string; cure: string }>

function watchedFinding(
  part: Part,
  entry: GuardedEntry,
  name: string,
  { row, count }: WatchedHit,
): GuardFinding {
  const { guard, what, cure } = TOLD[part]
  const others = count === 1 ? '' : `, and ${count - 1} more of the register`
  const subject = row.value === name ? `${name} is` : `${name} takes down ${row.value}, which is`
  const told = isBelow(name, row.value) ? `${name} stands below ${row.value}, which is` : subject
  return {
    guard,
    class: 'stop',
    entry,
    text: `${told} ${what} (${row.purpose}: ${row.reason})${others}`,
    cure,
  }
}

function isBelow(name: string, above: string): boolean {
  return name.endsWith(`.${above}`)
}
