import type { Refusal } from './dns-events.ts'
import type { DnsLimits } from './limits.ts'

/** A connection, as the gate sees it. */
export interface Guest {
  readonly address: string
  /** Closes it, because another needs its place. */
  readonly dismiss: () => void
}

type GateLimits = Pick<DnsLimits, 'connections' | 'connectionsPerAddress' | 'connectionsPerKey'>

/** Counts the connections, by address and by key, and lets in no more than there may be. */
export class ConnectionGate {
  readonly #limits: GateLimits
  /** Who is in, with the keys that each has shown. */
  readonly #guests = new Map<Guest, Set<string>>()
  readonly #ofAddress = new Map<string, number>()
  readonly #ofKey = new Map<string, number>()
  /** Those that wait for a question and have nothing to lose, the longest first. */
  readonly #idle = new Set<Guest>()

  constructor(limits: GateLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#guests.size
  }

  /** Null: it is in, until it leaves. Else why not. */
  enter(guest: Guest): Refusal | null {
    const { connections, connectionsPerAddress } = this.#limits
    if ((this.#ofAddress.get(guest.address) ?? 0) >= connectionsPerAddress) {
      return 'connections-of-address'
    }
    if (this.#guests.size >= connections && !this.#dismissIdlest()) return 'connections'
    this.#guests.set(guest, new Set())
    add(this.#ofAddress, guest.address, 1)
    return null
  }

  /** May be called again. */
  leave(guest: Guest): void {
    const keys = this.#guests.get(guest)
    if (keys === undefined) return
    this.#guests.delete(guest)
    this.#idle.delete(guest)
    add(this.#ofAddress, guest.address, -1)
    for (const key of keys) add(this.#ofKey, key, -1)
  }

  /** Whether the guest may use the key; if so, it counts as one of the connections of the key until it leaves. */
  showKey(guest: Guest, key: string): boolean {
    const keys = this.#guests.get(guest)
    if (keys === undefined) return false
    if (keys.has(key)) return true
    if ((this.#ofKey.get(key) ?? 0) >= this.#limits.connectionsPerKey) return false
    keys.add(key)
    add(this.#ofKey, key, 1)
    return true
  }

  /** Says whether the guest has nothing to do and nothing to lose: then its place may be given to another, unless it has shown a key. */
  setIdle(guest: Guest, isIdle: boolean): void {
    this.#idle.delete(guest)
    if (isIdle && this.#guests.get(guest)?.size === 0) this.#idle.add(guest)
  }

  #dismissIdlest(): boolean {
    for (const guest of this.#idle) {
      this.leave(guest)
      guest.dismiss()
      return true
    }
    return false
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}
