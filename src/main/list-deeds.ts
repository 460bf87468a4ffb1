import type { ListDefinition } from '../core/list-definition.ts'

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
