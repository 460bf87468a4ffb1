import { printAppealId, type AppealAct, type AppealActName } from '../../core/appeal.ts'
import { Fault } from '../../core/fault.ts'
import { APPEAL_LIMITS } from '../../curation/appeals/appeal-limits.ts'
import { assertMayAnswer } from '../../curation/appeals/appeal-sight.ts'
import { parseAppealText } from '../../curation/appeals/parse-appeal.ts'
import { isSettled } from '../../curation/appeals/replay-appeal.ts'
import { findList } from '../find-list.ts'
import type { WantedEntry } from '../find-listed.ts'
import type { Deciding } from '../proposals/deciding.ts'
import type { ProposalOutcome } from '../proposals/outcome.ts'
import { proposeRetirements } from '../proposals/propose-retirements.ts'
import { findAppeal, type FoundAppeal } from './find-appeal.ts'

/** What somebody does in an appeal. */
export interface AppealAnswer {
  /** Such as `a7`. */
  readonly id: string
  /** How many acts were seen: what came meanwhile may change the answer. */
  readonly seen: number
  /** The list for which it is done; null where no list is concerned. */
  readonly list: string | null
  readonly text: string
}

/**
 * Writes to the appellant, or among those who decide, or refuses. Throws `appeal/not-found`, `appeal/changed`, `appeal/settled`,
 * `appeal/invalid`, `list/not-found` and `user/refused`.
 */
export function answerAppeal(
  deciding: Deciding,
  act: Extract<AppealActName, 'answered' | 'noted' | 'refused'>,
  answer: AppealAnswer,
): void {
  const { list } = answer
  deciding.store.write(() => {
    const found = begin(deciding, answer)
    record(deciding, found, { act, text: textOf(answer), list, decision: null })
  })
}

/** What is accepted: entries of a list. */
export interface AppealAcceptance extends AppealAnswer {
  readonly list: string
  readonly entries: readonly WantedEntry[]
}

/**
 * Accepts: retires entries of a list at once, by one person's decision that is reviewed afterwards, and ends the case, both or neither. Throws
 * what `answerAppeal` and `proposeRetirements` throw.
 */
export function acceptAppeal(deciding: Deciding, answer: AppealAcceptance): ProposalOutcome {
  const { list, entries } = answer
  return deciding.store.write(() => {
    const found = begin(deciding, answer)
    const text = textOf(answer)
    const reason = `appeal ${printAppealId(found.appeal.id)}: ${text}`
    const retired = proposeRetirements(deciding, { list, entries, terms: { reason, urgent: true } })
    const { decision } = retired.outcome
    if (decision === null) throw new Error('expected an urgent retirement to be decided at once')
    record(deciding, found, { act: 'accepted', text, list, decision })
    return retired.outcome
  })
}

export function settled(): Fault {
  return new Fault('appeal/settled', 'expected a case that has no outcome yet, got one that has')
}

function textOf({ text }: AppealAnswer): string {
  return parseAppealText('text', text, APPEAL_LIMITS.text)
}

function begin({ store, person }: Deciding, { id, seen, list }: AppealAnswer): FoundAppeal {
  const found = findAppeal(store, person, id)
  assertMayAnswer(person, list)
  if (isSettled(found.state)) throw settled()
  if (found.acts.length === seen) return found
  throw new Fault(
    'appeal/changed',
    `expected the newest state of ${id}, got an older one: read what came meanwhile`,
  )
}

type Done = Pick<AppealAct, 'act' | 'text' | 'list' | 'decision'>

function record({ store, person, at }: Deciding, { appeal }: FoundAppeal, done: Done): void {
  store.appeals.act(appeal, {
    ...done,
    ...{ actor: person.name, organisation: person.organisation.name, at },
    isPublic: done.act !== 'noted',
    listRowId: done.list === null ? null : findList(store, done.list).rowId,
  })
}
