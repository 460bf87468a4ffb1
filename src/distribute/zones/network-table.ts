import { isIPv4, isIPv6 } from 'node:net'
import { addressBits } from '../../core/network.ts'

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

/** RFC 4291 §2.5.5.2: `::ffff:0:0/96`. */
const MAPPED = 0xffffn

// From a socket: with a zone perhaps, and an IPv4 address in the clothes of IPv6, which is an IPv4 address.
function parseBits(text: string): ReturnType<typeof addressBits> | null {
  if (isIPv4(text)) return addressBits(text)
  const address = text.split('%', 1)[0] ?? ''
  if (!isIPv6(address)) return null
  const bits = addressBits(address)
  return bits.value >> 32n === MAPPED ? { value: bits.value & 0xffff_ffffn, width: 32 } : bits
}
