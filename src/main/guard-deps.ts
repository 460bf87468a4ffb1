import { existsSync, readFileSync } from 'node:fs'
import type { GuardDeps, GuardedList } from '../curation/guards/guard-deps.ts'
import { GUARD_LIMITS } from '../curation/guards/guard-limits.ts'
import { ownRows } from '../curation/guards/own-rows.ts'
import { decodePopular, type PopularSites } from '../curation/guards/popular-sites.ts'
import { dataPaths } from '../platform/data-folder.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import { shippedRegister } from './shipped-register.ts'

/** What the guards of a data folder look things up in. Throws `popular/invalid`. */
export function openGuardDeps({
  data,
  store,
}: {
  readonly data: string
  readonly store: Store
}): GuardDeps {
  const definitions = store.lists.all().map(({ definition }) => definition)
  const register = store.register.all() ?? shippedRegister()
  return {
    register: [...register, ...ownRows(definitions)],
    popular: openPopular(data),
    retiredOnAppeal: retiredOnAppeal(store),
    today: new Date().toISOString().slice(0, 10),
  }
}

/** Asked of each entry that is added: what was accepted is read once, with the first. */
function retiredOnAppeal({ appeals }: Store): GuardDeps['retiredOnAppeal'] {
  let accepted: ReturnType<typeof appeals.accepted> | null = null
  return (value) => (accepted ??= appeals.accepted()).get(value) ?? null
}

/** The top sites of a data folder, or null when none were loaded. Throws `popular/invalid`. */
export function openPopular(data: string): PopularSites | null {
  const { popular } = dataPaths(data)
  return existsSync(popular) ? decodePopular(readFileSync(popular)) : null
}

/** A list as the guards see it. */
export function guardedList(store: Store, { definition, rowId }: StoredList): GuardedList {
  return {
    definition,
    isEmpty: store.entries.valuesFrom(rowId, '', 1).length === 0,
    lines: () => store.entries.blocks(rowId),
    pastBatches: store.decisions.pastBatches(rowId, GUARD_LIMITS.batchPast),
  }
}
