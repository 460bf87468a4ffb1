import { readDomainName } from '../core/domain-name.ts'
import type { Entry, EntryKind } from '../core/entry.ts'
import { readIpValue } from '../core/ip-value.ts'
import { readEntryValue } from '../core/parse-entry.ts'
import { prefixesAbove, urlHost } from '../core/url-value.ts'

/** Entries with this value and one of these kinds block what was asked for. */
export interface EntryKey {
  readonly value: string
  readonly kinds: readonly EntryKind[]
}

const NAME_KINDS = ['domain', 'host', 'subdomains'] as const

/**
 * The values that somebody who writes `text` may mean, in canonical form: of a name the name, of a URL the URL, of an
 * address the address. Empty when it is none of them.
 */
export function meantKeys(text: string): EntryKey[] {
  const address = readIpValue(text)
  if ('value' in address) return [{ value: address.value, kinds: ['ip'] }]
  if (text.includes('/')) {
    const url = readEntryValue('url', text)
    return 'value' in url ? [{ value: url.value, kinds: ['url'] }] : []
  }
  const name = readEntryValue('subdomains', text)
  return 'value' in name ? [{ value: name.value, kinds: NAME_KINDS }] : []
}

/**
 * The keys of all entries, other than its own, under which a value stops to be reached: the domains above a name, the host
 * and the paths above a URL, the networks around an address. Nearest first.
 */
export function coveringKeys({ value, kinds }: EntryKey): EntryKey[] {
  if (kinds.includes('ip')) return networksAround(value)
  if (kinds.includes('url')) return aboveUrl(value)
  return aboveName(value)
}

/** As `coveringKeys`, for an entry that is known. */
export function coveringKeysOf({ value, kind }: Pick<Entry, 'value' | 'kind'>): EntryKey[] {
  return coveringKeys({ value, kinds: [kind] })
}

function aboveName(name: string): EntryKey[] {
  const keys: EntryKey[] = []
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    keys.push({ value: name.slice(dot + 1), kinds: ['domain', 'subdomains'] })
  }
  return keys
}

function aboveUrl(url: string): EntryKey[] {
  const host = urlHost(url)
  const keys: EntryKey[] = prefixesAbove(url).map((value) => ({ value, kinds: ['url'] }))
  const reading = readDomainName(host)
  if ('refusal' in reading) return [...keys, { value: host, kinds: ['ip'] }]
  return [...keys, { value: reading.name, kinds: ['domain', 'host'] }, ...aboveName(reading.name)]
}

/** As `coveringKeys` of an address or network, but for those networks whose prefix has one of these lengths. */
export function coveringNetworks(value: string, lengths: ReadonlySet<number>): EntryKey[] {
  return lengths.size === 0 ? [] : networksAround(value, lengths)
}

/** The network of every shorter prefix, as `readIpValue` has it once the host bits are gone. */
function networksAround(text: string, lengths: ReadonlySet<number> | null = null): EntryKey[] {
  const [address = '', length] = text.split('/')
  const isLong = address.includes(':')
  const bits = bitsOf(address)
  const whole = isLong ? 128 : 32
  const keys: EntryKey[] = []
  for (let prefix = Number(length ?? whole) - 1; prefix > 0; prefix--) {
    if (lengths?.has(prefix) === false) continue
    const host = BigInt(whole - prefix)
    const reading = readIpValue(`${textOf((bits >> host) << host, isLong)}/${prefix}`)
    if ('value' in reading) keys.push({ value: reading.value, kinds: ['ip'] })
  }
  return keys
}

function bitsOf(address: string): bigint {
  if (!address.includes(':')) {
    return address.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n)
  }
  const [head = '', tail] = address.split('::')
  const left = head.split(':').filter((part) => part !== '')
  const right = (tail ?? '').split(':').filter((part) => part !== '')
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...zeros, ...right].reduce((sum, part) => (sum << 16n) | BigInt(`0x${part}`), 0n)
}

function textOf(bits: bigint, isLong: boolean): string {
  const [count, width] = isLong ? [8, 16n] : [4, 8n]
  const parts = Array.from({ length: count }, (_, i) => {
    const part = (bits >> (BigInt(count - 1 - i) * width)) & ((1n << width) - 1n)
    return part.toString(isLong ? 16 : 10)
  })
  return parts.join(isLong ? ':' : '.')
}
