import type { Refusal } from './dns-events.ts'
import { partyOf } from './endpoint.ts'
import type { DnsLimits } from './limits.ts'

/** A connection, as the gate sees it. */
export interface Guest {
  readonly address: string
  /** Closes it, because another needs its place. */
  readonly dismiss: () => void
}

/**
 * What a guest would lose with its place: `nothing`, when it waits for a question; an `answer`, when it shakes hands, or is answered in one
 * message, and may come again; a `transfer`, which it would have to begin anew.
 */
export type Stake = 'nothing' | 'answer' | 'transfer'

type GateLimits = Pick<DnsLimits, 'connections' | 'connectionsPerAddress' | 'connectionsPerKey'>

/** Counts the connections, by address and by key, and lets in no more than there may be. */
export class ConnectionGate {
  readonly #limits: GateLimits
  /** Who is in, with the keys that each has shown. */
  readonly #guests = new Map<Guest, Set<string>>()
  readonly #ofAddress = new Map<string, number>()
  readonly #ofKey = new Map<string, number>()
  /** Those whose place may be given away, who have it longest first: before all others those that would lose nothing. */
  readonly #idle = new Set<Guest>()
  readonly #answered = new Set<Guest>()

  constructor(limits: GateLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#guests.size
  }

  /** Null: it is in, until it leaves. Else why not. */
  enter(guest: Guest): Refusal | null {
    const { connections, connectionsPerAddress } = this.#limits
    const party = partyOf(guest.address)
    if ((this.#ofAddress.get(party) ?? 0) >= connectionsPerAddress) {
      return 'connections-of-address'
    }
    if (this.#guests.size >= connections && !this.#dismissOne()) return 'connections'
    this.#guests.set(guest, new Set())
    this.#answered.add(guest)
    add(this.#ofAddress, party, 1)
    return null
  }

  /** May be called again. */
  leave(guest: Guest): void {
    const keys = this.#guests.get(guest)
    if (keys === undefined) return
    this.#guests.delete(guest)
    this.#keepPlace(guest)
    add(this.#ofAddress, partyOf(guest.address), -1)
    for (const key of keys) add(this.#ofKey, key, -1)
  }

  /** Whether the guest may use the key; if so, it counts as one of the connections of the key until it leaves. */
  showKey(guest: Guest, key: string): boolean {
    const keys = this.#guests.get(guest)
    if (keys === undefined) return false
    if (keys.has(key)) return true
    if ((this.#ofKey.get(key) ?? 0) >= this.#limits.connectionsPerKey) return false
    keys.add(key)
    this.#keepPlace(guest)
    add(this.#ofKey, key, 1)
    return true
  }

  /**
   * Says what the guest would lose now; who enters would lose an answer. For less than a transfer its place may be given to another, unless it
   * has shown a key: else strangers who ask and read nothing could have all places.
   */
  setStake(guest: Guest, stake: Stake): void {
    this.#keepPlace(guest)
    if (stake === 'transfer' || this.#guests.get(guest)?.size !== 0) return
    if (stake === 'nothing') this.#idle.add(guest)
    else this.#answered.add(guest)
  }

  #keepPlace(guest: Guest): void {
    this.#idle.delete(guest)
    this.#answered.delete(guest)
  }

  #dismissOne(): boolean {
    const [guest] = this.#idle.size > 0 ? this.#idle : this.#answered
    if (guest === undefined) return false
    this.leave(guest)
    guest.dismiss()
    return true
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}
