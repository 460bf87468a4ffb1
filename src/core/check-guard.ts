import type { ListDefinition } from './list-definition.ts'

/** Why the circuit breaker stops a publication. */
export interface GuardFinding {
  readonly rule: 'maxGrowth' | 'maxShrink' | 'minEntries'
  /** A sentence with the counts and the limit. */
  readonly text: string
}

/**
 * What the list's guard says against going from `before` entries to `after`. The first serial has none before, and an empty one has no
 * share to grow by: there only `minEntries` holds.
 */
export function checkGuard(
  guard: ListDefinition['guard'],
  before: number | null,
  after: number,
): readonly GuardFinding[] {
  const findings: GuardFinding[] = []
  if (before !== null && before > 0) {
    const change = (after - before) / before
    if (change > guard.maxGrowth) {
      findings.push({
        rule: 'maxGrowth',
        text: `grow from ${before} to ${after} entries (${percent(change)}), where guard.maxGrowth allows ${percent(guard.maxGrowth)}`,
      })
    }
    if (-change > guard.maxShrink) {
      findings.push({
        rule: 'maxShrink',
        text: `shrink from ${before} to ${after} entries (${percent(-change)}), where guard.maxShrink allows ${percent(guard.maxShrink)}`,
      })
    }
  }
  if (after < guard.minEntries) {
    findings.push({
      rule: 'minEntries',
      text: `have ${after} entries, where guard.minEntries asks for ${guard.minEntries}`,
    })
  }
  return findings
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`
}
