import type Database from 'better-sqlite3'
import { digestProposal } from '../core/digest-proposal.ts'
import type { GuardSummary } from '../core/guard-summary.ts'
import type { DecisionAct, ProposalAct } from '../core/proposal.ts'
import type { ActedRevision } from './proposal-events.ts'
import { proposalLines } from './proposal-lines.ts'

/** An act as it lies there, with the revision that it is about. */
export interface ActRow {
  readonly revision: ActedRevision
  readonly act: ProposalAct
}

/** The rows of proposals as they lie there, for whoever compares them with the chain. */
export interface ProposalRows {
  /** Every act but `decided`, in the order of the chain. */
  readonly acts: () => Iterable<ActRow>
  /** The digest of a revision and its lines as they are now; null when there is none. Reads all lines. */
  readonly digestRevision: (proposal: number, revision: number) => string | null
  readonly countRevisions: () => number
  /** `PROPOSAL REVISION` of the proposal that a decision came from; empty for none. */
  readonly originOf: (decision: number) => string
  readonly countDecided: () => number
  /** Proposals that stand otherwise than their acts say. */
  readonly strays: () => number[]
}

const ACTS_SQL = `SELECT told.proposal_id AS id, lists.list_id AS list, told.revision AS revision,
  digest, wanted.act AS wanted, added, retired, amended, told.act AS act, actor, organisation, text, counts,
  acknowledged, findings, whom
  FROM proposal_acts AS told
  LEFT JOIN proposals AS wanted ON wanted.id = told.proposal_id
  LEFT JOIN lists ON lists.id = wanted.list_id
  LEFT JOIN proposal_revisions AS made ON made.proposal_id = told.proposal_id AND made.revision = told.revision
  WHERE told.act <> 'decided' ORDER BY told.id`

const REVISION_SQL = `SELECT made.proposal_id AS proposal, made.revision AS revision, lists.list_id AS list, act,
  reason, legal_basis AS legalBasis, evidence, evidence_sha256 AS evidenceSha256, category, reference, urgent,
  source_name AS sourceName, source_sha256 AS sourceSha256, source_accepted AS sourceAccepted,
  source_refused AS sourceRefused, shrink_reason AS shrinkReason, added, retired, amended, lines_of AS linesOf
  FROM proposal_revisions AS made LEFT JOIN proposals ON proposals.id = made.proposal_id
  LEFT JOIN lists ON lists.id = proposals.list_id
  WHERE made.proposal_id = ? AND made.revision = ?`

const SETTLING = "('decided', 'rejected', 'withdrawn', 'overtaken')"

const STRAYS_SQL = `SELECT id FROM proposals AS stands WHERE
  state IS NOT coalesce((SELECT act FROM proposal_acts WHERE proposal_id = stands.id AND act IN ${SETTLING}), 'open')
  OR revision IS NOT (SELECT max(revision) FROM proposal_acts WHERE proposal_id = stands.id)
  OR assignee IS NOT coalesce((SELECT whom FROM proposal_acts WHERE proposal_id = stands.id AND act = 'assigned'
    ORDER BY id DESC LIMIT 1), '')
  ORDER BY id`

interface RawAct extends Omit<ActedRevision, 'act'> {
  readonly wanted: DecisionAct
  readonly act: ProposalAct['act']
  readonly actor: string
  readonly organisation: string
  readonly text: string
  readonly counts: number
  readonly acknowledged: string
  readonly findings: string | null
  readonly whom: string | null
}

type RawRevision = Omit<Parameters<typeof digestProposal>[0], 'source' | 'urgent'> & {
  readonly urgent: number
  readonly sourceName: string | null
  readonly sourceSha256: string
  readonly sourceAccepted: number
  readonly sourceRefused: number
  readonly linesOf: number
}

export function proposalRows(sqlite: Database.Database): ProposalRows {
  const acts = sqlite.prepare<[], RawAct>(ACTS_SQL)
  const revision = sqlite.prepare<[number, number], RawRevision>(REVISION_SQL)
  const lines = proposalLines(sqlite)
  const number = (text: string): number => sqlite.prepare<[], number>(text).pluck().get() ?? 0
  return {
    *acts() {
      for (const row of acts.iterate()) yield fromRow(row)
    },
    digestRevision: (proposal, wanted) => {
      const row = revision.get(proposal, wanted)
      if (row === undefined) return null
      const { addedSha256, retiredSha256 } = lines.count({ proposal, linesOf: row.linesOf })
      const { sourceName: name, sourceSha256: sha256 } = row
      const { sourceAccepted: accepted, sourceRefused: refused } = row
      const source = name === null ? null : { name, sha256, accepted, refused }
      const urgent = row.urgent !== 0
      return digestProposal({ ...row, addedSha256, retiredSha256, source, urgent })
    },
    countRevisions: () => number('SELECT count(*) FROM proposal_revisions'),
    originOf: (decision) =>
      sqlite
        .prepare<[number], string>(
          "SELECT proposal_id || ' ' || revision FROM proposal_acts WHERE decision_id = ?",
        )
        .pluck()
        .get(decision) ?? '',
    countDecided: () => number("SELECT count(*) FROM proposal_acts WHERE act = 'decided'"),
    strays: () => sqlite.prepare<[], number>(STRAYS_SQL).pluck().all(),
  }
}

function fromRow({ wanted, act, ...row }: RawAct): ActRow {
  const { id, list, revision, digest, added, retired, amended } = row
  const { actor, organisation, text, whom } = row
  return {
    revision: { id, list, revision, digest, act: wanted, added, retired, amended },
    act: {
      ...{ act, actor, organisation, text, whom, revision, counts: row.counts !== 0 },
      acknowledged: JSON.parse(row.acknowledged) as readonly string[],
      findings: JSON.parse(row.findings ?? 'null') as readonly GuardSummary[] | null,
      ...{ at: new Date(0), decision: null },
    },
  }
}
