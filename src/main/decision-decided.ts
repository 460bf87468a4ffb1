import type { Command } from 'commander'
import { printJson, printTime } from './print-table.ts'
import type { ShownDecided } from './proposals/deeds.ts'
import { printStory } from './proposals/print-story.ts'
import { withDeeds } from './proposals/with-deeds.ts'

/** `decision show`, of what was decided. */
export async function showDecided(
  id: string,
  { json }: { readonly json?: boolean },
  command: Command,
): Promise<void> {
  const shown = await withDeeds(command, (deeds) => deeds.decided(id))
  const { decision, proposal } = shown
  process.stdout.write(json === true ? printJson({ ...decision, proposal }) : told(shown))
}

function told({ decision, proposal }: ShownDecided): string {
  const { id, list, act, urgent, added, retired, amended, decidedAt, decidedBy, reason } = decision
  return [
    `decision ${id}: ${urgent ? 'urgent ' : ''}${act} on ${list} by ${decidedBy}, ${printTime(decidedAt)}`,
    `  reason: ${reason}`,
    ...(decision.legalBasis === '' ? [] : [`  legal basis: ${decision.legalBasis}`]),
    ...(decision.evidence === '' ? [] : [`  evidence: ${decision.evidence}`]),
    ...(decision.override === null ? [] : [`  override: ${decision.override}`]),
    `  ${added} added, ${retired} retired, ${amended} amended`,
    ...(proposal === null
      ? [`  proposed by ${decision.proposer}`]
      : [
          `  proposal ${proposal.proposal}`,
          ...printStory(proposal.acts).map((line) => `  ${line}`),
        ]),
    '',
  ].join('\n')
}
