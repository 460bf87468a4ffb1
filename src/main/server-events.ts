import type { EventView } from '../console/ports/events.ts'
import type { ApiClient } from '../platform/api-client.ts'
import { apiPages, eachPage } from './api-pages.ts'
import type { EventDeeds } from './event-deeds.ts'

const ASKED = { path: '/v1/events' }

/** What commands read of events, at a server. */
export function serverEvents(api: ApiClient): EventDeeds {
  return {
    events: async ({ from, limit }) => {
      const found =
        from === undefined
          ? [...(await apiPages<EventView>(api, ASKED, limit))].reverse()
          : (await eventsSince(api, from)).slice(0, limit)
      return found.map(({ number, at, actor, act, previous, hash, subject }) => {
        return { number, at, actor, act, previous, hash, subject }
      })
    },
  }
}

/** The API tells the newest first, so everything since then is read. */
async function eventsSince(api: ApiClient, from: number): Promise<readonly EventView[]> {
  const found: EventView[] = []
  for await (const page of eachPage<EventView>(api, ASKED)) {
    found.push(...page)
    const oldest = page.at(-1)
    if (oldest !== undefined && oldest.number <= from) break
  }
  return found.filter(({ number }) => number >= from).reverse()
}
