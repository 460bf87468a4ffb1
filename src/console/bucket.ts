import { MAX_REMEMBERED, type Allowance } from './limits.ts'

/** Who has an address of IPv6 has as a rule all of its /64. */
export function networkOf(address: string): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1]
  if (v4 !== undefined) return v4
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0')
  return [...groups, ...(tail === undefined ? [] : zeros), ...after].slice(0, 4).join(':')
}

/** The /48 of an address of IPv6; of IPv4 the address. */
export function siteOf(address: string): string {
  return networkOf(address).split(':').slice(0, 3).join(':')
}

interface Level {
  readonly left: number
  readonly at: number
}

/** A number of tries for each key, filling again with time. */
export class Bucket {
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

/** Keeps the newest. */
export function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= MAX_REMEMBERED) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}
