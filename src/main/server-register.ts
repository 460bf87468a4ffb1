import type {
  RegisterChangeView,
  RegisterOutcome,
  RegisterPage,
} from '../console/ports/register.ts'
import { Fault } from '../core/fault.ts'
import type { RegisterRow } from '../core/register.ts'
import type { ApiClient } from '../platform/api-client.ts'
import type { RegisterChange } from '../store/register-store.ts'
import { apiPages } from './api-pages.ts'
import type { RegisterDeeds } from './register-deeds.ts'

const PATH = '/v1/register'

/** What commands do with the register, at a server. */
export function serverRegister(api: ApiClient): RegisterDeeds {
  return {
    rows: async () => {
      const told = await api.ask({ method: 'GET', path: PATH, query: { limit: 1 } })
      const { state, isShipped } = told as RegisterPage
      return { state, isShipped, rows: await apiPages<RegisterRow>(api, { path: PATH }) }
    },
    change: async (body) => {
      const { tag } = await api.look(PATH)
      const path = `${PATH}/changes`
      const asked = { method: 'POST', path, body, ...(tag !== null && { tag }) } as const
      const { made } = (await api.ask(asked)) as RegisterOutcome
      return made && toChange(made)
    },
    changes: async (limit) => {
      const path = `${PATH}/changes`
      return (await apiPages<RegisterChangeView>(api, { path }, limit)).map(toChange)
    },
    wholeChanges: () => {
      throw new Fault(
        'usage/invalid',
        "expected «register history» without --json with --server, got it: the API tells no rows of changes; run it at the authority's folder",
      )
    },
  }
}

function toChange({ change: id, at, ...same }: RegisterChangeView): RegisterChange {
  const { actor, reason, added, removed, state } = same
  return { id, actor, reason, at: new Date(at), added, removed, state }
}
