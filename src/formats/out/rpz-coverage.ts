import { openCoverage, type Coverage } from './coverage.ts'
import { eachEntry, IS_IP, NOTHING, type EntryCursor, type Verdict } from './entry-cursor.ts'
import type { ExportSource } from './export-source.ts'
import { NameTable } from './name-table.ts'

const DOT = 0x2e

/** Marks of a name between an entry and what covers it. */
const IS_LISTED = 1

/**
 * What stands below a wildcard of the zone. A wildcard does not hold below an owner, nor below the names between an owner and the
 * wildcard, which exist by the owner alone (RFC 4592 §2.2.2, §3.3.1; BIND and Unbound obey, PowerDNS and Knot Resolver do not): the
 * zone of `x` and `c.b.x` would leave `b.x`, `d.b.x` and `d.c.b.x` open. `docs/spec/rpz.md` §5.
 */
export interface RpzCoverage {
  readonly restart: () => void
  /** What the next name inherits; to be asked once for each entry that is a name, in order. */
  readonly inherited: () => Verdict
  /** Whether the entry may be left out, given what it inherits. */
  readonly isCovered: (entry: EntryCursor, inherited: Verdict) => boolean
  readonly hasBetween: boolean
  /** The names above the entry, and what they inherit, which are not listed but need records; each once in a pass. */
  readonly between: (entry: EntryCursor) => readonly Between[]
}

export interface Between {
  readonly name: string
  readonly inherited: Verdict
}

/** Reads the list up to five times; null when no name stands below another. */
export function openRpzCoverage(source: ExportSource): RpzCoverage | null {
  let verdicts = 0
  const coverage = openCoverage(source, (entry) => {
    verdicts |= (1 << entry.own) | (1 << entry.below)
    return entry.below
  })
  if (coverage === null) return null
  const between = isOneVerdict(verdicts) ? new NameTable() : namesBetween(source, coverage)
  let written = new Uint8Array(between.size)
  return {
    restart: () => {
      coverage.restart()
      written = new Uint8Array(between.size)
    },
    inherited: () => coverage.inherited(),
    isCovered: (entry, inherited) =>
      saysNothingElse(entry, inherited) &&
      (between.size === 0 || between.find(entry.bytes, entry.start, entry.end) < 0),
    hasBetween: between.size > 0,
    between: (entry) => unlistedBetween(coverage, between, written, entry),
  }
}

/** Whether the set has one bit beside that of `NOTHING`. */
function isOneVerdict(verdicts: number): boolean {
  const actions = verdicts >>> 1
  return (actions & (actions - 1)) === 0
}

function saysNothingElse({ own, below }: EntryCursor, inherited: Verdict): boolean {
  return (own === NOTHING || own === inherited) && (below === NOTHING || below === inherited)
}

/** The names above those that say something else than they inherit, as far as they inherit themselves. */
function namesBetween(source: ExportSource, coverage: Coverage): NameTable {
  const names = new NameTable()
  eachInheriting(source, coverage, (entry, inherited) => {
    if (saysNothingElse(entry, inherited)) return
    for (const start of startsAbove(entry)) {
      const isBetween = coverage.inheritedBy(entry.bytes, start, entry.end) !== NOTHING
      if (isBetween) names.add(entry.bytes, start, entry.end)
    }
  })
  if (names.size === 0) return names
  eachInheriting(source, coverage, ({ bytes, start, end }) => {
    const number = names.find(bytes, start, end)
    if (number >= 0) names.mark(number, IS_LISTED)
  })
  return names
}

function eachInheriting(
  source: ExportSource,
  coverage: Coverage,
  visit: (entry: EntryCursor, inherited: Verdict) => void,
): void {
  coverage.restart()
  eachEntry(source.lines(), (entry) => {
    if (entry.kinds >= IS_IP) return
    const inherited = coverage.inherited()
    if (inherited !== NOTHING) visit(entry, inherited)
  })
}

function startsAbove({ bytes, start, end }: EntryCursor): number[] {
  const starts: number[] = []
  for (let i = start; i < end; i++) if (bytes[i] === DOT) starts.push(i + 1)
  return starts
}

function unlistedBetween(
  coverage: Coverage,
  between: NameTable,
  written: Uint8Array,
  entry: EntryCursor,
): Between[] {
  const { bytes, end } = entry
  return startsAbove(entry).flatMap((start) => {
    const number = between.find(bytes, start, end)
    if (number < 0 || written[number] !== 0 || between.marksOf(number) === IS_LISTED) return []
    written[number] = 1
    const name = Buffer.from(bytes.subarray(start, end)).toString('latin1')
    return [{ name, inherited: coverage.inheritedBy(bytes, start, end) }]
  })
}
