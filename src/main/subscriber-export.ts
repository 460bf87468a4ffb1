import type { Store } from '../store/open-store.ts'
import type { Subscriber } from '../store/subscriber-store.ts'
import { printJson } from './print-table.ts'

/**
 * The credentials of all subscribers as edges read them (`docs/spec/subscribers.schema.json`), without those that were revoked or have
 * ended by `at`. Keys are in it as they are.
 */
export function printCredentials(store: Store, at: Date): string {
  const live = store.subscribers.all().filter(({ revokedAt }) => revokedAt === null)
  const subscribers = live.map((one) => credentialsOf(store, one, at))
  // An edge whose secondaries come from elsewhere must know, too, which of their serials may have been others.
  const restorations = store.restorations.all()
  return printJson({ format: 'bailiwick-subscribers/1', subscribers, restorations })
}

function credentialsOf(store: Store, subscriber: Subscriber, at: Date): object {
  const { name, tokenHash, oldTokenHash, oldTokenUntil } = subscriber
  const { transfer, networks, notify, catalogSerial, keys } = subscriber
  const lists = subscriber.lists.flatMap((id) => {
    const list = store.lists.find(id)
    if (list === null) return []
    return [{ id, place: list.place, origin: list.definition.zone?.origin ?? null }]
  })
  return {
    ...{ name, tokenHash, oldTokenHash, oldTokenUntil, lists },
    ...{ transfer, networks, notify, catalogSerial },
    keys: keys.filter(({ until }) => until === null || until > at),
  }
}
