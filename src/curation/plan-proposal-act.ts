import { Fault } from '../core/fault.ts'
import type { Person } from '../core/person.ts'
import { printProposalId, type ProposalActName } from '../core/proposal.ts'
import { assertMayAct } from './assert-may-act.ts'
import { mayAct } from './may-act.ts'
import { assertProven } from './plan-approval.ts'
import { assertAsSeen, type ProposalQuestion } from './proposal-question.ts'

/** Somebody does something to a proposal that can't decide it. */
export interface ActingOn extends ProposalQuestion {
  readonly person: Person
  /** Why, or what he has to say. */
  readonly text: string
  /** Whom it is about: to whom it is assigned, whose approval is taken back. */
  readonly whom: string | null
}

/** The acts that need no guard and no decision. */
export type PlainAct = Extract<
  ProposalActName,
  'approval-withdrawn' | 'assigned' | 'commented' | 'rejected' | 'withdrawn'
>

/**
 * Whether the person may do that. Throws `proposal/settled`, `proposal/changed`, `user/refused`, and `proposal/incomplete` where an act
 * needs words.
 */
export function assertProposalAct(act: PlainAct, acting: ActingOn): void {
  assertAsSeen(acting)
  CHECKS[act](acting)
}

const CHECKS: Readonly<Record<PlainAct, (acting: ActingOn) => void>> = {
  rejected: (acting) => {
    assertMayAct(acting.person, 'reject', acting.proposal.list)
    assertText(acting, 'a reason for the rejection')
  },
  withdrawn: ({ person, proposal, standing }) => {
    const { opener, author } = standing
    const isOwn = person.name === opener.name || person.name === author.name
    if (isOwn && mayAct(person, 'withdraw-own', proposal.list).allowed) return
    const isColleague = person.organisation.name === opener.organisation
    if (isColleague && mayAct(person, 'withdraw-colleagues', proposal.list).allowed) return
    throw new Fault(
      'user/refused',
      `expected ${JSON.stringify(opener.name)}, who proposed ${printProposalId(proposal.id)}, or a curator of ${JSON.stringify(opener.organisation)}, to withdraw it, got ${JSON.stringify(person.name)}: reject it instead`,
    )
  },
  commented: (acting) => {
    assertMayAct(acting.person, 'comment', acting.proposal.list)
    assertText(acting, 'a comment')
  },
  assigned: ({ person, proposal }) => {
    assertMayAct(person, 'assign', proposal.list)
  },
  'approval-withdrawn': ({ person, proposal, standing, whom }) => {
    const name = whom ?? person.name
    if (name !== person.name) assertMayAct(person, 'unapprove', proposal.list)
    if (standing.voices.some((voice) => voice.name === name)) return
    throw new Fault(
      'proposal/own',
      `expected somebody whose word counts for ${printProposalId(proposal.id)}, got ${JSON.stringify(name)}`,
    )
  },
}

function assertText({ text }: ActingOn, what: string): void {
  if (text.trim() !== '') return
  throw new Fault('proposal/incomplete', `expected ${what}, got none`)
}

/** Whoever is a curator or approver of the list now may change it, whose ever it is. Throws as `assertProposalAct`. */
export function assertMayChange(question: ProposalQuestion & { readonly person: Person }): void {
  assertAsSeen(question)
  assertMayAct(question.person, 'change-proposal', question.proposal.list)
}

/** What somebody's word for an override amounts to: the first asks, another confirms. */
export type OverridePlan = 'override-asked' | 'override-confirmed'

/**
 * Nobody gets round the policy, or past a guard that stops, but by two people, each an approver or a publisher, of whom one says why.
 * Throws as `assertProposalAct`, and `decision/approvals-needed` where nobody is known.
 */
export function planOverride({
  proposal,
  standing,
  person,
  text,
  expected,
}: ActingOn): OverridePlan {
  assertAsSeen({ proposal, standing, expected })
  assertProven(person)
  assertMayAct(person, 'override', proposal.list)
  const asked = standing.overrideAsked
  if (asked !== null && asked.actor !== person.name) return 'override-confirmed'
  if (asked !== null) {
    throw new Fault(
      'proposal/own',
      `expected somebody else to confirm the override of ${printProposalId(proposal.id)}, got ${JSON.stringify(person.name)}, who asked for it`,
    )
  }
  if (text.trim() === '') {
    throw new Fault('proposal/incomplete', 'expected a reason for the override, got none')
  }
  return 'override-asked'
}
