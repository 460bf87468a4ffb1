import type Database from 'better-sqlite3'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { digestProposal } from '../core/digest-proposal.ts'
import type {
  DecisionAct,
  Proposal,
  ProposalAct,
  ProposalCounts,
  ProposalTerms,
} from '../core/proposal.ts'
import type { EntryChange } from './decision-store.ts'
import { translated } from './entry-store.ts'
import type { Recorder } from './event-store.ts'
import type { StoredList } from './list-store.ts'
import { recordProposalAct } from './proposal-events.ts'
import {
  lineComparison,
  proposalLines,
  type Comparison,
  type LineRewrite,
  type LineSet,
  type ProposalLines,
} from './proposal-lines.ts'
import { proposalActs, proposalRevisions, proposals } from './proposal-schema.ts'
import { proposalReader, type ProposalReader, type StoredProposal } from './read-proposals.ts'

/** An act, before it is written. */
export type NewProposalAct = Omit<ProposalAct, 'revision'>

/** A proposal that is new. */
export interface NewProposal extends ProposalTerms {
  readonly list: Pick<StoredList, 'rowId' | 'id' | 'definitionId'>
  readonly act: DecisionAct
}

/** What becomes of a proposal in its next revision. */
export interface NewRevision {
  readonly definitionId: number
  readonly terms: ProposalTerms
  /** Null where its lines stay. */
  readonly lines: LineRewrite | null
}

export interface ProposalStore extends ProposalReader {
  /** Writes a proposal with its lines, `proposed` and the event; gives its id. */
  readonly open: (proposal: NewProposal, change: EntryChange, act: NewProposalAct) => number
  /** Writes the next revision with `changed` and the event; without a rewrite its lines are those of the last. */
  readonly change: (
    proposal: StoredProposal,
    next: NewRevision,
    act: (made: StoredProposal) => NewProposalAct,
  ) => StoredProposal
  /** Writes what was done to an open proposal, and its event. */
  readonly append: (proposal: StoredProposal, act: NewProposalAct) => void
  /** The snapshot lines of a revision in blocks, sorted. Others may be written between two blocks. */
  readonly lines: ProposalLines['blocks']
  /** As `lines`, added ones that the list hasn't by the time they are read. */
  readonly linesNotListed: (proposal: StoredProposal) => Iterable<Uint8Array>
  /** Up to `limit` lines that follow a value and kind. */
  readonly page: ProposalLines['page']
  /** How the lines of a proposal stand to its list now. */
  readonly compare: (proposal: StoredProposal) => Comparison
}

type Db = BetterSQLite3Database

export function proposalStore(
  db: Db,
  sqlite: Database.Database,
  { translate, ...recorder }: Recorder & { readonly translate: (error: unknown) => unknown },
): ProposalStore {
  const lines = proposalLines(sqlite)
  const compare = lineComparison(sqlite)
  const reader = proposalReader(db)
  const found = (id: number): StoredProposal => {
    const proposal = reader.find(id)
    if (proposal === null) throw new Error(`expected proposal ${id}, got no row`)
    return proposal
  }
  const append = (proposal: StoredProposal, act: NewProposalAct): void => {
    recorder.write(() => {
      db.insert(proposalActs).values(actRow(proposal, act)).run()
      recordProposalAct(recorder, proposal, act)
    })
  }
  return {
    open: ({ list, act, ...terms }, change, proposed) =>
      recorder.write(() => {
        const values = { listRowId: list.rowId, act, openedAt: proposed.at.toISOString() }
        const { id } = db.insert(proposals).values(values).returning().get()
        const set = { proposal: id, linesOf: 1 }
        lines.write(set, change.added, change.retired)
        const made = { terms, act, list: list.id, definitionId: list.definitionId, revision: 1 }
        insertRevision(db, lines, { ...made, ...set })
        append(found(id), proposed)
        return id
      }),
    change: (proposal, { definitionId, terms, lines: rewrite }, act) =>
      recorder.write(() => {
        const { id, list } = proposal
        const revision = proposal.revision + 1
        const set = { proposal: id, linesOf: rewrite === null ? proposal.linesOf : revision }
        if (rewrite !== null) lines.rewrite(proposal, set, rewrite)
        const made = { terms, act: proposal.act, list, definitionId, revision, ...set }
        const counted = insertRevision(db, lines, made)
        const next = { ...proposal, ...terms, ...counted, ...set, definitionId, revision }
        append(next, act(next))
        return found(id)
      }),
    append,
    ...reader,
    lines: (set, change) => translated(() => lines.blocks(set, change), translate),
    linesNotListed: (proposal) =>
      translated(() => lines.blocksNotListed(proposal, proposal.listRowId), translate),
    page: lines.page,
    compare: ({ proposal, linesOf, listRowId, act }) =>
      compare({ proposal, linesOf, listRowId, act }),
  }
}

interface MadeRevision extends Pick<Proposal, 'list' | 'act' | 'revision'>, LineSet {
  readonly terms: ProposalTerms
  readonly definitionId: number
}

/** After its lines: from here on none comes to them. */
function insertRevision(
  db: Db,
  lines: ProposalLines,
  { proposal, list, act, revision, linesOf, definitionId, terms }: MadeRevision,
): ProposalCounts & Pick<Proposal, 'digest'> {
  const { addedSha256, retiredSha256, ...counts } = lines.count({ proposal, linesOf })
  const states = { addedSha256, retiredSha256 }
  const digest = digestProposal({ ...terms, ...counts, ...states, proposal, revision, list, act })
  const { source, ...same } = terms
  const sourced = {
    sourceName: source?.name ?? null,
    sourceSha256: source?.sha256 ?? null,
    sourceAccepted: source?.accepted ?? null,
    sourceRefused: source?.refused ?? null,
  }
  const row = { proposalId: proposal, revision, linesOf, definitionId, digest }
  db.insert(proposalRevisions)
    .values({ ...same, ...counts, ...sourced, ...row })
    .run()
  return { ...counts, digest }
}

function actRow(
  { id, revision }: StoredProposal,
  act: NewProposalAct,
): typeof proposalActs.$inferInsert {
  return { ...act, proposalId: id, revision, at: act.at.toISOString() }
}
