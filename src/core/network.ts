import { Fault } from './fault.ts'
import { parseIpValue, readIpValue } from './ip-value.ts'

/** What an address or network covers, as numbers. IPv4 and IPv6 never meet. */
export interface NetworkRange {
  readonly width: 32 | 128
  readonly first: bigint
  readonly last: bigint
}

/**
 * The canonical text of an address or network: RFC 5952, a slash only where it is no single address. An IPv4 address mapped into
 * IPv6 is the IPv4 address. Throws `ip/invalid`; of a network with host bits the sentence says how it is written.
 */
export function parseNetwork(text: string): string {
  const reading = readIpValue(text)
  if ('value' in reading) return reading.value
  if (reading.refusal !== 'host-bits') return parseIpValue(text)
  const [address = '', length = ''] = text.trim().split('/')
  throw new Fault(
    'ip/invalid',
    `expected a network without host bits, got ${JSON.stringify(text.slice(0, 100))}: write ${printNetwork(address, Number(length))} for the network, or ${address} for the one address`,
  )
}

/** Whether some address lies in both; each as `parseNetwork` gives it. */
export function networksOverlap(one: string, other: string): boolean {
  const [a, b] = [networkRange(one), networkRange(other)]
  return a.width === b.width && a.first <= b.last && b.first <= a.last
}

/** The network of that length around a valid address. */
function printNetwork(address: string, length: number): string {
  const { width, value } = addressBits(address)
  const hostBits = BigInt(width - length)
  const network = (value >> hostBits) << hostBits
  return parseIpValue(`${printBits(network, width)}/${length}`)
}

/** The addresses of a network, as `parseNetwork` gives it. */
export function networkRange(canonical: string): NetworkRange {
  const [address = '', length] = canonical.split('/')
  const { width, value } = addressBits(address)
  const hosts = (1n << BigInt(width - Number(length ?? width))) - 1n
  return { width, first: value, last: value | hosts }
}

/** A valid address as a number of so many bits; one of IPv4 mapped into IPv6 is not told apart from others of IPv6. */
export function addressBits(address: string): {
  readonly width: 32 | 128
  readonly value: bigint
} {
  if (!address.includes(':')) return { width: 32, value: joinGroups(address.split('.'), 10) }
  // The serializer of WHATWG URL writes the last 32 bits as two groups of hex too.
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array<string>(8 - before.length - after.length).fill('0')
  return { width: 128, value: joinGroups([...before, ...zeros, ...after], 16) }
}

function joinGroups(groups: readonly string[], radix: 10 | 16): bigint {
  const bits = radix === 10 ? 8n : 16n
  return groups.reduce((sum, group) => (sum << bits) | BigInt(parseInt(group, radix)), 0n)
}

function printBits(value: bigint, width: 32 | 128): string {
  const [count, bits, radix, separator] = width === 32 ? [4, 8n, 10, '.'] : [8, 16n, 16, ':']
  const mask = (1n << bits) - 1n
  return Array.from({ length: count }, (_, i) =>
    ((value >> (bits * BigInt(count - 1 - i))) & mask).toString(radix),
  ).join(separator)
}
