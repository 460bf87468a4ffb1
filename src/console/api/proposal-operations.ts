import { Fault } from '../../core/fault.ts'
import { PROPOSAL_STATES, type ProposalState } from '../../core/proposal.ts'
import type { PlainAct } from '../../curation/plan-proposal-act.ts'
import type {
  Approval,
  ApproveRequest,
  ImpactView,
  LinePlace,
  OutcomeView,
  ProposalLine,
  ProposalStory,
  ProposalView,
  ProposedView,
  ProposeRequest,
  RevisionRequest,
} from '../ports/proposals.ts'
import { LIST_ID } from './body-of.ts'
import { pageFrom, pageQuery, readCursor, type PageQuery } from './cursor.ts'
import { operation, type AnyOperation, type Asked, type Operation } from './operation.ts'
import {
  APPROVALS,
  APPROVE,
  APPROVE_ALL,
  ASSIGN,
  CHANGE,
  IMPACT,
  LINES,
  MAX_PROPOSE_BYTES,
  OUTCOME,
  PROPOSAL_ID,
  PROPOSAL_STORY,
  PROPOSALS,
  PROPOSE,
  PROPOSED,
  UNAPPROVE,
  WITH_OPTIONAL_REASON,
  WITH_REASON,
} from './proposal-schemas.ts'

const TAG = 'proposals'

interface OfProposal {
  readonly params: { readonly proposal: string }
}

interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

interface ProposalsQuery extends PageQuery {
  readonly state?: ProposalState
  readonly list?: string
  readonly assignee?: string
}

export const LIST_PROPOSALS = operation<{ query: ProposalsQuery }, Page<ProposalView>>({
  ...{ id: 'listProposals', method: 'get', path: '/v1/proposals', tag: TAG, act: 'read-reasons' },
  summary: 'What is proposed: open ones oldest first, as a queue; others newest first',
  query: pageQuery({
    state: { enum: PROPOSAL_STATES },
    list: LIST_ID,
    assignee: { type: 'string', maxLength: 64 },
  }),
  answer: PROPOSALS,
  run: (desk, { person, query: { cursor, limit, ...filter } }) => {
    const [behind = null] = readCursor<[number]>(cursor, ['number']) ?? []
    const found = desk.proposals.page(person, { ...filter, behind, limit: limit + 1 })
    return pageFrom(found, limit, ({ proposal }) => [Number(proposal.slice(1))])
  },
})

export const PROPOSE_CHANGE = operation<{ body: ProposeRequest }, ProposedView>({
  ...{ id: 'propose', method: 'post', path: '/v1/proposals', tag: TAG, act: 'propose-add' },
  summary: 'Proposes to add, retire or amend entries; decides it where the own word is enough',
  body: PROPOSE,
  maxBodyBytes: MAX_PROPOSE_BYTES,
  answer: PROPOSED,
  faults: [
    ...(['user/refused', 'list/not-found', 'guard/stopped', 'entry/already-listed'] as const),
    ...(['entry/not-found', 'entry/invalid', 'name/invalid', 'url/invalid', 'ip/invalid'] as const),
    ...(['proposal/urgent', 'proposal/incomplete', 'proposal/warned'] as const),
  ],
  places: {
    'name/invalid': '/entries/0/value',
    'url/invalid': '/entries/0/value',
    'ip/invalid': '/entries/0/value',
    'entry/invalid': '/entries/0/value',
    'entry/not-found': '/entries/0/value',
    'entry/already-listed': '/entries/0/value',
    'guard/stopped': '/entries/0/value',
    'list/not-found': '/list',
    'user/refused': '/list',
    'proposal/urgent': '/urgent',
    'proposal/warned': '/acknowledge',
    'proposal/incomplete': '/reason',
  },
  run: (desk, { person, body, at }) => desk.proposals.propose(person, body, at),
})

export const SHOW_PROPOSAL = operation<OfProposal, ProposalStory>({
  ...{ id: 'showProposal', method: 'get', path: '/v1/proposals/{proposal}', tag: TAG },
  ...{ act: 'read-reasons', summary: 'A proposal with its story' },
  params: { proposal: PROPOSAL_ID },
  answer: PROPOSAL_STORY,
  faults: ['proposal/not-found'],
  tagOf: ({ revision }) => tagOf(revision),
  run: (desk, { person, params }) => desk.proposals.find(person, params.proposal),
})

/** What is seen of a proposal, as an entity tag: its revision, which is all that an act is about. */
export function tagOf(revision: number): string {
  return `r${revision}`
}

function revisionOf(tag: string | null): number {
  const [, revision] = /^r([1-9]\d{0,8})$/.exec(tag ?? '') ?? []
  if (revision !== undefined) return Number(revision)
  throw new Fault(
    'request/invalid',
    'expected the ETag of a proposal in If-Match, such as "r2", got another',
  )
}

interface LinesAsked extends OfProposal {
  readonly query: PageQuery
}

export const LIST_LINES = operation<LinesAsked, Page<ProposalLine>>({
  ...{ id: 'listProposalLines', method: 'get', path: '/v1/proposals/{proposal}/lines', tag: TAG },
  ...{ act: 'read-reasons', summary: 'The lines that it would add and retire' },
  params: { proposal: PROPOSAL_ID },
  query: pageQuery(),
  answer: LINES,
  faults: ['proposal/not-found'],
  run: (desk, { person, params, query: { cursor, limit } }) => {
    const place = readCursor<[string, string, string]>(cursor, ['string', 'string', 'string'])
    const from = { behind: place === null ? null : placeOf(place), limit: limit + 1 }
    const found = desk.proposals.lines(person, params.proposal, from)
    return pageFrom(found, limit, ({ change, value, kind }) => [change, value, kind])
  },
})

function placeOf([change, value, kind]: readonly [string, string, string]): LinePlace {
  return { change: change === 'retire' ? 'retire' : 'add', value, kind }
}

interface ImpactAnswer {
  /** Null while it is being worked out: ask again. */
  readonly impact: ImpactView | null
}

export const SHOW_IMPACT = operation<OfProposal, ImpactAnswer>({
  ...{ id: 'showImpact', method: 'get', path: '/v1/proposals/{proposal}/impact', tag: TAG },
  ...{
    act: 'read-reasons',
    summary: 'What would become of the list; null while that is worked out',
  },
  params: { proposal: PROPOSAL_ID },
  answer: {
    ...{ title: 'ImpactAnswer', type: 'object', additionalProperties: false },
    ...{ required: ['impact'], properties: { impact: { anyOf: [IMPACT, { type: 'null' }] } } },
  },
  faults: ['proposal/not-found'],
  run: (desk, { person, params }) => ({ impact: desk.proposals.impact(person, params.proposal) }),
})

export const APPROVE_PROPOSAL = operation<
  OfProposal & { body: { readonly acknowledge?: readonly string[] } },
  OutcomeView
>({
  ...{ id: 'approve', method: 'post', path: '/v1/proposals/{proposal}/approvals', tag: TAG },
  ...{ act: 'approve', summary: 'Approves a revision', needsTag: true },
  params: { proposal: PROPOSAL_ID },
  body: APPROVE,
  answer: OUTCOME,
  faults: [
    ...(['proposal/not-found', 'proposal/changed', 'proposal/settled', 'proposal/own'] as const),
    ...(['proposal/stopped', 'proposal/warned', 'user/refused'] as const),
  ],
  places: { 'proposal/warned': '/acknowledge' },
  run: async (desk, { person, params: { proposal }, body, tag, at }) => {
    const request = { ...body, proposal, revision: revisionOf(tag) }
    const [approval] = await desk.proposals.approve(person, [request], at)
    return throwRefused(approval)
  },
})

function throwRefused(approval: Approval | undefined): OutcomeView {
  if (approval === undefined) throw new Error('an approval without an outcome')
  const { error, ...outcome } = approval
  if (error === null) return outcome as OutcomeView
  throw new Fault(error.code, error.message)
}

export const APPROVE_SEVERAL = operation<
  { body: { readonly approvals: readonly ApproveRequest[] } },
  { readonly outcomes: readonly Approval[] }
>({
  ...{ id: 'approveSeveral', method: 'post', path: '/v1/proposals/approvals', tag: TAG },
  ...{ act: 'approve', summary: 'Approves revisions of several, each of which stands for itself' },
  body: APPROVE_ALL,
  maxBodyBytes: MAX_PROPOSE_BYTES,
  answer: APPROVALS,
  run: async (desk, { person, body, at }) => ({
    outcomes: await desk.proposals.approve(person, body.approvals, at),
  }),
})

const ACT_FAULTS = [
  ...(['proposal/not-found', 'proposal/changed', 'proposal/settled'] as const),
  ...(['proposal/incomplete', 'proposal/own', 'user/refused'] as const),
] as const

type Reasoned = OfProposal & { body: { readonly reason?: string } }

/** An act that changes nothing but what is said of a proposal. */
function plainAct<B extends object>(
  row: Pick<Operation, 'id' | 'path' | 'act' | 'summary' | 'body'>,
  act: PlainAct,
  said: (body: B) => { readonly text: string; readonly whom: string | null },
): Operation<OfProposal & { body: B }, OutcomeView> {
  return operation<OfProposal & { body: B }, OutcomeView>({
    ...row,
    ...{ method: 'post', tag: TAG, needsTag: true, answer: OUTCOME, faults: ACT_FAULTS },
    params: { proposal: PROPOSAL_ID },
    places: { 'proposal/incomplete': '/reason' },
    run: (desk, asked) => {
      const { person, params, tag, at, body } = asked as unknown as Asked<Reasoned> & { body: B }
      const request = { proposal: params.proposal, revision: revisionOf(tag), act, ...said(body) }
      return desk.proposals.act(person, request, at)
    },
  })
}

const reasonOf = ({ reason = '' }: Reasoned['body']): { text: string; whom: null } => ({
  ...{ text: reason, whom: null },
})

const of = (what: string): string => `/v1/proposals/{proposal}/${what}`

export const REJECT = plainAct<Reasoned['body']>(
  {
    ...{ id: 'reject', path: of('rejection'), act: 'reject', body: WITH_REASON },
    summary: 'Rejects it',
  },
  'rejected',
  reasonOf,
)

export const WITHDRAW = plainAct<Reasoned['body']>(
  {
    ...{ id: 'withdraw', path: of('withdrawal'), act: 'withdraw-own', body: WITH_OPTIONAL_REASON },
    summary: 'Withdraws it: whoever proposed it, or a curator of the same organisation',
  },
  'withdrawn',
  reasonOf,
)

export const COMMENT = plainAct<Reasoned['body']>(
  {
    ...{ id: 'comment', path: of('comments'), act: 'comment', body: WITH_REASON },
    summary: 'Says something',
  },
  'commented',
  reasonOf,
)

export const ASSIGN_TO = plainAct<{ readonly to: string }>(
  {
    ...{ id: 'assign', path: of('assignment'), act: 'assign', body: ASSIGN },
    summary: 'Gives it to somebody',
  },
  'assigned',
  ({ to }) => ({ text: '', whom: to }),
)

export const TAKE_BACK = plainAct<{ readonly whose?: string; readonly reason?: string }>(
  {
    ...{ id: 'unapprove', path: of('approvals/taken-back'), body: UNAPPROVE },
    summary: "Takes an approval back: one's own, or as an administrator another's",
  },
  'approval-withdrawn',
  ({ whose, reason = '' }) => ({ text: reason, whom: whose ?? null }),
)

export const CHANGE_PROPOSAL = operation<OfProposal & { body: RevisionRequest }, OutcomeView>({
  ...{ id: 'changeProposal', method: 'post', path: of('revisions'), tag: TAG, needsTag: true },
  ...{ act: 'change-proposal', summary: 'Makes the next revision; all approvals are gone' },
  params: { proposal: PROPOSAL_ID },
  body: CHANGE,
  maxBodyBytes: MAX_PROPOSE_BYTES,
  answer: OUTCOME,
  faults: [...ACT_FAULTS, 'entry/invalid', 'entry/not-found', 'proposal/urgent'],
  places: { 'entry/not-found': '/without', 'proposal/urgent': '/urgent' },
  run: (desk, { person, params: { proposal }, body, tag, at }) =>
    desk.proposals.change(person, { ...body, proposal, revision: revisionOf(tag) }, at),
})

export const OVERRIDE = operation<Reasoned, OutcomeView>({
  ...{ id: 'override', method: 'post', path: of('overrides'), tag: TAG, needsTag: true },
  ...{ act: 'override', summary: 'Asks to get round the policy; another person confirms it' },
  params: { proposal: PROPOSAL_ID },
  body: WITH_OPTIONAL_REASON,
  answer: OUTCOME,
  faults: ACT_FAULTS,
  places: { 'proposal/incomplete': '/reason' },
  run: (desk, { person, params: { proposal }, body: { reason = '' }, tag, at }) =>
    desk.proposals.override(person, { proposal, revision: revisionOf(tag), text: reason }, at),
})

export const PROPOSAL_OPERATIONS: readonly AnyOperation[] = [
  ...[LIST_PROPOSALS, PROPOSE_CHANGE, APPROVE_SEVERAL, SHOW_PROPOSAL, LIST_LINES, SHOW_IMPACT],
  ...[APPROVE_PROPOSAL, TAKE_BACK, REJECT, WITHDRAW, COMMENT, ASSIGN_TO, CHANGE_PROPOSAL, OVERRIDE],
]
