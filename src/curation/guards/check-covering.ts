import type { Covering } from './covering.ts'
import type { GuardedEntry, GuardFinding } from './guard-finding.ts'
import type { SplitLine } from './split-line.ts'

/** What an entry and those that the list has say twice: at most one finding for each way. */
export function checkCovering(
  covering: Covering,
  line: SplitLine,
  entry: GuardedEntry,
): GuardFinding[] {
  const findings: GuardFinding[] = []
  const by = covering.coveredBy(line)
  if (by !== null) {
    findings.push({
      guard: 'guard/covered',
      class: 'warn',
      entry,
      text: `${entry.value} (${entry.kind}) is covered by the ${by.kind} ${by.value}, which the list has`,
      cure: 'nothing need be added, unless that entry is to be retired',
    })
  }
  const { count, examples } = covering.covers(line)
  if (count > 0) {
    const others = count > examples.length && examples.length > 0 ? ', …' : ''
    const named = examples.length === 0 ? '' : `: ${examples.join(', ')}${others}`
    findings.push({
      guard: 'guard/covers',
      class: 'warn',
      entry,
      text: `${entry.value} (${entry.kind}) covers ${count} ${count === 1 ? 'entry' : 'entries'} that the list has${named}`,
      cure: 'make sure that so much is meant; those entries say no more than this one then',
    })
  }
  return findings
}
