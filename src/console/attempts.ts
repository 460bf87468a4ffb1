import { Fault } from '../core/fault.ts'
import { Bucket, networkOf, remember } from './bucket.ts'
import { PER_ACCOUNT, PER_ADDRESS, PER_ADDRESS_AND_ACCOUNT } from './limits.ts'

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
