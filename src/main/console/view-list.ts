import type { ListView, PublicationView } from '../../console/ports/lists.ts'
import type { StoredList } from '../../store/list-store.ts'
import type { Store } from '../../store/open-store.ts'
import type { Publication } from '../../store/publication-store.ts'
import { nextRun } from './next-run.ts'

/** A list with what is published and what waits. The entries are reckoned from both, for counting a million takes time. */
export function viewList(store: Store, { id, rowId, definition }: StoredList): ListView {
  const { title, description, authority, visibility, legalBasis, categories } = definition
  const { action, approvals, review, publish, zone } = definition
  const published = store.publications.latest(rowId)
  const { since, ...waiting } = store.figures.waiting(rowId, published?.decision ?? 0)
  return {
    ...{ list: id, title, description, authority, visibility, legalBasis, categories, action },
    ...{ approvals, review, cron: publish.cron, zone: zone?.origin ?? null },
    entries: (published?.entries ?? 0) + waiting.added - waiting.retired,
    published: published === null ? null : viewPublication(id, published),
    waiting: { ...waiting, since: since?.toISOString() ?? null },
    nextAt: nextRun(publish.cron)?.toISOString() ?? null,
  }
}

export function viewPublication(list: string, publication: Publication): PublicationView {
  const { serial, publishedAt, entries, added, removed, state, actor, override } = publication
  return {
    ...{ list, serial, publishedAt: publishedAt.toISOString(), entries, added, removed, state },
    ...{ actor, override },
  }
}
