import { splitEntryLine } from '../../core/entry.ts'
import { isFault } from '../../core/fault.ts'
import { LineCursor, type LineBlocks } from '../../core/line-cursor.ts'
import type { ListDefinition } from '../../core/list-definition.ts'
import { assertNotShrunk } from '../../curation/plan-import.ts'
import { listRefusal } from '../../curation/propose-entry.ts'
import type { Comparison } from '../../store/proposal-lines.ts'
import type { Deciding } from './deciding.ts'
import type { FoundProposal } from './find-proposal.ts'
import { newAct } from './new-act.ts'
import { proposalOf, type ProposalOutcome } from './outcome.ts'
import { daysOf, printEvidence, printOverride } from './propose.ts'

/** Who stands behind it, in the order of their words, and why two of them got round the policy; null where they didn't. */
export interface Backing {
  readonly people: readonly string[]
  readonly acknowledged: readonly string[]
  readonly override: string | null
}

/**
 * Makes a proposal that has everything it needs a decision, in the transaction of the word that completed it; or overtaken, where the list
 * is no longer the one that its people have seen (`docs/spec/decisions.md` §6).
 */
export function decideProposal(
  deciding: Deciding,
  found: FoundProposal,
  backing: Backing,
): ProposalOutcome {
  const { proposals } = deciding.store
  const { proposal } = found
  const compared = proposals.compare(proposal)
  const reason = whyOvertaken(deciding, found, compared)
  const end = { list: proposal.list, ...proposalOf(proposal), missing: null, findings: [] }
  if (reason !== null) {
    proposals.append(proposal, newAct(deciding, 'overtaken', { text: reason }))
    return { ...end, state: 'overtaken', decision: null, note: reason }
  }
  const decision = commitDecision(deciding, found, { compared, ...backing })
  const note = noteOf(compared)
  // The commit point is that of the transaction: the decision, its entries and this act are there together, or not at all.
  proposals.append(proposal, newAct(deciding, 'decided', { text: note, decision }))
  return { ...end, state: 'decided', decision, note }
}

function whyOvertaken(
  { store }: Deciding,
  { proposal, list }: FoundProposal,
  compared: Comparison,
): string | null {
  const { added, retired, amended, conflicts, samples } = compared
  if (conflicts > 0) {
    return `${count(conflicts, 'entry has', 'entries have')} changed on ${list.id} since: ${samples.join(', ')}${conflicts > samples.length ? ', …' : ''}`
  }
  if (added + retired + amended === 0) return `all of it is so on ${list.id} already`
  const shrunk = whyShrunk(store.entries.count(list.rowId), { proposal, list }, compared)
  if (shrunk !== null) return shrunk
  if (list.definitionId === proposal.definitionId) return null
  const refused = firstRefused(list.definition, store.proposals.lines(proposal, 'add'))
  return refused === null ? null : `the definition of ${list.id} has changed since: ${refused}`
}

/** A mirror that had nothing to fear when it was proposed may take a large part of what the list has become. */
function whyShrunk(
  before: number,
  { proposal, list }: Pick<FoundProposal, 'proposal' | 'list'>,
  { added, retired }: Comparison,
): string | null {
  if (proposal.act !== 'mirror' || proposal.shrinkReason !== null) return null
  try {
    assertNotShrunk(list.definition, { before, after: before + added - retired })
    return null
  } catch (error) {
    if (isFault(error, 'import/shrunk')) return error.message
    throw error
  }
}

/** The first line that the list would refuse by its definition of today, with the reason. */
function firstRefused(definition: ListDefinition, lines: LineBlocks): string | null {
  const refusalOf = listRefusal(definition)
  const cursor = new LineCursor(lines)
  while (cursor.next()) {
    const entry = splitEntryLine(cursor.text())
    const refusal = refusalOf(entry.value, entry.kind, entry)
    if (refusal !== null) return `${entry.value} is refused now (${refusal})`
  }
  return null
}

function noteOf({ left }: Comparison): string {
  return left === 0
    ? ''
    : `left out ${count(left, 'line', 'lines')} that ask for what is so already`
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}

function commitDecision(
  { store, person, at }: Deciding,
  { proposal, standing, list }: FoundProposal,
  { compared, people, acknowledged, override }: Backing & { readonly compared: Comparison },
): number {
  const { act, shrinkReason } = proposal
  const { added, retired, amended, rows, left } = compared
  const lines =
    left === 0 ? store.proposals.lines(proposal, 'add') : store.proposals.linesNotListed(proposal)
  return store.decisions.commit(
    {
      listRowId: list.rowId,
      act,
      reference: proposal.reference,
      category: proposal.category,
      reason: proposal.reason,
      legalBasis: proposal.legalBasis,
      evidence: printEvidence(proposal),
      proposer: standing.author.name,
      decidedBy: people.join(', '),
      decidedAt: at,
      urgent: proposal.urgent,
      ...daysOf(list, act, at),
      added,
      retired,
      amended,
      source: proposal.source,
      override: printOverride(override, shrinkReason),
    },
    { added: lines, retired: rows },
    { actor: person.name, proposal, acknowledged },
  )
}
