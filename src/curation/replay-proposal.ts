import { warningsOf, type GuardSummary } from '../core/guard-summary.ts'
import type { ProposalAct, ProposalState } from '../core/proposal.ts'

/** Somebody whose word counts, and the warnings that he has seen. */
export interface Voice {
  readonly name: string
  readonly organisation: string
  readonly acknowledged: readonly string[]
}

/** How a proposal stands after its acts. */
export interface Standing {
  readonly state: ProposalState
  readonly revision: number
  /** Who proposed it first. */
  readonly opener: Author
  /** Who made this revision: it is his own. */
  readonly author: Author
  /** Everybody who has given his word for this revision, in that order. */
  readonly voices: readonly Voice[]
  readonly overrideAsked: ProposalAct | null
  /** What the guards have last found. */
  readonly findings: readonly GuardSummary[]
  /** Empty for nobody. */
  readonly assignee: string
  /** The last act that anybody has to know of: the one that settled it, or that made this revision. */
  readonly turn: ProposalAct
}

interface Author {
  readonly name: string
  readonly organisation: string
}

/** The standing that a proposal's acts, oldest first, amount to. A change takes all words back: they were given for another text. */
export function replayProposal(acts: readonly ProposalAct[]): Standing {
  const [first, ...rest] = acts
  if (first?.act !== 'proposed') throw new Error('expected a story that begins with its proposal')
  return rest.reduce(next, revised(first, { opener: authorOf(first), assignee: '', findings: [] }))
}

function revised(
  act: ProposalAct,
  { opener, assignee, findings }: Pick<Standing, 'opener' | 'assignee' | 'findings'>,
): Standing {
  return {
    ...{ state: 'open', revision: act.revision, opener, author: authorOf(act), assignee },
    ...{ voices: act.counts ? [voiceOf(act)] : [], overrideAsked: null, turn: act },
    findings: act.findings ?? findings,
  }
}

function next(standing: Standing, act: ProposalAct): Standing {
  const now = act.findings === null ? standing : { ...standing, findings: act.findings }
  switch (act.act) {
    case 'changed':
      return revised(act, now)
    case 'approved':
      return { ...now, voices: [...without(now.voices, act.actor), voiceOf(act)] }
    case 'approval-withdrawn':
      return { ...now, voices: without(now.voices, act.whom ?? act.actor) }
    case 'override-asked':
      return { ...now, overrideAsked: act }
    case 'assigned':
      return { ...now, assignee: act.whom ?? '' }
    case 'decided':
    case 'rejected':
    case 'withdrawn':
    case 'overtaken':
      return { ...now, state: act.act, turn: act }
    case 'proposed':
    case 'checked':
    case 'commented':
    case 'override-confirmed':
      return now
  }
}

function without(voices: readonly Voice[], name: string): readonly Voice[] {
  return voices.filter((voice) => voice.name !== name)
}

function authorOf({ actor: name, organisation }: ProposalAct): Author {
  return { name, organisation }
}

function voiceOf({ actor: name, organisation, acknowledged }: ProposalAct): Voice {
  return { name, organisation, acknowledged }
}

/** Those whose word stands: whoever hasn't seen a warning of today must give his again. */
export function standingVoices({
  voices,
  findings,
}: Pick<Standing, 'voices' | 'findings'>): readonly Voice[] {
  const warnings = warningsOf(findings)
  return voices.filter(({ acknowledged }) => warnings.every((code) => acknowledged.includes(code)))
}
