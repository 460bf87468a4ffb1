import type { ListView } from '../console/ports/lists.ts'
import type { PublishingView } from '../console/ports/publishing.ts'
import { Fault } from '../core/fault.ts'
import type { Person, RoleGrant } from '../core/person.ts'
import { assertMayAct } from '../curation/assert-may-act.ts'
import { mayAct, type Act } from '../curation/may-act.ts'
import type { ApiClient } from '../platform/api-client.ts'
import type { PublishDeeds, PublishReport } from './publish-deeds.ts'

const PATH = '/v1/publishing'

/** Publishing by hand, by a server. */
export function serverPublishing(api: ApiClient): PublishDeeds {
  const ask = async (method: 'GET' | 'POST', list: string, body?: object) => {
    const path = `${PATH}/${encodeURIComponent(list)}`
    return (await api.ask({ method, path, ...(body && { body }) })) as PublishingView
  }
  return {
    plan: async (ids) => {
      const plans: PublishingView[] = []
      for (const id of ids.length === 0 ? await readable(api) : new Set(ids)) {
        plans.push(await ask('GET', id))
      }
      return plans
    },
    publish: async (ids, override) => {
      const body = override === null ? {} : { override }
      const reports: PublishReport[] = []
      for (const list of await permitted(api, ids, override)) {
        try {
          reports.push(await ask('POST', list, body))
        } catch (error) {
          if (!(error instanceof Fault)) throw error
          reports.push({ outcome: 'refused', list, fault: error })
        }
      }
      return reports
    },
  }
}

async function readable(api: ApiClient): Promise<readonly string[]> {
  const told = await api.ask({ method: 'GET', path: '/v1/curated-lists' })
  return (told as { readonly items: readonly ListView[] }).items.map(({ list }) => list)
}

/** Those of the lists that one may publish: named ones all, or none of them is. Throws `list/not-found`, `user/refused`. */
async function permitted(
  api: ApiClient,
  ids: readonly string[],
  override: string | null,
): Promise<readonly string[]> {
  const person = await whoAsks(api)
  const acts: readonly Act[] = override === null ? ['publish'] : ['publish', 'override']
  const isAllowed = (list: string): boolean =>
    acts.every((act) => mayAct(person, act, list).allowed)
  if (ids.length > 0) {
    const chosen = [...new Set(ids)]
    // Whether it is there, the server tells; whether one may, the one table of acts and roles.
    for (const list of chosen)
      await api.ask({ method: 'GET', path: `${PATH}/${encodeURIComponent(list)}` })
    for (const act of acts) for (const list of chosen) assertMayAct(person, act, list)
    return chosen
  }
  const all = await readable(api)
  const may = all.filter(isAllowed)
  if (may.length === 0)
    for (const act of acts) for (const list of all) assertMayAct(person, act, list)
  return may
}

/** Whoever the API key is of, with the role that it is for. */
async function whoAsks(api: ApiClient): Promise<Person> {
  const me = (await api.ask({ method: 'GET', path: '/v1/me' })) as {
    readonly user: string
    readonly organisation: string
    readonly roles: readonly RoleGrant[]
  }
  const { user: name, organisation, roles } = me
  return { id: name, name, organisation: { id: 0, name: organisation }, roles, isKey: true }
}
