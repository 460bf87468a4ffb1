import type { GuardSummary } from '../../core/guard-summary.ts'
import { MAX_FINDINGS, type GuardFinding, type GuardReport } from './guard-finding.ts'

/** Of each summary so many values are kept. */
const SAMPLES = 3

/** A report as a proposal keeps it: one summary for each guard and class, in the order of the first finding of each; those about the whole batch first. */
export function summariseGuards({ counts, findings }: GuardReport): readonly GuardSummary[] {
  const groups = new Map<string, GuardFinding[]>()
  for (const finding of findings) {
    const key = `${finding.guard} ${finding.class}`
    groups.set(key, [...(groups.get(key) ?? []), finding])
  }
  const kept = (code: string, kind: string): number => groups.get(`${code} ${kind}`)?.length ?? 0
  const summaries = [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const { guard, class: kind, text, cure } = first
    // Of a guard and class no more than `MAX_FINDINGS` are told; the rest of the guard's count is of the class that reached them.
    const others = kept(guard, kind === 'stop' ? 'warn' : 'stop')
    const count = group.length < MAX_FINDINGS ? group.length : (counts[guard] ?? 0) - others
    const samples = group.flatMap(({ entry }) => (entry === null ? [] : [entry.value]))
    return [
      {
        ...{ code: guard, class: kind, message: `${text}; ${cure}`, count },
        samples: samples.slice(0, SAMPLES),
      },
    ]
  })
  // What is wrong with the whole batch explains the rest.
  return summaries.sort((a, b) => Number(a.samples.length > 0) - Number(b.samples.length > 0))
}
