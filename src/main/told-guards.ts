import type { GuardFinding, GuardReport } from '../curation/guards/guard-finding.ts'

/** Of each guard and class so many findings are shown. */
const SHOWN = 3

/** The report as it is shown: counts, and the first few findings of each guard and class. */
export function shortReport(report: GuardReport): GuardReport {
  const shown = new Map<string, number>()
  const findings = report.findings.filter(({ guard, class: kind }) => {
    const key = `${guard} ${kind}`
    const count = (shown.get(key) ?? 0) + 1
    shown.set(key, count)
    return count <= SHOWN
  })
  return { ...report, findings }
}

/** The report in lines for people; nothing when no guard has anything to say. */
export function printGuards(report: GuardReport): string[] {
  const { stops, warns, counts, findings } = shortReport(report)
  if (stops + warns === 0) return []
  const told = Object.entries(counts).map(([guard, count]) => `${guard} ${count}`)
  return [
    `guards: ${stops} to stop, ${warns} to be seen: ${told.join(', ')}`,
    ...findings.map((finding) => `  ${printFinding(finding)}`),
  ]
}

export function printFinding({ guard, class: kind, text, cure }: GuardFinding): string {
  return `${kind === 'stop' ? 'stop' : 'note'}: ${text}; ${cure} (${guard})`
}
