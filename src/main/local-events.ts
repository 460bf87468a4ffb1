import type { EventDeeds } from './event-deeds.ts'
import { withStore } from './find-list.ts'
import type { GlobalOptions } from './global-options.ts'

/** What commands read of events, in a data folder: whoever can read the folder may. */
export function localEvents({ data }: Pick<GlobalOptions, 'data'>): EventDeeds {
  return {
    events: ({ from, limit }) =>
      withStore(data, (store) =>
        store.read(() => {
          const first = from ?? Math.max(1, store.events.head().number - limit + 1)
          return [...store.events.all(first, limit)]
        }),
      ),
  }
}
