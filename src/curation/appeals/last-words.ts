import type { AppealAct } from '../../core/appeal.ts'

/** What a list has done in a case. */
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
