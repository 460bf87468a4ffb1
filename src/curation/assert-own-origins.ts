import { Fault } from '../core/fault.ts'
import type { ListDefinition } from '../core/list-definition.ts'

/** Names that the zones themselves speak under: catalogs (`docs/spec/catalog.md` §1), and beacons (`docs/spec/rpz.md` §8). */
const TAKEN = ['catalog.bailiwick.invalid', 'beacon.bailiwick.invalid']

/**
 * Whether each of the lists in `applied` (ids) has a zone of a name that is its own among `all`. Two lists under one name would hide each
 * other from whoever may have both, with one line of serials for two contents. Throws `list/invalid`.
 */
export function assertOwnOrigins(
  all: readonly ListDefinition[],
  applied: ReadonlySet<string>,
): void {
  for (const { id, zone } of all) {
    if (zone === null || !applied.has(id)) continue
    assertFree(id, zone.origin)
    const other = all.find((one) => one.id !== id && isSame(one.zone?.origin, zone.origin))
    if (other !== undefined) {
      throw invalid(id, zone.origin, `which is that of the list ${JSON.stringify(other.id)}`)
    }
  }
}

function assertFree(id: string, origin: string): void {
  const name = canonical(origin)
  const above = TAKEN.find((taken) => name === taken || name.endsWith(`.${taken}`))
  if (above !== undefined) {
    throw invalid(id, origin, `which is kept for what the program itself publishes below ${above}`)
  }
}

function isSame(a: string | undefined, b: string): boolean {
  return a !== undefined && canonical(a) === canonical(b)
}

/** As zones have it: lower case, without a dot at the end. */
function canonical(origin: string): string {
  return origin.toLowerCase().replace(/\.$/, '')
}

function invalid(id: string, origin: string, why: string): Fault {
  return new Fault(
    'list/invalid',
    `zone.origin of the list ${JSON.stringify(id)}: expected a name of its own, got ${JSON.stringify(origin)}, ${why}`,
  )
}
