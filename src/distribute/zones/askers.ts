import { createSecretKey, type KeyObject } from 'node:crypto'
import type { Asker, TsigKey } from '../../dns/zone-source.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Subscriber } from '../ports.ts'
import { NetworkTable } from './network-table.ts'

interface KnownKey {
  readonly key: TsigKey
  readonly untilMs: number
  readonly subscriber: Subscriber
  /** Null: it may be used from anywhere. */
  readonly networks: NetworkTable<true> | null
}

/**
 * Who asks: a subscriber is known by a key that it signed with, and by its networks where it says so. Everything is looked up; nothing
 * is searched.
 */
export class Askers {
  readonly #now: Clock
  #keys = new Map<string, KnownKey>()
  #networks = new NetworkTable<Subscriber>()
  #secrets = new Map<string, KeyObject>()

  constructor(now: Clock) {
    this.#now = now
  }

  /** Takes in who may ask from now on. */
  update(subscribers: readonly Subscriber[]): void {
    const secrets = new Map<string, KeyObject>()
    this.#keys = new Map()
    this.#networks = new NetworkTable()
    for (const subscriber of subscribers) {
      if (subscriber.transfer === 'networks') {
        for (const network of subscriber.networks) this.#networks.add(network, subscriber)
      } else {
        this.#addKeys(subscriber, secrets)
      }
    }
    this.#secrets = secrets
  }

  /** The key of that name that works now. */
  key(name: string): TsigKey | null {
    return this.#keyOf(name)?.key ?? null
  }

  /** Who asks, if it is from where it may. */
  identify({ key, address }: Asker): Subscriber | null {
    if (key === null) return this.#networks.find(address)
    const known = this.#keyOf(key)
    if (known === null) return null
    return known.networks === null || known.networks.find(address) ? known.subscriber : null
  }

  #keyOf(name: string): KnownKey | null {
    const known = this.#keys.get(name)
    return known !== undefined && this.#now().getTime() < known.untilMs ? known : null
  }

  #addKeys(subscriber: Subscriber, secrets: Map<string, KeyObject>): void {
    const networks = subscriber.networks.length === 0 ? null : tableOf(subscriber.networks)
    for (const { name, algorithm, secret, until } of subscriber.keys) {
      const object = this.#secrets.get(secret) ?? createSecretKey(Buffer.from(secret, 'base64'))
      secrets.set(secret, object)
      this.#keys.set(name, {
        ...{ key: { name, algorithm, secret: object }, subscriber, networks },
        untilMs: until?.getTime() ?? Infinity,
      })
    }
  }
}

function tableOf(networks: readonly string[]): NetworkTable<true> {
  const table = new NetworkTable<true>()
  for (const network of networks) table.add(network, true)
  return table
}
