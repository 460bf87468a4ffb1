import type { PublishingDesk } from '../../console/ports/publishing.ts'
import { assertMayAct } from '../../curation/assert-may-act.ts'
import { pageDifference } from '../../curation/page-difference.ts'
import { planLists } from '../publish-lists.ts'
import type { DeskDeps } from './desk-deps.ts'
import { linesBetween } from './lines-between.ts'
import { readableList } from './readable-lists.ts'
import { viewPublished } from './view-published.ts'

/** What people publish over the network, by the same use case as the command. */
export function publishingDesk({ data, store }: Pick<DeskDeps, 'data' | 'store'>): PublishingDesk {
  return {
    plan: (person, id) => {
      const [plan] = planLists({ store }, [readableList(store, person, { id })])
      if (plan === undefined) throw new Error('a list was planned without an outcome')
      return viewPublished(plan)
    },
    lines: (person, id, page) =>
      store.read(() => {
        const list = readableList(store, person, { id })
        const from = store.publications.latest(list.rowId)?.decision ?? 0
        const { added, retired, amended } = store.figures.waiting(list.rowId, from)
        const to = store.decisions.lastDecision(list.rowId)
        const lines = added + retired + 2 * amended
        return pageDifference(linesBetween(store, list, { from, to, lines }), page)
      }),
    publish: async (person, { list: id, override }) => {
      const list = readableList(store, person, { id, act: 'publish' })
      if (override !== null) assertMayAct(person, 'override', list.id)
      // What signs is loaded when somebody publishes.
      const { publishNow } = await import('../publish-hooks.ts')
      return viewPublished(await publishNow({ data, store, actor: person.name }, list, override))
    },
  }
}
