import type { GuardSummary } from '../../core/guard-summary.ts'
import type { Proposed } from './deeds.ts'
import { printOutcome, type ProposalOutcome } from './outcome.ts'

/** What a proposal waits for, and what the guards have to say; empty for what is decided. */
export function printProposed({
  outcome,
  isUnproven,
}: Pick<Proposed, 'outcome' | 'isUnproven'>): string {
  if (outcome.state !== 'open') return ''
  const hint = isUnproven ? 'there are no users yet who could approve it: add them first\n' : ''
  return printOutcome(outcome) + hint
}

/** When a decision takes effect. */
export function printEffect({ outcome: { list }, published }: Proposed): string {
  return published === null
    ? `«bailiwick publish ${list}» makes it effective\n`
    : `published ${list}, serial ${published.serial}\n`
}

/** What the guards say of what is decided: for standard error, a line for each but for what is told with the decision. */
export function printNotes({ state, findings }: ProposalOutcome): string {
  if (state !== 'decided') return ''
  return findings
    .filter(({ code }) => code !== 'guard/covered')
    .map((finding) => `bailiwick: ${printNote(finding)}\n`)
    .join('')
}

function printNote({ code, class: kind, message, count }: GuardSummary): string {
  const more = count > 1 ? `; and ${count - 1} more` : ''
  return `${kind === 'stop' ? 'stop' : 'note'}: ${message}${more} (${code})`
}
