import { existsSync, readFileSync } from 'node:fs'
import type { ListDefinition } from '../core/list-definition.ts'
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
    retiredOnAppeal: retiredOnAppeal(store, definitions),
    today: new Date().toISOString().slice(0, 10),
  }
}

/**
 * Asked of each entry that is added: what was accepted is read once, with the first. That a restricted list had an entry is told of none but
 * itself.
 */
function retiredOnAppeal(
  { appeals }: Store,
  definitions: readonly ListDefinition[],
): GuardDeps['retiredOnAppeal'] {
  const restricted = new Set(
    definitions.filter(({ visibility }) => visibility === 'restricted').map(({ id }) => id),
  )
  let accepted: ReturnType<typeof appeals.accepted> | null = null
  return (value, list) => {
    accepted ??= appeals.accepted()
    const told = accepted.get(value)?.find((one) => one.list === list || !restricted.has(one.list))
    return told ?? null
  }
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
