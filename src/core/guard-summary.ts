/** What a guard has against lines that somebody wants decided. */
export interface GuardSummary {
  /** The guard's name; an approver acknowledges a warning by it. */
  readonly code: string
  /** `stop`: no approval gets past it, an override does; `warn`: whoever stands behind it says that he has seen it. */
  readonly class: 'stop' | 'warn'
  /** What is wrong, for people. */
  readonly message: string
  /** How many lines it is about. */
  readonly count: number
  /** A few of their values. */
  readonly samples: readonly string[]
}

/** The codes of the findings that stop. */
export function stopsOf(findings: readonly GuardSummary[]): string[] {
  return codesOf(findings, 'stop')
}

/** The codes of the findings that warn. */
export function warningsOf(findings: readonly GuardSummary[]): string[] {
  return codesOf(findings, 'warn')
}

function codesOf(findings: readonly GuardSummary[], wanted: GuardSummary['class']): string[] {
  const codes = findings.filter((finding) => finding.class === wanted).map(({ code }) => code)
  return [...new Set(codes)].sort()
}
