import type { EntryStory, MarkView, StayView } from '../console/ports/entries.ts'
import { isFault } from '../core/fault.ts'
import { meantKeys } from '../curation/covering-keys.ts'
import type { SerialMark } from '../curation/tell-story.ts'
import type { ApiClient } from '../platform/api-client.ts'
import type { EntryDeeds, ToldOrigin, ToldStay } from './entry-deeds.ts'
import { decidedOf } from './proposals/server-deeds.ts'

/** What commands read of entries, at a server. */
export function serverEntries(api: ApiClient): EntryDeeds {
  return {
    stays: async (value, list) => {
      const meant = meantKeys(value)[0]?.value ?? null
      const views = await staysOf(api, value, list)
      const origins = new Map<number, ToldOrigin>()
      const stays: ToldStay[] = []
      for (const view of [...views].reverse()) stays.push(await toStay(api, view, origins))
      return { meant, stays, hint: '' }
    },
    assertPublished: async (list, serial) => {
      const path = `/v1/curated-lists/${encodeURIComponent(list)}/difference`
      await api.ask({ method: 'GET', path, query: { from: serial, to: serial, limit: 1 } })
    },
  }
}

/** Newest first; none where nothing was ever listed. */
async function staysOf(
  api: ApiClient,
  value: string,
  list: string | undefined,
): Promise<readonly StayView[]> {
  try {
    const told = await api.ask({ method: 'GET', path: '/v1/entries', query: { value, list } })
    return (told as EntryStory).stays
  } catch (error) {
    if (isFault(error, 'entry/not-found')) return []
    throw error
  }
}

/** The decisions behind it are asked for once each. */
async function toStay(
  api: ApiClient,
  view: StayView,
  origins: Map<number, ToldOrigin>,
): Promise<ToldStay> {
  const { list, value, kind, action, category, reference, addedBy, retiredBy } = view
  const originOf = async (id: number): Promise<ToldOrigin> => {
    const known = origins.get(id)
    if (known !== undefined) return known
    const { decision, proposal } = await decidedOf(api, String(id))
    const story = proposal && { proposal: proposal.proposal, acts: proposal.acts }
    const made = { ...decision, proposal: story }
    origins.set(id, made)
    return made
  }
  return {
    ...{ list, entry: { value, kind, action, category, reference } },
    ...{ since: markOf(view.since), until: markOf(view.until), addedBy, retiredBy },
    added: await originOf(addedBy),
    retired: retiredBy === null ? null : await originOf(retiredBy),
  }
}

function markOf(mark: MarkView | null): SerialMark | null {
  return mark === null ? null : { serial: mark.serial, at: new Date(mark.at) }
}
