import { Fault } from '../core/fault.ts'
import { catalogZoneName } from '../core/catalog-name.ts'
import { networksOverlap } from '../core/network.ts'
import type { Store } from '../store/open-store.ts'
import type { Subscriber, SubscriberTerms } from '../store/subscriber-store.ts'

/**
 * Whether a subscriber may have these terms beside all others. Throws `usage/invalid` for one that could not be told from another,
 * or could not be known at all.
 */
export function assertTerms(
  store: Pick<Store, 'subscribers'>,
  name: string,
  { transfer, networks }: SubscriberTerms,
): void {
  const others = store.subscribers
    .all()
    .filter((other) => other.name !== name && other.revokedAt === null)
  assertOwnCatalog(name, others)
  if (transfer !== 'networks') return
  if (networks.length === 0) {
    throw new Fault(
      'usage/invalid',
      `expected networks for ${JSON.stringify(name)}: without a key it is known by where it asks from`,
    )
  }
  for (const other of others.filter((one) => one.transfer === 'networks')) {
    const shared = networks.find((network) =>
      other.networks.some((theirs) => networksOverlap(network, theirs)),
    )
    if (shared === undefined) continue
    throw new Fault(
      'usage/invalid',
      `expected networks of its own for ${JSON.stringify(name)}, got ${shared}, which overlaps those of ${JSON.stringify(other.name)}: without keys they could not be told apart`,
    )
  }
}

/** Names that differ in their letters' case alone have one catalog zone. */
function assertOwnCatalog(name: string, others: readonly Subscriber[]): void {
  const zone = catalogZoneName(name)
  const other = others.find((one) => catalogZoneName(one.name) === zone)
  if (other === undefined) return
  throw new Fault(
    'usage/invalid',
    `expected a name that differs from ${JSON.stringify(other.name)} in more than the case of letters, got ${JSON.stringify(name)}: both would have the catalog zone ${zone}`,
  )
}
