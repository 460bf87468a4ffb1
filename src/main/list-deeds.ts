import type { Command } from 'commander'
import type { ListDefinition } from '../core/list-definition.ts'
import { withWay, type Ways } from './with-way.ts'

/** What commands read of lists: in a data folder (`local-lists.ts`), or at a server (`server-lists.ts`), which shows those that one may read. */
export interface ListDeeds {
  readonly lists: () => Promise<readonly ToldList[]>
  readonly list: (id: string) => Promise<WholeList>
}

export interface ListState {
  /** Entries decided, published or not. */
  readonly entries: number
  readonly serial: number | null
  readonly publishedAt: Date | null
  /** Whether decisions wait to be published. */
  readonly isPending: boolean
}

export interface ToldList extends ListState, Pick<ListDefinition, 'id' | 'title' | 'visibility'> {}

export interface WholeList extends ListState {
  /** Where its files lie. */
  readonly place: string
  readonly definition: ListDefinition
}

const WAYS: Ways<ListDeeds> = {
  local: async () => (await import('./local-lists.ts')).localLists,
  server: async () => (await import('./server-lists.ts')).serverLists,
}

/** Runs `work` with what commands read of lists, on the way that the options name. Throws `usage/invalid`. */
export async function withLists<T>(
  command: Command,
  work: (lists: ListDeeds) => Promise<T>,
): Promise<T> {
  return withWay(command, WAYS, work)
}
