import { Fault } from '../core/fault.ts'
import { stopsOf, warningsOf, type GuardSummary } from '../core/guard-summary.ts'
import type { Person } from '../core/person.ts'

/** Somebody proposes, with what the guards have against it, and why it should be decided in spite of what stops it. */
export interface LoneWord {
  readonly person: Person
  readonly findings: readonly GuardSummary[]
  readonly acknowledged: readonly string[]
  readonly override: string | null
}

/** What stands in the way of that word, and why guards were overridden; null where none had to be. */
export interface HeardWord {
  readonly findings: readonly GuardSummary[]
  readonly acknowledged: readonly string[]
  readonly override: string | null
}

/**
 * While there are no users, whoever may write the data folder is told the warnings, and goes past what stops it with a reason or not at all: there is
 * nobody else whom he could ask. A user goes past it by a second one alone. Throws `guard/stopped` and `proposal/stopped`.
 */
export function planLoneWord({ person, findings, acknowledged, override }: LoneWord): HeardWord {
  if (person.isUnproven !== true) {
    if (override === null) return { findings, acknowledged, override }
    throw new Fault(
      'proposal/stopped',
      'expected two people for an override, got one: propose it without --override, then ask with «bailiwick decision override», and let somebody else confirm it',
    )
  }
  const seen = [...new Set([...acknowledged, ...warningsOf(findings)])].sort()
  if (stopsOf(findings).length === 0) return { findings, acknowledged: seen, override: null }
  if (override === null) throw new Fault('guard/stopped', stoppedText(findings))
  const passing = findings.filter((finding) => finding.class !== 'stop')
  return { findings: passing, acknowledged: seen, override }
}

function stoppedText(findings: readonly GuardSummary[]): string {
  const stops = findings.filter((finding) => finding.class === 'stop')
  const count = stops.reduce((sum, finding) => sum + finding.count, 0)
  const texts = stops.map(({ message, code }) => `${message} (${code})`)
  const more = count > texts.length ? `; and ${count - texts.length} more` : ''
  return `expected what no guard stops, got ${count === 1 ? 'a stop' : `${count} stops`}: ${texts.join('; ')}${more}; where it is right all the same, say why with --override`
}
