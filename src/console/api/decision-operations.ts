import { ENTRY_ACTIONS, ENTRY_KINDS } from '../../core/entry.ts'
import { DECISION_ACTS, type DecisionAct } from '../../core/proposal.ts'
import type { ChangedEntry } from '../../curation/page-difference.ts'
import type { DecisionStory, DecisionView } from '../ports/decisions.ts'
import {
  answerOf,
  COUNT,
  DAY,
  INSTANT,
  LIST_ID,
  orNull,
  pageOf,
  SHA256,
  TEXT,
  YES_NO,
} from './body-of.ts'
import { pageFrom, pageQuery, printCursor, readCursor, type PageQuery } from './cursor.ts'
import { operation, type AnyOperation, type Schema } from './operation.ts'
import { PROPOSAL_STORY } from './proposal-schemas.ts'

const TAG = 'decisions'

const DECISION_ID: Schema = { type: 'string', pattern: '^[1-9][0-9]{0,14}$' }
const MAYBE_TEXT: Schema = { type: ['string', 'null'] }

const MEMBERS = {
  ...{ decision: COUNT, list: LIST_ID, act: { enum: DECISION_ACTS }, urgent: YES_NO },
  ...{ decidedAt: INSTANT, decidedBy: TEXT, proposer: TEXT, reason: TEXT, legalBasis: TEXT },
  ...{ evidence: TEXT, category: TEXT, reference: TEXT, added: COUNT, retired: COUNT },
  ...{ amended: COUNT, source: MAYBE_TEXT, override: MAYBE_TEXT },
  ...{ reviewOn: orNull(DAY), expiresOn: orNull(DAY) },
  file: {
    ...orNull(
      answerOf('ImportedFile', { name: TEXT, sha256: SHA256, accepted: COUNT, refused: COUNT }),
    ),
    description: 'The file that an import has read',
  },
  published: {
    ...orNull(answerOf('SerialMark', { serial: COUNT, at: INSTANT })),
    description: "Null while readers haven't got it",
  },
} satisfies Record<string, Schema>

/** A line that came, or went. */
export const CHANGED_ENTRY = answerOf('ChangedEntry', {
  change: { enum: ['added', 'removed'] },
  ...{ value: TEXT, kind: { enum: ENTRY_KINDS }, action: { enum: ENTRY_ACTIONS } },
  ...{ category: TEXT, reference: TEXT },
})

interface OfDecision {
  readonly params: { readonly decision: string }
}

interface DecisionsQuery extends PageQuery {
  readonly list?: string
  readonly act?: DecisionAct
  readonly urgent?: boolean
}

export const LIST_DECISIONS = operation<
  { query: DecisionsQuery },
  { readonly items: readonly DecisionView[]; readonly next: string | null }
>({
  ...{ id: 'listDecisions', method: 'get', path: '/v1/decisions', tag: TAG, act: 'read-reasons' },
  summary: 'What was decided, newest first',
  query: pageQuery({ list: LIST_ID, act: { enum: DECISION_ACTS }, urgent: YES_NO }),
  answer: pageOf('Decisions', answerOf('Decision', MEMBERS)),
  run: (desk, { person, query: { cursor, limit, ...filter } }) => {
    const [before = null] = readCursor<[number]>(cursor, ['number']) ?? []
    const found = desk.decisions.page(person, { ...filter, before, limit: limit + 1 })
    return pageFrom(found, limit, ({ decision }) => [decision])
  },
})

export const SHOW_DECISION = operation<OfDecision, DecisionStory>({
  ...{ id: 'showDecision', method: 'get', path: '/v1/decisions/{decision}', tag: TAG },
  ...{ act: 'read-reasons', summary: 'A decision, with the story of what was proposed' },
  params: { decision: DECISION_ID },
  answer: answerOf('DecisionStory', {
    ...MEMBERS,
    proposal: { ...orNull(PROPOSAL_STORY), description: 'Null: decided as it was proposed' },
  }),
  faults: ['decision/not-found'],
  run: (desk, { person, params }) => desk.decisions.find(person, params.decision),
})

export interface ChangedPage {
  readonly items: readonly ChangedEntry[]
  readonly next: string | null
}

export const LIST_DECIDED_LINES = operation<OfDecision & { query: PageQuery }, ChangedPage>({
  ...{ id: 'listDecisionLines', method: 'get', path: '/v1/decisions/{decision}/lines', tag: TAG },
  act: 'read-reasons',
  summary: 'What it added and took away, in the order of the entries; an amended one is both',
  params: { decision: DECISION_ID },
  query: pageQuery(),
  answer: pageOf('DecidedLines', CHANGED_ENTRY),
  faults: ['decision/not-found'],
  run: (desk, { person, params, query: { cursor, limit } }) => {
    const place = readCursor<[string, string]>(cursor, ['string', 'string'])
    const behind = place === null ? null : { value: place[0], kind: place[1] }
    const { items, next } = desk.decisions.lines(person, params.decision, { behind, limit })
    return { items, next: next === null ? null : printCursor([next.value, next.kind]) }
  },
})

export const DECISION_OPERATIONS: readonly AnyOperation[] = [
  ...[LIST_DECISIONS, SHOW_DECISION, LIST_DECIDED_LINES],
]
