import type { EventAct, EventSubject } from '../core/event.ts'
import { stopsOf, warningsOf } from '../core/guard-summary.ts'
import type { Proposal, ProposalAct, ProposalActName } from '../core/proposal.ts'

/** The event of each act; a decision has its own, with the number of its proposal. */
const EVENT_OF = {
  proposed: 'proposal',
  changed: 'proposal-changed',
  checked: 'proposal-checked',
  approved: 'approval',
  'approval-withdrawn': 'approval-withdrawn',
  rejected: 'proposal-rejected',
  withdrawn: 'proposal-withdrawn',
  commented: 'proposal-commented',
  assigned: 'proposal-assigned',
  'override-asked': 'override-asked',
  'override-confirmed': 'override-confirmed',
  decided: null,
  overtaken: 'proposal-overtaken',
} as const satisfies Record<ProposalActName, EventAct | null>

const EVENTS: ReadonlySet<EventAct | null> = new Set(Object.values(EVENT_OF))

/** Whether an event tells of an act on a proposal. */
export function isProposalEvent(act: EventAct): boolean {
  return EVENTS.has(act)
}

/** The revision that an act is about. */
export type ActedRevision = Pick<
  Proposal,
  'id' | 'list' | 'revision' | 'digest' | 'act' | 'added' | 'retired' | 'amended'
>

/** An act as its event tells it. */
export interface ToldAct {
  readonly act: EventAct
  readonly actor: string
  readonly subject: EventSubject
}

/**
 * What the chain says of an act, with the digest of the revision that it is about: an approval says exactly what was approved
 * (`docs/spec/events.md` §3). Null for the act that has an event of its own.
 */
export function tellProposalAct(
  { id, list, revision, digest, ...proposal }: ActedRevision,
  done: Omit<ProposalAct, 'revision'>,
): ToldAct | null {
  const act = EVENT_OF[done.act]
  if (act === null) return null
  const { actor, organisation, text, whom, acknowledged, findings, counts } = done
  const { added, retired, amended } = proposal
  const subject: EventSubject = {
    ...{ proposal: id, list, revision, digest, organisation, counts: counts ? 1 : 0 },
    ...(text !== '' && { text }),
    ...(whom !== null && { whom }),
    ...(acknowledged.length > 0 && { acknowledged }),
    ...(findings !== null && { stops: stopsOf(findings), warnings: warningsOf(findings) }),
    ...((done.act === 'proposed' || done.act === 'changed') && {
      ...{ act: proposal.act, added, retired, amended },
    }),
  }
  return { act, actor, subject }
}

/** Records an act in the transaction that does it. */
export function recordProposalAct(
  { events }: { readonly events: { readonly append: (told: ToldAct) => unknown } },
  revision: ActedRevision,
  done: Omit<ProposalAct, 'revision'>,
): void {
  const told = tellProposalAct(revision, done)
  if (told !== null) events.append(told)
}
