import {
  APPROVE_PROPOSAL,
  ASSIGN_TO,
  CHANGE_PROPOSAL,
  COMMENT,
  OVERRIDE,
  REJECT,
  TAKE_BACK,
  WITHDRAW,
} from '../../api/proposal-operations.ts'
import type { OutcomeView } from '../../ports/proposals.ts'
import type { Texts } from '../../texts/texts.ts'
import type { FormFields } from '../form-fields.ts'
import { formAction, type FormAction, type Next } from '../page.ts'
import { PROPOSAL_PAGE } from './proposal.tsx'

type Params = Readonly<Record<string, string>>

/** Back to the proposal, which tells what became of it. */
function then(done: keyof Texts['done']): (answer: OutcomeView, params: Params) => Next {
  return ({ state }, { proposal = '' }) => ({
    to: `/console/proposals/${proposal}`,
    done: state === 'decided' ? 'decided' : done,
  })
}

function path(act: string): string {
  return `${PROPOSAL_PAGE.path}/${act}`
}

function reason(fields: FormFields): { body: object } {
  return { body: { reason: fields.text('reason') } }
}

/** What the forms on a proposal's page do. */
export const PROPOSAL_ACTIONS: readonly FormAction[] = [
  formAction({
    ...{ path: path('approve'), operation: APPROVE_PROPOSAL, page: PROPOSAL_PAGE },
    input: (fields) => ({ body: { acknowledge: fields.all('acknowledge') } }),
    next: then('approved'),
  }),
  formAction({
    ...{ path: path('take-back'), operation: TAKE_BACK, page: PROPOSAL_PAGE },
    input: () => ({ body: {} }),
    next: then('takenBack'),
  }),
  formAction({
    ...{ path: path('comment'), operation: COMMENT, page: PROPOSAL_PAGE },
    ...{ input: reason, next: then('commented') },
  }),
  formAction({
    ...{ path: path('reject'), operation: REJECT, page: PROPOSAL_PAGE },
    ...{ input: reason, next: then('rejected') },
  }),
  formAction({
    ...{ path: path('withdraw'), operation: WITHDRAW, page: PROPOSAL_PAGE },
    ...{ input: reason, next: then('withdrawn') },
  }),
  formAction({
    ...{ path: path('assign'), operation: ASSIGN_TO, page: PROPOSAL_PAGE },
    input: (fields) => ({ body: { to: fields.text('to') } }),
    next: then('assigned'),
  }),
  formAction({
    ...{ path: path('override'), operation: OVERRIDE, page: PROPOSAL_PAGE },
    ...{ input: reason, next: then('overrideAsked') },
  }),
  formAction({
    ...{ path: path('change'), operation: CHANGE_PROPOSAL, page: PROPOSAL_PAGE },
    input: (fields) => ({
      body: {
        ...{ note: fields.text('note'), reason: fields.text('reason') },
        ...{ basis: fields.text('basis'), evidence: fields.text('evidence') },
        evidenceSha256: fields.text('evidenceSha256').toLowerCase(),
        ...fields.optional('category'),
        without: fields.lines('without'),
      },
    }),
    next: then('changed'),
  }),
]
