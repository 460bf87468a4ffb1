import type { AppealAct, AppealOutcomeName } from '../../core/appeal.ts'

/** How a case ends after what lists have done in it: a list that has retired some entries and kept others has done both. */
export function outcomeOf(acts: readonly AppealAct[]): AppealOutcomeName {
  const retired = acts.some(({ act }) => act === 'retired')
  const kept = [...lastWords(acts).values()].some(({ act }) => act === 'kept')
  if (!retired) return 'refused'
  return kept ? 'partly-accepted' : 'accepted'
}

/** What a list has done. */
export interface LastWord {
  readonly act: 'retired' | 'kept'
  readonly text: string
}

/** What each list has done last, by list, in the order in which they came to it. */
export function lastWords(acts: readonly AppealAct[]): ReadonlyMap<string, LastWord> {
  const words = new Map<string, LastWord>()
  for (const { act, list, text } of acts) {
    if (list === null || (act !== 'retired' && act !== 'kept')) continue
    words.delete(list)
    words.set(list, { act, text })
  }
  return words
}
