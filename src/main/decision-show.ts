import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { readProposalId } from '../core/proposal.ts'
import type { Store } from '../store/open-store.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { parseCount } from './parse-count.ts'
import { printJson, printTime } from './print-table.ts'
import { describeProposal, type ProposalTold } from './proposals/describe-proposal.ts'
import { findProposal } from './proposals/find-proposal.ts'
import { printMissing } from './proposals/outcome.ts'
import { printStory } from './proposals/print-story.ts'
import { publicDecision } from './public-decision.ts'

export interface ShowDecisionOptions {
  readonly lines: string
  readonly json?: boolean
}

/** `decision show`: a decision by its number, or a proposal by its id. */
export async function showDecision(
  id: string,
  options: ShowDecisionOptions,
  command: Command,
): Promise<void> {
  const limit = parseCount('--lines', options.lines)
  await withStore(globalOptions(command).data, (store) => {
    const isProposal = readProposalId(id) !== null
    const told = store.read(() =>
      isProposal ? tellProposal(store, id, limit) : tellDecision(store, id),
    )
    process.stdout.write(options.json === true ? printJson(told.json) : told.text)
  })
}

interface Told {
  readonly json: unknown
  readonly text: string
}

function tellProposal(store: Store, id: string, limit: number): Told {
  const { proposal } = findProposal(store, id)
  const told = describeProposal(store, proposal)
  const page = (change: 'add' | 'retire'): string[] =>
    store.proposals.page(proposal, change, { value: '', kind: '' }, limit)
  const lines = { added: page('add'), retired: page('retire') }
  return { json: { ...told, lines }, text: printProposal(told, lines) }
}

function printProposal(
  told: ProposalTold,
  lines: { readonly added: readonly string[]; readonly retired: readonly string[] },
): string {
  const { proposal, list, act, state, revision, urgent, missing } = told
  const { added, retired, amended } = told
  const shown = [
    ...lines.retired.map((line) => `- ${line}`),
    ...lines.added.map((line) => `+ ${line}`),
  ]
  const left = added + retired + 2 * amended - shown.length
  return [
    `${proposal}: ${urgent ? 'urgent ' : ''}${act} on ${list}, revision ${revision}, ${missing === null ? state : printMissing(missing)}`,
    `  reason: ${told.reason}`,
    ...(told.legalBasis === '' ? [] : [`  legal basis: ${told.legalBasis}`]),
    ...(told.evidence === '' ? [] : [`  evidence: ${told.evidence}`]),
    ...(told.evidenceSha256 === '' ? [] : [`  SHA-256 of the evidence: ${told.evidenceSha256}`]),
    ...(told.assignee === '' ? [] : [`  assigned to ${told.assignee}`]),
    ...told.findings.map((finding) => `  ${finding.class} ${finding.code}: ${finding.message}`),
    `  ${added} to add, ${retired} to retire, ${amended} to amend`,
    ...shown.map((line) => `  ${line.replaceAll('\t', ' ')}`),
    ...(left > 0 ? [`  … and ${left} more lines`] : []),
    ...printStory(told.acts).map((line) => `  ${line}`),
    '',
  ].join('\n')
}

function tellDecision(store: Store, id: string): Told {
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
          ...printStory(proposal.acts).map((line) => `  ${line}`),
        ]),
    '',
  ].join('\n')
  return { json: { ...publicDecision(decision), proposal }, text }
}
