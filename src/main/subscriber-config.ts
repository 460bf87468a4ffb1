import { catalogZoneName } from '../core/catalog-name.ts'
import { Fault } from '../core/fault.ts'
import type { Store } from '../store/open-store.ts'
import type { NewKey, Subscriber, SubscriberKey } from '../store/subscriber-store.ts'
import { printJson, printTime } from './print-table.ts'
import type { ConfigOptions } from './subscriber-options.ts'

/** What is seen once: the token is never stored, the key never shown again. */
export interface Credentials {
  readonly token: string
  /** Null for a subscriber that is known by its networks. */
  readonly key: NewKey | null
}

/** Prints new credentials, this once, and the configuration that was asked for. Throws `usage/invalid` when it cannot be. */
export async function tellCredentials(
  store: Store,
  subscriber: Subscriber,
  { token, key }: Credentials,
  options: ConfigOptions & { readonly json?: boolean },
): Promise<void> {
  const config = await configOf(store, subscriber, key, options)
  if (options.json === true) {
    const told = { ...describeSubscriber(subscriber), token, tsig: key }
    process.stdout.write(printJson(config === null ? told : { ...told, config }))
    return
  }
  process.stdout.write(`token      ${token}\n${printKey(key)}`)
  if (key === null) process.stdout.write(`${printTrust(subscriber)}\n`)
  if (config !== null) process.stdout.write(`\n${config}`)
}

/** Prints what a change of terms came to; `key` is the new one, if there is one. */
export function tellChange(subscriber: Subscriber, key: NewKey | null, asJson: boolean): void {
  if (asJson) {
    process.stdout.write(
      printJson({ ...describeSubscriber(subscriber), ...(key !== null && { tsig: key }) }),
    )
    return
  }
  process.stdout.write(`changed ${subscriber.name}\n${key === null ? '' : printKey(key)}`)
  if (subscriber.transfer === 'networks') process.stdout.write(`${printTrust(subscriber)}\n`)
}

function printKey(key: NewKey | null): string {
  return key === null
    ? ''
    : `tsig name  ${key.name}\nalgorithm  ${key.algorithm}\nsecret     ${key.secret}\n`
}

/** How far a subscriber without a key can be trusted to be itself. */
export function printTrust({ networks }: Pick<Subscriber, 'networks'>): string {
  return `known by its networks alone: whoever can send from ${networks.join(', ')} gets its zones, and its NOTIFYs are not signed`
}

/** A subscriber for JSON: no secret is in it. */
export function describeSubscriber(subscriber: Subscriber): object {
  const { name, lists, transfer, networks, notify, keys, catalogSerial } = subscriber
  const { createdAt, rotatedAt, oldTokenUntil, revokedAt } = subscriber
  return {
    ...{ name, lists, transfer, networks, notify },
    keys: keys.map(({ name: key, algorithm, createdAt: since, until }) => {
      return { name: key, algorithm, createdAt: since, until }
    }),
    catalog: { zone: catalogZoneName(name), serial: catalogSerial },
    ...{ createdAt, rotatedAt, oldTokenUntil, revokedAt },
  }
}

/** The newest key is for new configurations; those before it go on until they end. */
export function printKeys(keys: readonly SubscriberKey[]): string {
  const printed = keys.map(
    ({ name, algorithm, createdAt, until }, i) =>
      `${name} (${algorithm}, since ${printTime(createdAt)}${endOf(i, until)})`,
  )
  return printed.length === 0 ? 'none' : printed.join(', ')
}

function endOf(place: number, until: Date | null): string {
  if (until !== null) return `, until ${printTime(until)}`
  return place === 0 ? '' : ', until it is revoked'
}

/** The configuration that was asked for, or null. `key` null where the subscriber has one: a placeholder stands for the secret. */
export async function configOf(
  store: Store,
  subscriber: Subscriber,
  key: NewKey | null,
  { configFor, primary, catalog, tls }: ConfigOptions,
): Promise<string | null> {
  if (configFor === undefined) return null
  const { printSecondaryConfig } = await import('./secondary-config/print-secondary-config.ts')
  const known = key ?? subscriber.keys[0] ?? null
  return printSecondaryConfig(configFor, {
    subscriber: subscriber.name,
    zones: zonesOf(store, subscriber),
    primary: primary ?? null,
    key: known && {
      ...{ name: known.name, algorithm: known.algorithm },
      secret: key === null ? null : key.secret,
    },
    catalog: catalog === true ? catalogZoneName(subscriber.name) : null,
    tls: tls ?? null,
  })
}

function zonesOf(store: Store, { name, lists }: Subscriber) {
  const zones = lists.flatMap((id) => {
    const list = store.lists.find(id)
    const zone = list?.definition.zone ?? null
    if (list === null || zone === null) return []
    const serial = store.publications.latest(list.rowId)?.serial ?? null
    const { origin, zonemd, refresh } = zone
    return [{ list: id, origin, zonemd, serial, refresh }]
  })
  if (zones.length > 0) return zones
  throw new Fault(
    'usage/invalid',
    `expected a list with a zone for ${JSON.stringify(name)}, got ${lists.join(', ')}, of which none has one: give its definition a zone.origin`,
  )
}
