import type { EntryKind } from '../../core/entry.ts'
import { isSharedPurpose, sortRegister, type RegisterRow } from '../../core/register.ts'

/** What an entry would take down of the names that are watched. */
export interface WatchedHit {
  /** The first of them by name. */
  readonly row: RegisterRow
  /** How many rows it is in all. */
  readonly count: number
}

/** Names of the register, asked for what an entry would take down of them. */
export class WatchedNames {
  readonly #exact = new Map<string, RegisterRow>()
  readonly #below = new Map<string, RegisterRow>()
  /** For each name above a row: the first row below it, and how many. */
  readonly #above = new Map<string, WatchedHit>()

  /** A name may be given twice, by the register and as the authority's own: the wider scope holds. */
  constructor(rows: Iterable<RegisterRow>) {
    for (const row of sortRegister(rows)) {
      const isNew = !this.#exact.has(row.value)
      if (isNew || row.scope === 'below') this.#exact.set(row.value, row)
      if (row.scope === 'below') this.#below.set(row.value, row)
      if (!isNew) continue
      for (const name of namesAbove(row.value)) {
        const hit = this.#above.get(name)
        this.#above.set(name, { row: hit?.row ?? row, count: (hit?.count ?? 0) + 1 })
      }
    }
  }

  /** What an entry of that name and kind takes down, or null. */
  hit(name: string, kind: EntryKind): WatchedHit | null {
    const exact = this.#exact.get(name)
    const own = exact !== undefined && isLost(exact, kind) ? exact : undefined
    const below = kind === 'domain' || kind === 'subdomains' ? this.#above.get(name) : undefined
    if (own !== undefined) return { row: own, count: 1 + (below?.count ?? 0) }
    if (below !== undefined) return below
    if (this.#below.size === 0) return null
    for (const above of namesAbove(name)) {
      const row = this.#below.get(above)
      if (row !== undefined) return { row, count: 1 }
    }
    return null
  }
}

/** By a name's subtree alone only what stands below the name is lost: of a provider's, all its customers. */
function isLost({ scope, purpose }: RegisterRow, kind: EntryKind): boolean {
  return kind !== 'subdomains' || scope === 'below' || isSharedPurpose(purpose)
}

/** All names above a name, the nearest first, down to the single label. */
function namesAbove(name: string): string[] {
  const above: string[] = []
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    above.push(name.slice(dot + 1))
  }
  return above
}
