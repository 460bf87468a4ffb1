import { parseZoneName } from '../../formats/out/zone-name.ts'
import type { Catalog, ServedList } from '../catalog.ts'
import type { Subscriber } from '../ports.ts'
import { makeCatalogZone, type CatalogZone } from './catalog-zone.ts'

/** A zone that a subscriber may have. */
export type Offer =
  | { readonly of: 'list'; readonly zone: string; readonly list: ServedList }
  | { readonly of: 'catalog'; readonly zone: string; readonly catalog: CatalogZone }

export type Offers = ReadonlyMap<string, Offer>

/** What is offered to nobody we know. */
export const NO_OFFERS: Offers = new Map()

/**
 * The zones of each subscriber, by their names. Those of a subscriber are put together when it first asks after a change, so that a
 * publication with a thousand subscribers costs nothing here.
 */
export class ZoneOffers {
  readonly #originOf: (list: ServedList) => string | null
  readonly #offers = new Map<string, Offers>()
  #catalogs = new Map<string, CatalogZone>()
  #catalog: Catalog | null = null

  /** `originOf`: the origin of the zone that is there of a list; null if there is none. */
  constructor(originOf: (list: ServedList) => string | null) {
    this.#originOf = originOf
  }

  update(catalog: Catalog): void {
    this.#catalog = catalog
    const names = new Set(catalog.subscribers.map(({ name }) => name))
    for (const name of this.#catalogs.keys()) if (!names.has(name)) this.#catalogs.delete(name)
    this.#offers.clear()
  }

  /** Another zone is there than before, or under another name. */
  forget(): void {
    this.#offers.clear()
  }

  of(subscriber: Subscriber): Offers {
    const known = this.#offers.get(subscriber.name)
    if (known !== undefined) return known
    const offers = this.#make(subscriber)
    this.#offers.set(subscriber.name, offers)
    return offers
  }

  catalogOf(subscriber: Subscriber): CatalogZone {
    const { name, catalogSerial } = subscriber
    const known = this.#catalogs.get(name)
    // Whoever transfers by serials takes the same serial for the same zone.
    if (known?.serial === catalogSerial) return known
    const made = makeCatalogZone(
      name,
      catalogSerial,
      subscriber.origins ?? this.#origins(subscriber),
    )
    this.#catalogs.set(name, made)
    return made
  }

  #make(subscriber: Subscriber): Offers {
    const offers = new Map<string, Offer>()
    const catalog = this.catalogOf(subscriber)
    offers.set(catalog.name, { of: 'catalog', zone: catalog.name, catalog })
    for (const list of this.#listsOf(subscriber)) {
      const zone = this.#originOf(list)
      if (zone !== null && !offers.has(zone)) offers.set(zone, { of: 'list', zone, list })
    }
    return offers
  }

  #origins(subscriber: Subscriber): string[] {
    return this.#listsOf(subscriber).flatMap(({ definition: { zone } }) =>
      zone === null ? [] : [parseZoneName(zone.origin)],
    )
  }

  #listsOf({ lists }: Subscriber): ServedList[] {
    return lists.flatMap((id) => this.#catalog?.byId.get(id) ?? [])
  }
}
