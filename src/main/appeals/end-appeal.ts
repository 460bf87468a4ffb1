import { printAppealId, type AppealAct } from '../../core/appeal.ts'
import { Fault } from '../../core/fault.ts'
import { lastWords, outcomeOf } from '../../curation/appeals/outcome-of.ts'
import type { EntryRow } from '../../store/entry-store.ts'
import type { WantedEntry } from '../find-listed.ts'
import type { Deciding } from '../proposals/deciding.ts'
import type { ProposalOutcome } from '../proposals/outcome.ts'
import { proposeRetirements } from '../proposals/propose-retirements.ts'
import { answerText, beginAnswer, recordAct, type AppealAnswer } from './answer-appeal.ts'
import { findAppeal } from './find-appeal.ts'
import { canonicalValue } from '../proposals/canonical-value.ts'
import { hasFitting, matchAppeal } from './match-appeal.ts'

/** What is accepted: entries of a list. */
export interface AppealAcceptance extends AppealAnswer {
  readonly list: string
  readonly entries: readonly WantedEntry[]
}

/**
 * Accepts for a list: retires entries of it at once, by one person's decision that is reviewed afterwards, and records it in the case, both or
 * neither. The case ends with the last list that has an entry which fits. Throws what `answerAppeal` and `proposeRetirements` throw.
 */
export function acceptAppeal(deciding: Deciding, answer: AppealAcceptance): ProposalOutcome {
  const { list, entries } = answer
  return deciding.store.write(() => {
    const { appeal, matches } = beginAnswer(deciding, answer)
    const text = answerText(answer)
    assertFitting(matches, list)
    for (const entry of entries) assertFits(matches, list, entry)
    const reason = `appeal ${printAppealId(appeal.id)}: ${text}`
    const retired = proposeRetirements(deciding, { list, entries, terms: { reason, urgent: true } })
    const { decision } = retired.outcome
    if (decision === null) throw new Error('expected an urgent retirement to be decided at once')
    recordAct(deciding, appeal, { act: 'retired', text, list, decision })
    endIfAllHave(deciding, answer.id)
    return retired.outcome
  })
}

/**
 * Refuses for a list that has an entry which fits; the case ends with the last one. For no list, which an administrator of all lists does where
 * none has still to answer, it ends at once. Throws what `answerAppeal` throws, and `entry/not-found`.
 */
export function refuseAppeal(deciding: Deciding, answer: AppealAnswer): void {
  const { list } = answer
  deciding.store.write(() => {
    const { appeal, acts, matches } = beginAnswer(deciding, answer)
    const text = answerText(answer)
    if (list === null) {
      assertNoneWaits(matches, acts)
      end(deciding, answer.id, [text])
      return
    }
    assertFitting(matches, list)
    recordAct(deciding, appeal, { act: 'kept', text, list, decision: null })
    endIfAllHave(deciding, answer.id)
  })
}

/** Who has nothing that fits decides nothing: else a refusal would tell, by whether the case ends, of the lists that have. */
function assertFitting(matches: readonly EntryRow[], list: string): void {
  if (hasFitting(matches, list)) return
  throw new Fault(
    'entry/not-found',
    `expected a list with an entry which fits now, got ${JSON.stringify(list)}, which has none`,
  )
}

/** Nothing else goes on somebody's appeal. */
function assertFits(matches: readonly EntryRow[], list: string, wanted: WantedEntry): void {
  const value = canonicalValue(wanted.value)
  const fits = matches.some(
    ({ list: its, retiredBy, entry }) =>
      its === list &&
      retiredBy === null &&
      entry.value === value &&
      (wanted.kind === undefined || entry.kind === wanted.kind),
  )
  if (fits) return
  throw new Fault(
    'entry/not-found',
    `expected entries that the appeal may be about, got ${JSON.stringify(wanted.value)}`,
  )
}

/** Lists with an entry now which fits, that haven't said that they keep it. */
function waitingLists(matches: readonly EntryRow[], acts: readonly AppealAct[]): string[] {
  const words = lastWords(acts)
  return matches
    .filter(({ list, retiredBy }) => retiredBy === null && words.get(list)?.act !== 'kept')
    .map(({ list }) => list)
}

function assertNoneWaits(matches: readonly EntryRow[], acts: readonly AppealAct[]): void {
  const waiting = [...new Set(waitingLists(matches, acts))]
  if (waiting.length === 0) return
  const detail = `expected an answer of ${waiting.join(', ')}, which has an entry that fits, got one for no list`
  throw new Fault('appeal/invalid', detail, { places: [{ path: '/list', detail }] })
}

/** Ends a case that no list with an entry which fits has still to answer; until then the appellant is told nothing of what some have done. */
function endIfAllHave(deciding: Deciding, id: string): void {
  const { store, person } = deciding
  const { appeal, acts } = findAppeal(store, person, id)
  if (waitingLists(matchAppeal(store, appeal.about), acts).length === 0) end(deciding, id, [])
}

/** With all that lists have said, and what is said now. */
function end(deciding: Deciding, id: string, said: readonly string[]): void {
  const { appeal, acts } = findAppeal(deciding.store, deciding.person, id)
  const words = [...lastWords(acts).values()].map(({ text }) => text)
  const text = [...new Set([...words, ...said])].join('\n\n')
  recordAct(deciding, appeal, { act: outcomeOf(acts), text, list: null, decision: null })
}
