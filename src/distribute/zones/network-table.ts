import { isIPv4, isIPv6 } from 'node:net'

/** An address as a number, and how many bits it has. */
interface Bits {
  readonly value: bigint
  readonly width: 32 | 128
}

/**
 * Finds what a network was given for, by an address in it; of several networks the smallest. One look costs as much as there are
 * different lengths of prefixes, however many networks there are.
 */
export class NetworkTable<T> {
  readonly #v4 = new PrefixTable<T>(32)
  readonly #v6 = new PrefixTable<T>(128)

  /** `network` as `parseIpValue` prints it: an address, or an address, a slash and a length; one that is neither holds nobody. */
  add(network: string, value: T): void {
    const slash = network.indexOf('/')
    const bits = parseBits(slash === -1 ? network : network.slice(0, slash))
    if (bits === null) return
    const length = slash === -1 ? bits.width : Number(network.slice(slash + 1))
    const table = bits.width === 32 ? this.#v4 : this.#v6
    table.add(bits.value, length, value)
  }

  /** Null when no network has the address, or `address` is none. */
  find(address: string): T | null {
    const bits = parseBits(address)
    if (bits === null) return null
    return (bits.width === 32 ? this.#v4 : this.#v6).find(bits.value)
  }
}

class PrefixTable<T> {
  readonly #width: bigint
  /** Longest first. */
  #lengths: { readonly shift: bigint; readonly values: Map<bigint, T> }[] = []

  constructor(width: number) {
    this.#width = BigInt(width)
  }

  add(address: bigint, length: number, value: T): void {
    const shift = this.#width - BigInt(length)
    let found = this.#lengths.find((one) => one.shift === shift)
    if (found === undefined) {
      found = { shift, values: new Map() }
      this.#lengths = [...this.#lengths, found].sort((a, b) => Number(a.shift - b.shift))
    }
    // The first keeps it: a network that two were given is refused before it comes here.
    const prefix = address >> shift
    if (!found.values.has(prefix)) found.values.set(prefix, value)
  }

  find(address: bigint): T | null {
    for (const { shift, values } of this.#lengths) {
      const value = values.get(address >> shift)
      if (value !== undefined) return value
    }
    return null
  }
}

const MAPPED = 0xffffn << 32n

// An IPv4 address that came over an IPv6 socket is an IPv4 address (RFC 4291 §2.5.5.2).
function parseBits(text: string): Bits | null {
  if (isIPv4(text)) return { value: bitsOf(text.split('.').map(Number), 8n), width: 32 }
  const address = text.split('%', 1)[0] ?? ''
  if (!isIPv6(address)) return null
  const value = bitsOf(expand(address), 16n)
  return value >> 32n === MAPPED >> 32n
    ? { value: value & 0xffff_ffffn, width: 32 }
    : { value, width: 128 }
}

function bitsOf(groups: readonly number[], width: bigint): bigint {
  return groups.reduce((sum, group) => (sum << width) | BigInt(group), 0n)
}

/** The eight groups of an IPv6 address. */
function expand(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const before = groupsOf(head)
  if (tail === undefined) return before
  const after = groupsOf(tail)
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
}

function groupsOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [(a << 8) | b, (c << 8) | d]
  })
}
