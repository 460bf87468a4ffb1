import { printAppealId, type AppealOutcomeName } from '../../core/appeal.ts'
import { lastWords } from '../../curation/appeals/last-words.ts'
import type { WantedEntry } from '../find-listed.ts'
import type { Deciding } from '../proposals/deciding.ts'
import type { ProposalOutcome } from '../proposals/outcome.ts'
import { proposeRetirements } from '../proposals/propose-retirements.ts'
import { answerText, beginAnswer, recordAct, type AppealAnswer } from './answer-appeal.ts'
import { findAppeal } from './find-appeal.ts'
import { matchAppeal } from './match-appeal.ts'

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
    const { appeal } = beginAnswer(deciding, answer)
    const text = answerText(answer)
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
 * Refuses for a list; the case ends with the last list that has an entry which fits. For no list, which an administrator of all lists does, it
 * ends at once. Throws what `answerAppeal` throws.
 */
export function refuseAppeal(deciding: Deciding, answer: AppealAnswer): void {
  const { list } = answer
  deciding.store.write(() => {
    const { appeal, acts } = beginAnswer(deciding, answer)
    const text = answerText(answer)
    if (list === null) {
      const outcome = acts.some(({ act }) => act === 'retired') ? 'partly-accepted' : 'refused'
      recordAct(deciding, appeal, { act: outcome, text, list, decision: null })
    } else {
      recordAct(deciding, appeal, { act: 'kept', text, list, decision: null })
      endIfAllHave(deciding, answer.id)
    }
  })
}

/** Ends a case that no list with an entry which fits has still to answer; until then the appellant is told nothing of what some have done. */
function endIfAllHave(deciding: Deciding, id: string): void {
  const { store, person } = deciding
  const { appeal, acts } = findAppeal(store, person, id)
  const last = lastWords(acts)
  const waits = matchAppeal(store, appeal.about).some(
    ({ list, retiredBy }) => retiredBy === null && !last.has(list),
  )
  if (waits) return
  const words = [...last.values()]
  const text = [...new Set(words.map(({ text }) => text))].join('\n\n')
  recordAct(deciding, appeal, { act: outcomeOf(words), text, list: null, decision: null })
}

function outcomeOf(words: readonly { readonly act: 'retired' | 'kept' }[]): AppealOutcomeName {
  if (words.every(({ act }) => act === 'retired')) return 'accepted'
  return words.some(({ act }) => act === 'retired') ? 'partly-accepted' : 'refused'
}
