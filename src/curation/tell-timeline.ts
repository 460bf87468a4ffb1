import type { Entry } from '../core/entry.ts'
import type { DecisionAct, ProposalAct, ProposalActName } from '../core/proposal.ts'
import type { ReviewCause, ReviewOutcome } from '../core/review.ts'
import type { SerialMark } from './tell-story.ts'

export const STORY_ACTS = [
  ...(['added', 'amended', 'retired', 'published', 'unpublished'] as const),
  ...(['review-opened', 'review-done'] as const),
] as const

/** What happens in the story of an entry: to it, or to what was proposed about it. */
export type StoryAct = (typeof STORY_ACTS)[number] | Exclude<ProposalActName, 'decided'>

/** One line of the story. */
export interface StoryEvent {
  readonly at: Date
  readonly list: string
  readonly entry: Entry
  readonly act: StoryAct
  /** Empty for a serial, which has no more than its time. */
  readonly actor: string
  readonly organisation: string
  readonly text: string
  readonly serial: number | null
  readonly decision: number | null
  readonly proposal: string | null
  readonly review: number | null
  readonly outcome: ReviewOutcome | null
  readonly cause: ReviewCause | null
  readonly isUrgent: boolean
}

export interface StoryProposal {
  readonly proposal: string
  readonly acts: readonly ProposalAct[]
}

export interface StoryDecision {
  readonly id: number
  readonly act: DecisionAct
  readonly decidedBy: string
  readonly decidedAt: Date
  readonly reason: string
  readonly urgent: boolean
  readonly proposal: StoryProposal | null
}

export interface StoryReview {
  readonly id: number
  readonly cause: ReviewCause
  readonly acts: readonly {
    readonly act: 'opened' | 'done'
    readonly at: Date
    readonly actor: string
    readonly outcome: ReviewOutcome | null
    readonly reason: string
  }[]
}

/** A stay of an entry with everything that was about it. */
export interface StoryStay {
  readonly list: string
  readonly entry: Entry
  readonly since: SerialMark | null
  readonly until: SerialMark | null
  readonly added: StoryDecision | null
  readonly retired: StoryDecision | null
  readonly reviews: readonly StoryReview[]
}

/** What is proposed about an entry and not decided yet. */
export interface StoryOpen extends StoryProposal {
  readonly list: string
  readonly entry: Entry
}

/**
 * The story of an entry, oldest first. An amendment is one event, though the entry leaves its place for its successor; each proposal and each
 * review is told once, whatever stays it has to do with. That a proposal was decided is told by what came of it.
 */
export function tellTimeline(
  stays: readonly StoryStay[],
  open: readonly StoryOpen[],
): readonly StoryEvent[] {
  const told = new Set<string>()
  const isNew = (what: string): boolean => {
    const isFirst = !told.has(what)
    told.add(what)
    return isFirst
  }
  const events = [
    ...stays.flatMap((stay) => stayEvents(stay, stays, isNew)),
    ...open.flatMap((one) => (isNew(one.proposal) ? proposalEvents(one, one) : [])),
  ]
  // Sorting keeps the order of what happened at the same time.
  return events.sort((a, b) => a.at.getTime() - b.at.getTime())
}

type IsNew = (what: string) => boolean
type About = Pick<StoryStay, 'list' | 'entry'>

function stayEvents(stay: StoryStay, stays: readonly StoryStay[], isNew: IsNew): StoryEvent[] {
  const { added, retired, since, until, reviews } = stay
  const isAmended = retired?.act === 'amend'
  const hasSuccessor = stays.some((other) => isSuccessor(other, stay))
  return [
    ...(added === null ? [] : decisionEvents(stay, added, isNew)),
    ...(since === null ? [] : [serialEvent(stay, 'published', since)]),
    ...reviews.flatMap((review) => (isNew(`r${review.id}`) ? reviewEvents(stay, review) : [])),
    ...(retired === null || isAmended ? [] : decisionEvents(stay, retired, isNew, 'retired')),
    ...(until === null || hasSuccessor ? [] : [serialEvent(stay, 'unpublished', until)]),
  ]
}

/** Whether the entry is published as something else by the very serial. */
function isSuccessor(other: StoryStay, { list, entry, until }: StoryStay): boolean {
  return (
    other.list === list &&
    other.entry.value === entry.value &&
    other.entry.kind === entry.kind &&
    other.since !== null &&
    other.since.serial === until?.serial
  )
}

function event(
  { list, entry }: About,
  what: Partial<StoryEvent> & Pick<StoryEvent, 'at' | 'act'>,
): StoryEvent {
  return {
    ...{ list, entry, actor: '', organisation: '', text: '', serial: null, decision: null },
    ...{ proposal: null, review: null, outcome: null, cause: null, isUrgent: false, ...what },
  }
}

function decisionEvents(
  about: About,
  decision: StoryDecision,
  isNew: IsNew,
  act: StoryAct = decision.act === 'amend' ? 'amended' : 'added',
): StoryEvent[] {
  const { id, decidedBy: actor, decidedAt: at, reason: text, urgent: isUrgent, proposal } = decision
  const before =
    proposal !== null && isNew(proposal.proposal) ? proposalEvents(about, proposal) : []
  const named = { proposal: proposal?.proposal ?? null, decision: id }
  return [...before, event(about, { at, act, actor, text, isUrgent, ...named })]
}

function proposalEvents(about: About, { proposal, acts }: StoryProposal): StoryEvent[] {
  return acts.flatMap(({ act, at, actor, organisation, text }) =>
    act === 'decided' ? [] : [event(about, { at, act, actor, organisation, text, proposal })],
  )
}

function reviewEvents(about: About, { id: review, cause, acts }: StoryReview): StoryEvent[] {
  return acts.map(({ act, at, actor, outcome, reason: text }) =>
    event(about, { at, act: `review-${act}`, actor, text, outcome, cause, review }),
  )
}

function serialEvent(about: About, act: StoryAct, { serial, at }: SerialMark): StoryEvent {
  return event(about, { at, act, serial })
}
