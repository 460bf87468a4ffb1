import { trimAsciiSpace } from './domain-name.ts'
import type { EntryValue } from './entry.ts'
import { Fault } from './fault.ts'

/** Why a text is no address or network. */
export type IpRefusal = 'address' | 'prefix-length' | 'host-bits' | 'everything'

export type IpReading = { readonly value: EntryValue } | { readonly refusal: IpRefusal }

/** The canonical address or network of `text` (`docs/spec/entry.md` §4). Throws `ip/invalid`. */
export function parseIpValue(text: string): EntryValue {
  const reading = readIpValue(text)
  if ('value' in reading) return reading.value
  throw new Fault(
    'ip/invalid',
    `expected an IP address or network, got ${JSON.stringify(text.slice(0, 100))} (${EXPLAIN[reading.refusal]})`,
  )
}

/** As `parseIpValue`, for callers that count refusals by reason instead of stopping at one. */
export function readIpValue(text: string): IpReading {
  const trimmed = trimAsciiSpace(text)
  const slash = trimmed.indexOf('/')
  const groups = parseGroups(slash < 0 ? trimmed : trimmed.slice(0, slash))
  if (groups === null) return { refusal: 'address' }
  const whole = groups.length === 4 ? 32 : 128
  const length = slash < 0 ? whole : parseLength(trimmed.slice(slash + 1), whole)
  if (length === null) return { refusal: 'prefix-length' }
  return print(groups, length)
}

/** Four octets of an IPv4 address, or eight 16-bit groups of an IPv6 address. */
type Groups = readonly number[]

function parseGroups(text: string): Groups | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

function parseIpv4(text: string): Groups | null {
  if (!/^(?:(?:0|[1-9]\d{0,2})(?:\.(?!$)|$)){4}$/.test(text)) return null
  const octets = text.split('.').map(Number)
  return octets.every((octet) => octet <= 255) ? octets : null
}

const MAX_IPV6_TEXT = 45

function parseIpv6(text: string): Groups | null {
  // Only these characters, so that nothing but the address parser of WHATWG URL sees the text.
  if (text.length > MAX_IPV6_TEXT || !/^[0-9a-f:.]+$/i.test(text)) return null
  const url = `http://[${text}]/`
  return URL.canParse(url) ? expand(new URL(url).hostname.slice(1, -1)) : null
}

/** The groups of an IPv6 address as WHATWG prints it: RFC 5952, all in hex. */
function expand(canonical: string): Groups {
  const [head = '', tail] = canonical.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].map((group) => parseInt(group, 16))
}

function parseLength(text: string, whole: number): number | null {
  const length = /^(?:0|[1-9]\d{0,2})$/.test(text) ? Number(text) : Infinity
  return length <= whole ? length : null
}

const MAPPED_LENGTH = 96

function print(groups: Groups, length: number): IpReading {
  if (length >= MAPPED_LENGTH && isMapped(groups)) {
    return print(octetsOf(groups.slice(6)), length - MAPPED_LENGTH)
  }
  const bits = groups.length === 4 ? 8 : 16
  if (hasHostBits(groups, bits, length)) return { refusal: 'host-bits' }
  if (length === 0) return { refusal: 'everything' }
  const address = bits === 8 ? groups.join('.') : printIpv6(groups)
  return {
    value: (length === groups.length * bits ? address : `${address}/${length}`) as EntryValue,
  }
}

/** RFC 4291 §2.5.5.2: `::ffff:0:0/96`. */
function isMapped(groups: Groups): boolean {
  return (
    groups.length === 8 && groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  )
}

function octetsOf(groups: Groups): Groups {
  return groups.flatMap((group) => [group >> 8, group & 0xff])
}

function hasHostBits(groups: Groups, bits: number, length: number): boolean {
  return groups.some((group, index) => {
    const kept = Math.min(Math.max(length - index * bits, 0), bits)
    return (group & ((1 << (bits - kept)) - 1)) !== 0
  })
}

function printIpv6(groups: Groups): string {
  const text = groups.map((group) => group.toString(16)).join(':')
  // The serializer of WHATWG URL is that of RFC 5952 §4.
  return new URL(`http://[${text}]/`).hostname.slice(1, -1)
}

const EXPLAIN: Readonly<Record<IpRefusal, string>> = {
  address: 'four decimal numbers, or IPv6 without a zone',
  'prefix-length': 'no such prefix length',
  'host-bits': 'a network with host bits: write the network, or the address alone',
  everything: 'it would cover every address',
}
