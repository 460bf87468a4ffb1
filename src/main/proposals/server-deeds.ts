import type {
  Approval,
  OutcomeView,
  ProposalLine,
  ProposalStory,
  ProposalView,
  ProposedView,
} from '../../console/ports/proposals.ts'
import type { DecisionStory, DecisionView } from '../../console/ports/decisions.ts'
import { Fault } from '../../core/fault.ts'
import type { PlainAct } from '../../curation/plan-proposal-act.ts'
import type { ApiClient } from '../../platform/api-client.ts'
import { apiPages, raiseLimit } from '../api-pages.ts'
import { publicDecision, type ToldDecision } from '../public-decision.ts'
import { isDecisionId, noDecision } from './decision-id.ts'
import type { Approved, Deeds, QueueFilter, Seen, ShownDecided } from './deeds.ts'
import { plainOutcome, type ProposalOutcome } from './outcome.ts'

/** What commands do with entries and proposals, at a server. */
export function serverDeeds(api: ApiClient): Deeds {
  const post = async (path: string, body: object, tag?: string): Promise<unknown> =>
    api.ask({ method: 'POST', path, body, ...(tag !== undefined && { tag }) })
  const actOn = async (what: string, seen: Seen<object>, body: object): Promise<ProposalOutcome> =>
    plainOutcome((await post(pathOf(seen.id, what), body, await tagOf(api, seen))) as OutcomeView)
  return {
    propose: async ({ override, ...request }) => {
      if (override !== undefined) throw noOverride()
      const view = (await post('/v1/proposals', request)) as ProposedView
      const { entries, coveredBy, serial } = view
      const published = serial === null ? null : { serial }
      return { outcome: plainOutcome(view), entries, coveredBy, published, isUnproven: false }
    },
    approve: (requests) => approveAll(api, requests),
    act: async ({ act, text, whom, ...seen }) =>
      act === 'assigned'
        ? actOn('assignment', seen, { to: whom ?? '' })
        : actOn(ACTS[act], seen, {
            ...(text !== '' && { reason: text }),
            ...(act === 'approval-withdrawn' && whom !== null && { whose: whom }),
          }),
    change: ({ id, expected, acknowledged, without, ...said }) =>
      actOn(
        'revisions',
        { id, expected },
        {
          ...said,
          ...(acknowledged.length > 0 && { acknowledge: acknowledged }),
          ...(without.length > 0 && { without }),
        },
      ),
    override: ({ text, ...seen }) =>
      actOn('overrides', seen, { ...(text !== '' && { reason: text }) }),
    queue: (filter) => queueOf(api, filter),
    show: async (id, maxLines) => {
      const told = await storyOf(api, id)
      const path = pathOf(id, 'lines')
      return { told, lines: await apiPages<ProposalLine>(api, { path }, maxLines) }
    },
    decisions: async ({ list, before, limit }) => {
      if (before !== undefined) throw raiseLimit('--before')
      const asked = { path: '/v1/decisions', query: { list } }
      return (await apiPages<DecisionView>(api, asked, limit)).map(toDecision)
    },
    decided: (id) => decidedOf(api, id),
  }
}

const ACTS = {
  'approval-withdrawn': 'approvals/taken-back',
  commented: 'comments',
  rejected: 'rejection',
  withdrawn: 'withdrawal',
} as const satisfies Partial<Record<PlainAct, string>>

/** What no API offers: two people override, each in his own name. */
export function noOverride(): Fault {
  return new Fault(
    'usage/invalid',
    'expected no --override with --server, got one: propose it without, and let two people do «bailiwick decision override»',
  )
}

function pathOf(id: string, what = ''): string {
  return `/v1/proposals/${encodeURIComponent(id)}${what === '' ? '' : `/${what}`}`
}

async function storyOf(api: ApiClient, id: string): Promise<ProposalStory> {
  return (await api.ask({ method: 'GET', path: pathOf(id) })) as ProposalStory
}

/** The entity tag of the revision that was looked at, or of the newest. */
async function tagOf(api: ApiClient, { id, expected }: Seen<object>): Promise<string> {
  return `r${expected ?? (await storyOf(api, id)).revision}`
}

async function approveAll(
  api: ApiClient,
  requests: Parameters<Deeds['approve']>[0],
): Promise<readonly Approved[]> {
  const seen = await Promise.all(requests.map((request) => revisionOf(api, request)))
  const approvals = requests.flatMap(({ id: proposal, acknowledged: acknowledge }, i) => {
    const revision = seen[i]
    return typeof revision === 'number' ? [{ proposal, revision, acknowledge }] : []
  })
  const path = '/v1/proposals/approvals'
  const outcomes =
    approvals.length === 0
      ? []
      : ((await api.ask({ method: 'POST', path, body: { approvals } })) as AllApproved).outcomes
  const next = outcomes.values()
  return seen.map((revision) => {
    if (revision instanceof Fault) return revision
    const { value } = next.next()
    if (value === undefined) throw lost()
    if (value.error !== null) return new Fault(value.error.code, value.error.message)
    return plainOutcome(value)
  })
}

interface AllApproved {
  readonly outcomes: readonly Approval[]
}

function lost(): Fault {
  return new Fault('fetch/unexpected', 'expected what became of each approval, got fewer answers')
}

/** What isn't there, and can't be approved, is a fault in its place. */
async function revisionOf(api: ApiClient, { id, expected }: Seen<object>): Promise<number | Fault> {
  if (expected !== null) return expected
  try {
    return (await storyOf(api, id)).revision
  } catch (error) {
    if (error instanceof Fault && error.code.startsWith('proposal/')) return error
    throw error
  }
}

async function queueOf(api: ApiClient, filter: QueueFilter): Promise<readonly ProposalView[]> {
  const { before, limit, ...query } = filter
  if (before !== undefined) {
    throw raiseLimit('--before')
  }
  return apiPages<ProposalView>(api, { path: '/v1/proposals', query }, limit)
}

/** A decision by its number. Throws `decision/not-found`. */
export async function decidedOf(api: ApiClient, id: string): Promise<ShownDecided> {
  if (!isDecisionId(id)) throw noDecision(id)
  const told = (await api.ask({ method: 'GET', path: `/v1/decisions/${id}` })) as DecisionStory
  return { decision: toDecision(told), proposal: told.proposal }
}

function toDecision({ decision: id, decidedAt, file, ...same }: DecisionView): ToldDecision {
  return publicDecision({ ...same, id, decidedAt: new Date(decidedAt), source: file })
}
