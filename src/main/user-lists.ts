import { Fault } from '../core/fault.ts'
import { ALL_LISTS } from '../core/person.ts'

/** For which lists a role is: named, or all of them. */
export interface ListOptions {
  readonly list?: readonly string[]
  readonly allLists?: boolean
}

/** The lists, each once, or `ALL_LISTS`. Throws `usage/invalid` for both and for none. */
export function assertOneWay({ list = [], allLists = false }: ListOptions): readonly string[] {
  if (allLists !== list.length > 0) return allLists ? [ALL_LISTS] : [...new Set(list)]
  throw new Fault('usage/invalid', 'expected either --list or --all-lists, got both or none')
}

/** The ids of an option that may be given again. */
export function collectIds(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(',').map((id) => id.trim())]
}
