import { createHash } from 'node:crypto'
import type { DecisionAct, ProposalCounts, ProposalTerms } from './proposal.ts'
import { printSortedJson } from './sorted-json.ts'

/** One revision of a proposal, and the states (`docs/spec/snapshot.md` §3) of its lines. */
export interface DigestedRevision extends ProposalTerms, ProposalCounts {
  readonly proposal: number
  readonly revision: number
  readonly list: string
  readonly act: DecisionAct
  readonly addedSha256: string
  readonly retiredSha256: string
}

/** What whoever approves a revision commits to: SHA-256 in lower-case hex (`docs/spec/events.md` §4). */
export function digestProposal(revision: DigestedRevision): string {
  const { proposal, revision: number, list, act, source, urgent, addedSha256 } = revision
  const canonical = printSortedJson({
    ...{ proposal, revision: number, list, act, urgent: urgent ? 1 : 0 },
    ...{ reason: revision.reason, legalBasis: revision.legalBasis, evidence: revision.evidence },
    ...{ evidenceSha256: revision.evidenceSha256, category: revision.category },
    ...{ reference: revision.reference, shrinkReason: revision.shrinkReason },
    ...{ sourceName: source?.name ?? null, sourceSha256: source?.sha256 ?? null },
    ...{ sourceAccepted: source?.accepted ?? null, sourceRefused: source?.refused ?? null },
    ...{ added: revision.added, retired: revision.retired, amended: revision.amended },
    ...{ addedSha256, retiredSha256: revision.retiredSha256 },
  })
  return createHash('sha256').update('bailiwick-proposal/1\n').update(canonical).digest('hex')
}
