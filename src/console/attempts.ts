import { Fault } from '../core/fault.ts'
import {
  MAX_REMEMBERED,
  PER_ACCOUNT,
  PER_ADDRESS,
  PER_ADDRESS_AND_ACCOUNT,
  type Allowance,
} from './limits.ts'

/** Where a try comes from, and whom it is about. */
export interface Attempt {
  readonly address: string
  /** As it was typed; of names that nobody has as of others. Null where it is not known yet. */
  readonly account: string | null
}

/**
 * Holds guesses up without letting anybody lock another out: what one address tries costs that address first. The bound for an account as a
 * whole is far above what a person mistypes, fills again by itself, and doesn't count for an address from which the account was signed in
 * to since the start; so whoever signs in daily is not held up by guesses from elsewhere.
 */
export class Attempts {
  readonly #addresses: Bucket
  readonly #pairs: Bucket
  readonly #accounts: Bucket
  readonly #known = new Map<string, true>()

  constructor(now: () => number) {
    this.#addresses = new Bucket(PER_ADDRESS, now)
    this.#pairs = new Bucket(PER_ADDRESS_AND_ACCOUNT, now)
    this.#accounts = new Bucket(PER_ACCOUNT, now)
  }

  /** Counts a try before it is made, so that many at once count as many. Throws `request/too-many`. */
  begin(attempt: Attempt): void {
    const pair = keyOf(attempt)
    const isTaken =
      this.#addresses.take(networkOf(attempt.address)) &&
      this.#pairs.take(pair) &&
      (attempt.account === null || this.#known.has(pair) || this.#accounts.take(accountOf(attempt)))
    if (!isTaken) {
      throw new Fault('request/too-many', 'expected fewer tries to sign in: wait a minute')
    }
  }

  /** The try was right: it is given back, and the address is known from now on. */
  succeed(attempt: Attempt): void {
    const pair = keyOf(attempt)
    this.#addresses.giveBack(networkOf(attempt.address))
    this.#pairs.clear(pair)
    if (attempt.account === null) return
    if (!this.#known.has(pair)) this.#accounts.giveBack(accountOf(attempt))
    remember(this.#known, pair, true)
  }
}

function accountOf({ account }: Attempt): string {
  return account?.toLowerCase() ?? ''
}

function keyOf(attempt: Attempt): string {
  return `${networkOf(attempt.address)} ${accountOf(attempt)}`
}

/** Who has an address of IPv6 has as a rule all of its /64. */
function networkOf(address: string): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1]
  if (v4 !== undefined) return v4
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0')
  return [...groups, ...(tail === undefined ? [] : zeros), ...after].slice(0, 4).join(':')
}

interface Level {
  readonly left: number
  readonly at: number
}

/** A number of tries for each key, filling again with time. */
class Bucket {
  readonly #allowance: Allowance
  readonly #now: () => number
  readonly #levels = new Map<string, Level>()

  constructor(allowance: Allowance, now: () => number) {
    this.#allowance = allowance
    this.#now = now
  }

  take(key: string): boolean {
    const left = this.#left(key)
    if (left < 1) return false
    this.#set(key, left - 1)
    return true
  }

  giveBack(key: string): void {
    this.#set(key, Math.min(this.#allowance.tries, this.#left(key) + 1))
  }

  clear(key: string): void {
    this.#levels.delete(key)
  }

  #left(key: string): number {
    const { tries, everyMs } = this.#allowance
    const level = this.#levels.get(key)
    if (level === undefined) return tries
    return Math.min(tries, level.left + Math.max(0, this.#now() - level.at) / everyMs)
  }

  #set(key: string, left: number): void {
    remember(this.#levels, key, { left, at: this.#now() })
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= MAX_REMEMBERED) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}
