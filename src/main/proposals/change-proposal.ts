import { Fault } from '../../core/fault.ts'
import { NONE } from '../../core/entry.ts'
import { parseAction, parseCategory, parseReference } from '../../core/parse-entry.ts'
import { printProposalId, type Proposal, type ProposalTerms } from '../../core/proposal.ts'
import { assertMayBeUrgent } from '../../curation/approval-policy.ts'
import { assertEvidence, assertGrounds, planOwnWord } from '../../curation/plan-proposal.ts'
import { assertMayChange } from '../../curation/plan-proposal-act.ts'
import { assertAction, assertCategory } from '../../curation/propose-entry.ts'
import type { StoredList } from '../../store/list-store.ts'
import type { LineRewrite } from '../../store/proposal-lines.ts'
import type { Store } from '../../store/open-store.ts'
import type { StoredProposal } from '../../store/read-proposals.ts'
import { decideProposal } from './decide-proposal.ts'
import type { Deciding } from './deciding.ts'
import { batchOf } from './batch-of.ts'
import { findProposal } from './find-proposal.ts'
import { newAct } from './new-act.ts'
import { proposalOf, type ProposalOutcome } from './outcome.ts'
import { withBasis } from './propose.ts'

/** What is to become of a proposal; what isn't given stays. */
export interface ChangeRequest {
  readonly id: string
  readonly expected: number | null
  /** Why it is changed. */
  readonly text: string
  readonly terms: Partial<
    Pick<ProposalTerms, 'reason' | 'legalBasis' | 'evidence' | 'evidenceSha256' | 'urgent'>
  >
  /** For every line that it adds. */
  readonly action?: string | undefined
  readonly category?: string | undefined
  readonly reference?: string | undefined
  /** Values, in canonical form, that it leaves out. */
  readonly without: readonly string[]
  readonly acknowledged: readonly string[]
}

/**
 * Makes the next revision of a proposal, which is that of whoever changed it; all approvals are gone. Throws what `assertMayChange` and
 * `propose` throw, `entry/invalid` and `entry/not-found`.
 */
export function changeProposal(deciding: Deciding, request: ChangeRequest): ProposalOutcome {
  const { store, person } = deciding
  return store.write(() => {
    const found = findProposal(store, request.id)
    const { proposal, list } = found
    assertMayChange({ ...found, person, expected: request.expected })
    const terms = nextTerms(list, proposal, request)
    const asked = { act: proposal.act, urgent: terms.urgent }
    assertMayBeUrgent(list.definition, asked)
    assertGrounds(asked, terms, person)
    assertEvidence(terms)
    assertContains(store, proposal, request.without)
    const lines = rewriteOf(list, proposal, request)
    const next = { definitionId: list.definitionId, terms, lines }
    const { acknowledged, text } = request
    const { definition } = list
    const made = store.proposals.change(proposal, next, (changed) => {
      assertHasLines(changed)
      const findings = findingsOf(deciding, list, changed)
      const { counts } = planOwnWord({ definition, wanted: asked, person, findings, acknowledged })
      return newAct(deciding, 'changed', { text, counts, acknowledged, findings })
    })
    return outcomeOf(deciding, made)
  })
}

function nextTerms(
  list: StoredList,
  before: StoredProposal,
  request: ChangeRequest,
): ProposalTerms {
  const { source, shrinkReason } = before
  const { terms, reference, category } = request
  return withBasis(list, {
    ...{ source, shrinkReason },
    reason: terms.reason ?? before.reason,
    legalBasis: terms.legalBasis ?? before.legalBasis,
    evidence: terms.evidence ?? before.evidence,
    evidenceSha256: terms.evidenceSha256 ?? before.evidenceSha256,
    urgent: terms.urgent ?? before.urgent,
    reference: reference ?? before.reference,
    category: category ?? before.category,
  })
}

function rewriteOf(
  { definition }: StoredList,
  { act }: Proposal,
  request: ChangeRequest,
): LineRewrite | null {
  const { without } = request
  const action = request.action === undefined ? null : parseAction(request.action)
  const category = request.category === undefined ? null : parseCategory(request.category)
  const reference = request.reference === undefined ? null : parseReference(request.reference)
  if (action !== null) assertAction(definition, action)
  if (category !== null) assertCategory(definition, category)
  const isSame = action === null && category === null && reference === null
  if (act === 'retire' && !isSame) {
    throw new Fault(
      'entry/invalid',
      'expected only values to be left out of a retirement, got another action, category or reference',
    )
  }
  if (isSame && without.length === 0) return null
  return { without, action, category: orNone(category), reference: orNone(reference) }
}

/** As it stands in a line. */
function orNone(text: string | null): string | null {
  return text === '' ? NONE : text
}

function assertHasLines({ id, added, retired, amended }: Proposal): void {
  if (added + retired + amended > 0) return
  throw new Fault(
    'entry/not-found',
    `expected an entry to be left in ${printProposalId(id)}, got none: withdraw or reject it instead`,
  )
}

/** Whoever leaves out what isn't there has meant something else. */
function assertContains(store: Store, proposal: StoredProposal, values: readonly string[]): void {
  const missing = values.find((value) => {
    const from = { value, kind: '' }
    const [add, retire] = (['add', 'retire'] as const).map((change) =>
      store.proposals.page(proposal, change, from, 1).at(0),
    )
    return ![add, retire].some((line) => line?.startsWith(`${value}\t`))
  })
  if (missing === undefined) return
  throw new Fault(
    'entry/not-found',
    `expected a value of ${printProposalId(proposal.id)} to leave out, got ${JSON.stringify(missing)}`,
  )
}

function findingsOf({ store, checkGuards }: Deciding, list: StoredList, made: StoredProposal) {
  return made.act === 'retire' ? [] : checkGuards(list, batchOf(store, made))
}

/** A change may be all that was lacking: its author's word counts for what he made of it. */
function outcomeOf(deciding: Deciding, { id }: StoredProposal): ProposalOutcome {
  const { store, person } = deciding
  const found = findProposal(store, printProposalId(id))
  const { proposal, standing, list } = found
  const { acknowledged = [] } = standing.voices[0] ?? {}
  const { definition } = list
  const { findings } = standing
  const speaking = { definition, wanted: proposal, person, findings, acknowledged }
  const plan = planOwnWord(speaking)
  if (plan.isDecided) {
    return decideProposal(deciding, found, {
      people: [person.name],
      ...{ acknowledged, override: null },
    })
  }
  const waiting = { state: 'open', decision: null, missing: plan.missing, findings } as const
  return { list: list.id, ...proposalOf(proposal), ...waiting, note: '' }
}
