import type { Command } from 'commander'
import { printEntryLine } from '../core/entry.ts'
import { readProposalId } from '../core/proposal.ts'
import { parseCount } from './parse-count.ts'
import { printJson } from './print-table.ts'
import type { ShownProposal } from './proposals/deeds.ts'
import { printMissing } from './proposals/outcome.ts'
import { printStory } from './proposals/print-story.ts'
import { withDeeds } from './proposals/with-deeds.ts'

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
  if (readProposalId(id) === null) {
    const { showDecided } = await import('./decision-decided.ts')
    await showDecided(id, options, command)
    return
  }
  const shown = await withDeeds(command, (deeds) => deeds.show(id, limit))
  process.stdout.write(options.json === true ? printJson(toJson(shown)) : printProposal(shown))
}

function toJson(shown: ShownProposal): object {
  return {
    ...shown.told,
    lines: { added: linesOf(shown, 'add'), retired: linesOf(shown, 'retire') },
  }
}

function linesOf({ lines }: ShownProposal, change: 'add' | 'retire'): string[] {
  return lines.filter((line) => line.change === change).map(printEntryLine)
}

function printProposal(shown: ShownProposal): string {
  const { told } = shown
  const { proposal, list, act, state, revision, urgent, missing } = told
  const { added, retired, amended } = told
  const lines = [
    ...linesOf(shown, 'retire').map((line) => `- ${line}`),
    ...linesOf(shown, 'add').map((line) => `+ ${line}`),
  ]
  const left = added + retired + 2 * amended - lines.length
  return [
    `${proposal}: ${urgent ? 'urgent ' : ''}${act} on ${list}, revision ${revision}, ${missing === null ? state : printMissing(missing)}`,
    `  reason: ${told.reason}`,
    ...(told.legalBasis === '' ? [] : [`  legal basis: ${told.legalBasis}`]),
    ...(told.evidence === '' ? [] : [`  evidence: ${told.evidence}`]),
    ...(told.evidenceSha256 === '' ? [] : [`  SHA-256 of the evidence: ${told.evidenceSha256}`]),
    ...(told.assignee === '' ? [] : [`  assigned to ${told.assignee}`]),
    ...told.findings.map((finding) => `  ${finding.class} ${finding.code}: ${finding.message}`),
    `  ${added} to add, ${retired} to retire, ${amended} to amend`,
    ...lines.map((line) => `  ${line.replaceAll('\t', ' ')}`),
    ...(left > 0 ? [`  … and ${left} more lines`] : []),
    ...printStory(told.acts).map((line) => `  ${line}`),
    '',
  ].join('\n')
}
