import type { ListStory, ListView } from '../console/ports/lists.ts'
import type { ApiClient } from '../platform/api-client.ts'
import type { ListDeeds, ListState } from './list-deeds.ts'

const PATH = '/v1/curated-lists'

/** What commands read of lists, at a server. */
export function serverLists(api: ApiClient): ListDeeds {
  return {
    lists: async () => {
      const told = await api.ask({ method: 'GET', path: PATH })
      return (told as { readonly items: readonly ListView[] }).items.map((view) => {
        const { list: id, title, visibility } = view
        return { id, title, visibility, ...stateOf(view) }
      })
    },
    list: async (id) => {
      const path = `${PATH}/${encodeURIComponent(id)}`
      const story = (await api.ask({ method: 'GET', path })) as ListStory
      const { place, definition } = story
      return { ...stateOf(story), place, definition }
    },
  }
}

function stateOf({ entries, published, waiting }: ListView): ListState {
  return {
    entries,
    serial: published?.serial ?? null,
    publishedAt: published === null ? null : new Date(published.publishedAt),
    isPending: waiting.decisions > 0,
  }
}
