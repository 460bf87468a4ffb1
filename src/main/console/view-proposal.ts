import type { ProposalActView, ProposalStory, ProposalView } from '../../console/ports/proposals.ts'
import { splitEntryLine } from '../../core/entry.ts'
import { printProposalId, type ProposalAct } from '../../core/proposal.ts'
import type { Store } from '../../store/open-store.ts'
import type { StoredProposal } from '../../store/read-proposals.ts'
import { describeProposal, type ProposalTold } from '../proposals/describe-proposal.ts'

/** A proposal as the API tells it. */
export function viewProposal(store: Store, stored: StoredProposal): ProposalView {
  return viewTold(store, stored, describeProposal(store, stored))
}

/** A proposal with its story. */
export function viewStory(store: Store, stored: StoredProposal): ProposalStory {
  const told = describeProposal(store, stored)
  return {
    ...viewTold(store, stored, told),
    acts: told.acts.map(viewAct),
  }
}

function viewTold(store: Store, stored: StoredProposal, told: ProposalTold): ProposalView {
  const { list, act, urgent, state, revision, digest, assignee, added, retired, amended } = told
  const { reason, legalBasis, evidence, evidenceSha256, category, reference } = told
  const { policy, missing, findings, decision } = told
  return {
    ...{ proposal: printProposalId(stored.id), list, act, urgent, state, revision, digest },
    ...{ openedAt: told.openedAt.toISOString(), assignee, added, retired, amended, reason },
    ...{ legalBasis, evidence, evidenceSha256, category, reference, policy, missing, findings },
    ...{ source: told.source?.name ?? null, samples: samplesOf(store, stored), decision },
    proposer: { name: told.proposer.name, organisation: told.proposer.organisation },
    author: { name: told.author.name, organisation: told.author.organisation },
    voices: told.voices.map(({ name, organisation }) => ({ name, organisation })),
  }
}

/** One line of its story. */
export function viewAct(said: ProposalAct): ProposalActView {
  const { act, actor, organisation, at, revision, text, counts, acknowledged } = said
  const findings = (said.findings ?? []).map(({ code }) => code)
  return {
    ...{ act, actor, organisation, at: at.toISOString(), revision, text, counts, acknowledged },
    ...{ findings, whom: said.whom, decision: said.decision },
  }
}

const SAMPLES = 3

function samplesOf({ proposals }: Store, proposal: StoredProposal): readonly string[] {
  const start = { value: '', kind: '' }
  const change = proposal.act === 'retire' ? 'retire' : 'add'
  return proposals.page(proposal, change, start, SAMPLES).map((line) => splitEntryLine(line).value)
}
