import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import type { Store } from '../store/open-store.ts'
import { viewAct } from './console/view-proposal.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { printJson, printTime } from './print-table.ts'
import { describeProposal } from './proposals/describe-proposal.ts'
import { printStory } from './proposals/print-story.ts'
import { publicDecision } from './public-decision.ts'

/** `decision show`, of what was decided. */
export async function showDecided(
  id: string,
  { json }: { readonly json?: boolean },
  command: Command,
): Promise<void> {
  await withStore(globalOptions(command).data, (store) => {
    const told = store.read(() => tellDecision(store, id))
    process.stdout.write(json === true ? printJson(told.json) : told.text)
  })
}

function tellDecision(store: Store, id: string): { readonly json: unknown; readonly text: string } {
  const decision = /^[1-9]\d{0,14}$/.test(id) ? store.decisions.find(Number(id)) : null
  if (decision === null) {
    throw new Fault(
      'decision/not-found',
      `expected the number of a decision, or the id of a proposal such as p7, got ${JSON.stringify(id)}`,
    )
  }
  const stored = store.proposals.ofDecision(decision.id)
  const proposal = stored === null ? null : describeProposal(store, stored)
  const { list, act, urgent, added, retired, amended, decidedAt, decidedBy, reason } = decision
  const text = [
    `decision ${decision.id}: ${urgent ? 'urgent ' : ''}${act} on ${list} by ${decidedBy}, ${printTime(decidedAt)}`,
    `  reason: ${reason}`,
    ...(decision.legalBasis === '' ? [] : [`  legal basis: ${decision.legalBasis}`]),
    ...(decision.evidence === '' ? [] : [`  evidence: ${decision.evidence}`]),
    ...(decision.override === null ? [] : [`  override: ${decision.override}`]),
    `  ${added} added, ${retired} retired, ${amended} amended`,
    ...(proposal === null
      ? [`  proposed by ${decision.proposer}`]
      : [
          `  proposal ${proposal.proposal}`,
          ...printStory(proposal.acts.map(viewAct)).map((line) => `  ${line}`),
        ]),
    '',
  ].join('\n')
  return { json: { ...publicDecision(decision), proposal }, text }
}
