import type { Appeal, AppealAct, AppealActName } from '../../core/appeal.ts'
import { Fault } from '../../core/fault.ts'
import { APPEAL_LIMITS } from '../../curation/appeals/appeal-limits.ts'
import { assertMayAnswer, visibleActs } from '../../curation/appeals/appeal-sight.ts'
import { parseAppealText } from '../../curation/appeals/parse-appeal.ts'
import { isSettled } from '../../curation/appeals/replay-appeal.ts'
import { findList } from '../find-list.ts'
import type { Deciding } from '../proposals/deciding.ts'
import { findAppeal, type FoundAppeal } from './find-appeal.ts'

/** What somebody does in an appeal. */
export interface AppealAnswer {
  /** Such as `a7`. */
  readonly id: string
  /** How many acts were seen, of those that one is told: what came meanwhile may change the answer. */
  readonly seen: number
  /** The list for which it is done; null where no list is concerned. */
  readonly list: string | null
  readonly text: string
}

/**
 * Writes to the appellant, or among those who decide. Throws `appeal/not-found`, `appeal/changed`, `appeal/settled`, `appeal/invalid`,
 * `list/not-found` and `user/refused`.
 */
export function answerAppeal(
  deciding: Deciding,
  act: 'answered' | 'noted',
  answer: AppealAnswer,
): void {
  const { list } = answer
  deciding.store.write(() => {
    const { appeal } = beginAnswer(deciding, answer)
    recordAct(deciding, appeal, { act, text: answerText(answer), list, decision: null })
  })
}

export function settled(): Fault {
  return new Fault('appeal/settled', 'expected a case that has no outcome yet, got one that has')
}

/** What is said, without space around it. Throws `appeal/invalid`. */
export function answerText({ text }: AppealAnswer): string {
  return parseAppealText('text', text, APPEAL_LIMITS.text)
}

/** The case that somebody acts in for a list, if it is as it was seen. Throws what `answerAppeal` does. */
export function beginAnswer(
  { store, person }: Deciding,
  { id, seen, list }: AppealAnswer,
): FoundAppeal {
  const found = findAppeal(store, person, id)
  if (isSettled(found.state)) throw settled()
  assertMayAnswer(person, list)
  // By what he is told: acts of others that he isn't would tell him of them by a number.
  if (visibleActs(person, found.acts).length === seen) return found
  throw new Fault(
    'appeal/changed',
    `expected the newest state of ${id}, got an older one: read what came meanwhile`,
  )
}

/** What the appellant isn't told: of what one list does not, for that would tell how many have the entry. */
const HIDDEN: ReadonlySet<AppealActName> = new Set(['noted', 'retired', 'kept'])

type Done = Pick<AppealAct, 'act' | 'text' | 'list' | 'decision'>

/** Records what somebody does in a case. Throws `list/not-found`. */
export function recordAct({ store, person, at }: Deciding, appeal: Appeal, done: Done): void {
  store.appeals.act(appeal, {
    ...done,
    ...{ actor: person.name, organisation: person.organisation.name, at },
    isPublic: !HIDDEN.has(done.act),
    listRowId: done.list === null ? null : findList(store, done.list).rowId,
  })
}
