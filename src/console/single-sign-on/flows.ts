import { createHash, timingSafeEqual } from 'node:crypto'
import { networkOf } from '../bucket.ts'
import { FLOW_LIFE_MS, MAX_FLOWS, MAX_FLOWS_PER_ADDRESS } from '../limits.ts'

/** What becomes of an identity that an issuer has told. */
export type Purpose =
  | { readonly kind: 'sign-in'; readonly then: string }
  /** Of the user who has signed in, and had proven it anew. */
  | { readonly kind: 'link'; readonly userId: string }

/** A visit to an issuer that was begun here and whose answer is waited for. */
export interface Flow {
  readonly issuer: string
  readonly redirectUri: string
  readonly nonce: string
  readonly verifier: string
  readonly purpose: Purpose
}

interface Kept {
  readonly flow: Flow
  readonly browser: Buffer
  readonly network: string
  readonly at: number
}

/**
 * Visits to issuers, by their `state`. Each is answered once, soon, at the issuer it went to, and to the browser that began it. Of one address and of all
 * so many are kept; the oldest goes.
 */
export class Flows {
  readonly #now: () => number
  readonly #kept = new Map<string, Kept>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** `browser` is what a cookie of its own says. */
  add(
    state: string,
    flow: Flow,
    from: { readonly browser: string; readonly address: string },
  ): void {
    const network = networkOf(from.address)
    this.#forget(network)
    this.#kept.set(state, { flow, browser: hashOf(from.browser), network, at: this.#now() })
  }

  /** The visit of that state; null where there is none, or another browser or issuer answers. */
  peek(state: string, from: { readonly browser: string; readonly issuer: string }): Flow | null {
    const kept = this.#kept.get(state)
    if (kept?.flow.issuer !== from.issuer) return null
    if (!timingSafeEqual(kept.browser, hashOf(from.browser))) return null
    return this.#now() - kept.at < FLOW_LIFE_MS ? kept.flow : null
  }

  /** The same, and it is over with this. */
  take(state: string, from: { readonly browser: string; readonly issuer: string }): Flow | null {
    const flow = this.peek(state, from)
    if (flow !== null) this.#kept.delete(state)
    return flow
  }

  /** What is too old, and what is too much with one more. They lie in the order in which they came. */
  #forget(network: string): void {
    const at = this.#now()
    const own: string[] = []
    for (const [state, kept] of this.#kept) {
      if (at - kept.at >= FLOW_LIFE_MS) this.#kept.delete(state)
      else if (kept.network === network) own.push(state)
    }
    const tooMany = own.slice(0, Math.max(0, own.length + 1 - MAX_FLOWS_PER_ADDRESS))
    for (const state of tooMany) this.#kept.delete(state)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size >= MAX_FLOWS && oldest !== undefined) this.#kept.delete(oldest)
  }
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
