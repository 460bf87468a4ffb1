import { Fault } from '../../core/fault.ts'
import { ALL_LISTS, type Person } from '../../core/person.ts'
import { assertMayAct } from '../../curation/assert-may-act.ts'
import { mayAct } from '../../curation/may-act.ts'
import type { TsigAlgorithm } from '../../dns/zone-source.ts'
import type { NewKey, Subscriber, SubscriberTerms } from '../../store/subscriber-store.ts'
import { findList } from '../find-list.ts'
import type { Managing } from '../people/manage-users.ts'
import { newKey, newToken } from '../subscriber-credentials.ts'
import { assertTerms } from '../subscriber-terms.ts'
import { findSubscriber } from './find-subscriber.ts'
import { OVERLAP_HOURS } from '../../core/overlap-hours.ts'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const USUAL_ALGORITHM = 'hmac-sha256'

/** A subscriber with what is told of it once: the token is never stored, the key never shown again. */
export interface Entitled {
  readonly subscriber: Subscriber
  readonly token: string
  /** Null for a subscriber that is known by its networks. */
  readonly key: NewKey | null
}

export interface NewSubscriber extends Partial<SubscriberTerms> {
  readonly name: string
  readonly lists: readonly string[]
  readonly algorithm?: TsigAlgorithm
}

/** Entitles a subscriber to lists. Throws `user/refused`, `list/not-found`, `usage/invalid`, `subscriber/exists`. */
export function addSubscriber({ store, person, at }: Managing, wanted: NewSubscriber): Entitled {
  const { name, lists, transfer = 'tsig', networks = [], notify = [] } = wanted
  // First, so that nobody learns from what else is wrong which lists there are.
  assertManages(person, lists)
  assertName(name)
  const { token, tokenHash } = newToken()
  const key = transfer === 'tsig' ? newKey(name, wanted.algorithm ?? USUAL_ALGORITHM) : null
  const terms = { lists, transfer, networks, notify }
  const subscriber = store.write(() => {
    for (const id of lists) findList(store, id)
    assertTerms(store, name, terms)
    return store.subscribers.add({ name, tokenHash, key, at, ...terms })
  })
  return { subscriber, token, key }
}

export interface SubscriberChange extends Partial<SubscriberTerms> {
  readonly name: string
  /** Of the key that it gets, where it gets one. */
  readonly algorithm?: TsigAlgorithm
}

/**
 * Other terms; what is left out stays. `key` is there where it is known by a key from now on: this once. Throws `user/refused`,
 * `list/not-found`, `usage/invalid`, `subscriber/not-found`.
 */
export function changeSubscriber(
  { store, person, at }: Managing,
  { name, algorithm = USUAL_ALGORITHM, ...wanted }: SubscriberChange,
): Omit<Entitled, 'token'> {
  return store.write(() => {
    const before = findSubscriber(store, name)
    assertManages(person, [...before.lists, ...(wanted.lists ?? [])])
    for (const id of wanted.lists ?? []) findList(store, id)
    const terms = { ...termsOf(before), ...wanted }
    assertTerms(store, name, terms)
    // A key belongs to one way of being known: with the other it would be a door that nobody watches.
    const isOther = terms.transfer !== before.transfer
    const key = isOther && terms.transfer === 'tsig' ? newKey(name, algorithm) : null
    const change = { ...terms, at, ...(isOther && { key }) }
    return { key, subscriber: store.subscribers.set(name, change) }
  })
}

function termsOf({ lists, transfer, networks, notify }: Subscriber): SubscriberTerms {
  return { lists, transfer, networks, notify }
}

/**
 * A new token and key. The old ones go on for `overlapHours`; where that is left out, the token for a week and the key until it is revoked.
 * Throws `user/refused`, `subscriber/not-found`.
 */
export function rotateSubscriber(
  { store, person, at }: Managing,
  { name, overlapHours }: { readonly name: string; readonly overlapHours?: number },
): Entitled {
  const { token, tokenHash } = newToken()
  return store.write(() => {
    const { transfer, keys, lists } = findSubscriber(store, name)
    assertManages(person, lists)
    const algorithm = keys[0]?.algorithm ?? USUAL_ALGORITHM
    const key = transfer === 'tsig' ? newKey(name, algorithm) : null
    const oldTokenUntil = overlapHours === 0 ? null : hoursAfter(at, overlapHours ?? OVERLAP_HOURS)
    const oldKeyUntil = overlapHours === undefined ? null : hoursAfter(at, overlapHours)
    const rotation = { tokenHash, key, at, oldTokenUntil, oldKeyUntil }
    return { subscriber: store.subscribers.rotate(name, rotation), token, key }
  })
}

/** Refuses its tokens and keys from now on; with `isOld` those before the last rotation. Throws `user/refused`, `subscriber/not-found`. */
export function revokeSubscriber(
  { store, person, at }: Managing,
  { name, isOld }: { readonly name: string; readonly isOld: boolean },
): Subscriber {
  return store.write(() => {
    assertManages(person, findSubscriber(store, name).lists)
    return isOld ? store.subscribers.revokeOld(name, at) : store.subscribers.revoke(name, at)
  })
}

/** A subscriber is changed by whoever administers all of its lists; of none: all there are. Of lists that he may not know of nothing is said. Throws `user/refused`. */
export function assertManages(person: Person, lists: readonly string[]): void {
  const wanted = lists.length === 0 ? [ALL_LISTS] : lists
  const refused = wanted.filter((list) => !mayAct(person, 'manage-subscribers', list).allowed)
  const known = refused.find((list) => mayAct(person, 'read-subscribers', list).allowed)
  if (known !== undefined) assertMayAct(person, 'manage-subscribers', known)
  if (refused.length === 0) return
  throw new Fault(
    'user/refused',
    `expected an administrator of all lists of the subscriber, got ${JSON.stringify(person.name)}`,
  )
}

function assertName(name: string): void {
  if (NAME.test(name)) return
  throw new Fault(
    'usage/invalid',
    `expected a name of up to 64 letters, digits, «.», «_», «-», got ${JSON.stringify(name.slice(0, 100))}`,
  )
}

function hoursAfter(at: Date, hours: number): Date {
  return new Date(at.getTime() + hours * 3_600_000)
}
