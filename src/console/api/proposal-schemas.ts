import { ENTRY_ACTIONS, ENTRY_KINDS } from '../../core/entry.ts'
import { DECISION_ACTS, PROPOSAL_ACTS, PROPOSAL_STATES } from '../../core/proposal.ts'
import {
  answerOf,
  bodyOf,
  COUNT,
  INSTANT,
  LIST_ID,
  listOf,
  orNull,
  pageOf,
  SHA256,
  TEXT,
  words,
  YES_NO,
} from './body-of.ts'
import type { Schema } from './operation.ts'

/** Entries of one proposal; a file has no such limit. */
const MAX_ENTRIES = 10_000
/** Entries that are told of with what became of them. */
export const MAX_TOLD_ENTRIES = 100
/** Proposals that are approved with one request. */
const MAX_APPROVALS = 500
/** Characters of what people write. */
const MAX_WORDS = 4000

/** Bytes of a body that may name many entries. */
export const MAX_PROPOSE_BYTES = 8 * 1024 * 1024

export const PROPOSAL_ID: Schema = { type: 'string', pattern: '^p[1-9][0-9]{0,14}$' }

const SPEAKER = answerOf('Speaker', { name: TEXT, organisation: TEXT })

const MISSING = answerOf('Missing', {
  people: COUNT,
  organisations: COUNT,
  stops: listOf(TEXT),
})

export const FINDING = answerOf('GuardFinding', {
  code: TEXT,
  class: { enum: ['stop', 'warn'] },
  message: TEXT,
  count: COUNT,
  samples: listOf(TEXT),
})

const PROPOSAL_MEMBERS = {
  proposal: PROPOSAL_ID,
  list: LIST_ID,
  act: { enum: DECISION_ACTS },
  urgent: YES_NO,
  state: { enum: PROPOSAL_STATES },
  revision: COUNT,
  digest: TEXT,
  openedAt: INSTANT,
  proposer: SPEAKER,
  author: SPEAKER,
  assignee: TEXT,
  added: COUNT,
  retired: COUNT,
  amended: COUNT,
  reason: TEXT,
  legalBasis: TEXT,
  evidence: TEXT,
  evidenceSha256: TEXT,
  category: TEXT,
  reference: TEXT,
  source: { type: ['string', 'null'] },
  samples: listOf(TEXT),
  voices: listOf(SPEAKER),
  policy: orNull(answerOf('ApprovalPolicy', { people: COUNT, organisations: COUNT })),
  missing: orNull(MISSING),
  findings: listOf(FINDING),
  decision: { type: ['integer', 'null'] },
} satisfies Record<string, Schema>

export const PROPOSAL = answerOf('Proposal', PROPOSAL_MEMBERS)
export const PROPOSALS = pageOf('Proposals', PROPOSAL)

export const PROPOSAL_STORY = answerOf('ProposalStory', {
  ...PROPOSAL_MEMBERS,
  acts: listOf(
    answerOf('ProposalAct', {
      act: { enum: PROPOSAL_ACTS },
      actor: TEXT,
      organisation: TEXT,
      at: INSTANT,
      revision: COUNT,
      text: TEXT,
      counts: YES_NO,
      acknowledged: listOf(TEXT),
      findings: { ...listOf(TEXT), description: 'The codes of what guards found at that time' },
      whom: { type: ['string', 'null'] },
      decision: { type: ['integer', 'null'] },
    }),
  ),
})

const ENTRY_MEMBERS = {
  value: TEXT,
  kind: { enum: ENTRY_KINDS },
  action: { enum: ENTRY_ACTIONS },
  category: TEXT,
  reference: TEXT,
} satisfies Record<string, Schema>

export const LINES = pageOf(
  'ProposalLines',
  answerOf('ProposalLine', { change: { enum: ['add', 'retire'] }, ...ENTRY_MEMBERS }),
)

export const IMPACT = answerOf('Impact', {
  sentences: listOf(TEXT),
  formats: listOf(answerOf('FormatImpact', { format: TEXT, written: COUNT, sentence: TEXT })),
  before: { type: ['integer', 'null'] },
  after: { type: 'integer' },
  breaker: listOf(TEXT),
})

const OUTCOME_MEMBERS = {
  list: LIST_ID,
  proposal: { type: ['string', 'null'] },
  revision: { type: ['integer', 'null'] },
  state: { enum: PROPOSAL_STATES },
  decision: { type: ['integer', 'null'] },
  missing: orNull(MISSING),
  findings: listOf(FINDING),
  note: TEXT,
  serial: { type: ['integer', 'null'] },
} satisfies Record<string, Schema>

export const OUTCOME = answerOf('Outcome', OUTCOME_MEMBERS)

const PROPOSED_ENTRIES: Schema = {
  ...listOf(answerOf('ProposedEntry', ENTRY_MEMBERS)),
  maxItems: MAX_TOLD_ENTRIES,
}

export const PROPOSED = answerOf('Proposed', {
  ...OUTCOME_MEMBERS,
  entries: { ...PROPOSED_ENTRIES, description: 'As they were understood; of many the first' },
  coveredBy: { ...PROPOSED_ENTRIES, description: 'What the list has that covers them already' },
})

export const APPROVALS = answerOf('Approvals', {
  outcomes: listOf({
    oneOf: [
      answerOf('Approved', { ...OUTCOME_MEMBERS, error: { type: 'null' } }),
      answerOf('NotApproved', {
        proposal: TEXT,
        error: answerOf('WhyNotApproved', { code: TEXT, message: TEXT }),
      }),
    ],
  }),
})

const TERMS = {
  reason: words(MAX_WORDS),
  basis: { type: 'string', maxLength: MAX_WORDS },
  evidence: { type: 'string', maxLength: MAX_WORDS },
  evidenceSha256: { anyOf: [SHA256, { const: '' }] },
  urgent: YES_NO,
  acknowledge: { ...listOf({ type: 'string', maxLength: 60 }), maxItems: 50 },
} satisfies Record<string, Schema>

const OPTIONAL_TERMS = ['basis', 'evidence', 'evidenceSha256', 'urgent', 'acknowledge']

const SHORT: Schema = { type: 'string', maxLength: 80 }

const FIELDS = { action: SHORT, category: SHORT, reference: SHORT } satisfies Record<string, Schema>

/** Long enough for whatever may be meant, and short enough to be looked at. */
const VALUE: Schema = { type: 'string', minLength: 1, maxLength: 8192 }

export const PROPOSE = bodyOf(
  {
    list: LIST_ID,
    act: { enum: ['add', 'retire', 'amend'] },
    entries: {
      ...listOf(bodyOf({ value: VALUE, kind: SHORT, ...FIELDS }, ['kind', ...Object.keys(FIELDS)])),
      ...{ minItems: 1, maxItems: MAX_ENTRIES },
    },
    ...FIELDS,
    ...TERMS,
  },
  [...Object.keys(FIELDS), ...OPTIONAL_TERMS],
)

export const APPROVE = bodyOf({ acknowledge: TERMS.acknowledge }, ['acknowledge'])

export const APPROVE_ALL = bodyOf({
  approvals: {
    ...listOf(
      bodyOf(
        {
          proposal: PROPOSAL_ID,
          revision: { type: 'integer', minimum: 1 },
          acknowledge: TERMS.acknowledge,
        },
        ['acknowledge'],
      ),
    ),
    ...{ minItems: 1, maxItems: MAX_APPROVALS },
  },
})

export const WITH_REASON = bodyOf({ reason: words(MAX_WORDS) })
export const WITH_OPTIONAL_REASON = bodyOf({ reason: { type: 'string', maxLength: MAX_WORDS } }, [
  'reason',
])
export const ASSIGN = bodyOf({
  to: { type: 'string', maxLength: 64, description: 'A user; empty for nobody' },
})
export const UNAPPROVE = bodyOf(
  {
    whose: { type: 'string', maxLength: 64, description: "A user; left out: the caller's own" },
    reason: { type: 'string', maxLength: MAX_WORDS },
  },
  ['whose', 'reason'],
)

export const CHANGE = bodyOf(
  {
    note: words(MAX_WORDS),
    ...TERMS,
    ...FIELDS,
    without: { ...listOf(VALUE), maxItems: MAX_ENTRIES },
  },
  [...Object.keys(TERMS), ...Object.keys(FIELDS), 'without'],
)
