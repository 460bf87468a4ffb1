import { randomBytes } from 'node:crypto'
import { networkOf } from '../bucket.ts'
import { CHALLENGES } from '../limits.ts'

/** What a challenge was made for: to sign in whoever answers, or to give one user a passkey. */
export type Purpose = 'sign-in' | `add ${string}`

interface Pending {
  readonly purpose: Purpose
  readonly network: string
  readonly until: number
}

/**
 * What passkeys are to sign: 256 bits of chance, good for one answer and a while. Kept here and nowhere else, so that a restart forgets them. Whoever asks for
 * many loses the oldest of its own network first.
 */
export class Challenges {
  readonly #now: () => number
  /** In the order in which they were made, and so end. */
  readonly #pending = new Map<string, Pending>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** A new one, in base64url. */
  make(purpose: Purpose, address: string): string {
    const network = networkOf(address)
    this.#forget(network)
    const challenge = randomBytes(32).toString('base64url')
    this.#pending.set(challenge, { purpose, network, until: this.#now() + CHALLENGES.lifeMs })
    return challenge
  }

  /** True once, of one that was made for that purpose and has not ended. */
  take(purpose: Purpose, challenge: string): boolean {
    const pending = this.#pending.get(challenge)
    this.#pending.delete(challenge)
    return pending?.purpose === purpose && this.#now() < pending.until
  }

  /** What has ended, and what is one too many. */
  #forget(network: string): void {
    const own: string[] = []
    for (const [challenge, pending] of this.#pending) {
      if (pending.until <= this.#now()) this.#pending.delete(challenge)
      else if (pending.network === network) own.push(challenge)
    }
    const [oldestOwn] = own
    if (own.length >= CHALLENGES.perNetwork && oldestOwn !== undefined) {
      this.#pending.delete(oldestOwn)
    }
    const [oldest] = this.#pending.keys()
    if (this.#pending.size >= CHALLENGES.atOnce && oldest !== undefined) {
      this.#pending.delete(oldest)
    }
  }
}
