import { readIpValue } from '../../core/ip-value.ts'
import { decodeLine, type Intake } from './intake.ts'

const SPACE = 0x20
const HASH = 0x23
const STAR = 0x2a
const DOT = 0x2e

/** More names behind one address than any real line has: a list that has lost its line ends. */
const MAX_NAMES = 64

/** Names that every hosts file has for the machine itself (Debian, macOS, Windows): no entries. */
const OWN_NAMES = new Set([
  'localhost',
  'localhost.localdomain',
  'localhost4',
  'localhost4.localdomain4',
  'localhost6',
  'localhost6.localdomain6',
  'local',
  'broadcasthost',
  'ip6-localhost',
  'ip6-loopback',
  'ip6-localnet',
  'ip6-mcastprefix',
  'ip6-allnodes',
  'ip6-allrouters',
  'ip6-allhosts',
  '0.0.0.0',
])

/** Reads what stands behind the address of a hosts line. */
export class HostsReader {
  readonly #intake: Intake
  readonly #hostTag: number
  readonly #belowTag: number

  constructor(intake: Intake) {
    this.#intake = intake
    this.#hostTag = intake.tag('host')
    this.#belowTag = intake.tag('subdomains')
  }

  /** Takes the names of `bytes[from, to)`, which begins with the first and has no white space at its end: all or none. */
  readNames(bytes: Uint8Array, from: number, to: number): void {
    const { arena } = this.#intake
    const before = arena.count
    let names = 0
    let refusal: string | null = null
    for (let at = from; at < to && bytes[at] !== HASH; names++) {
      let end = at
      while (end < to && (bytes[end] ?? 0) > SPACE) end++
      refusal ??= this.#takeName(bytes, at, end)
      at = end
      while (at < to && (bytes[at] ?? 0) <= SPACE) at++
    }
    if (names === 1 && refusal === null) return
    if (names === 0) refusal = 'hosts-line-without-two-fields'
    else if (names > MAX_NAMES) refusal = 'multi-name'
    else if (names > 1) refusal ??= this.#checkSuffixes(before)
    if (refusal === null) return
    arena.truncate(before)
    this.#intake.refuse(refusal)
  }

  /** A line whose address is none that lists block with: about the machine itself, or it sends names elsewhere. */
  readOtherAddress(names: string): void {
    const [own = ''] = names.split(/\s*(?:#|$)/)
    if (!own.split(/\s+/).every((name) => OWN_NAMES.has(name.toLowerCase()))) {
      this.#intake.unsupported('hosts-address')
    }
  }

  #takeName(bytes: Uint8Array, from: number, to: number): string | null {
    const isBelow = bytes[from] === STAR && bytes[from + 1] === DOT
    const refusal = isBelow
      ? this.#intake.takeName(bytes, from + 2, to, this.#belowTag)
      : this.#intake.takeName(bytes, from, to, this.#hostTag)
    return refusal === null ? null : this.#takeOdd(decodeLine(bytes, from, to), refusal)
  }

  #takeOdd(name: string, refusal: string): string | null {
    if (OWN_NAMES.has(name.toLowerCase())) return null
    if (this.#intake.takeIp(name) === null) return name.includes('/') ? 'cidr-in-domain-list' : null
    if (name.includes('/')) return 'url-in-hosts-line'
    if (name.includes('#')) return 'hash-inside'
    if (name.includes('*')) return 'wildcard-inside'
    return /:\d+$/.test(name) ? 'port-in-name' : refusal
  }

  /** docs/spec/entry.md §7, multi-name: a space inside a name makes an end that nobody knows. */
  #checkSuffixes(before: number): string | null {
    const { arena } = this.#intake
    for (let i = before; i < arena.count; i++) {
      const name = arena.value(i)
      if ('value' in readIpValue(name) || !this.#intake.hasKnownSuffix(name)) return 'multi-name'
    }
    return null
  }
}

/** Whether the word is an address at which lists put the names they block. */
export function isSinkAddress(bytes: Uint8Array, from: number, to: number): boolean {
  const first = bytes[from]
  const length = to - from
  // 0.0.0.0 and 127.0.0.1, nearly all there are, without a string.
  if (first === 0x30 && length === 7) return isAt(bytes, from, ZEROS)
  if (first === 0x31 && length === 9 && isAt(bytes, from, LOOPBACK)) return true
  if (length > MAX_SINK || (first !== 0x3a && first !== 0x30 && first !== 0x31)) return false
  return isSink(decodeLine(bytes, from, to))
}

const ZEROS = Uint8Array.from('0.0.0.0', (digit) => digit.charCodeAt(0))
const LOOPBACK = Uint8Array.from('127.0.0.1', (digit) => digit.charCodeAt(0))
const MAX_SINK = 39

function isAt(bytes: Uint8Array, from: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[from + i] !== word[i]) return false
  return true
}

/** As `isSinkAddress`, for a word that is text already. */
export function isSink(word: string): boolean {
  if (word === '0' || word === '::' || word === '0.0.0.0') return true
  const reading = readIpValue(word)
  return 'value' in reading && (reading.value === '::1' || /^127\.[\d.]+$/.test(reading.value))
}

/** Whether the word is an address, perhaps with a zone index, as hosts lines begin with. */
export function isAddress(word: string): boolean {
  return /^[0-9a-f:.]+(?:%\w+)?$/i.test(word) && 'value' in readIpValue(word.split('%')[0] ?? '')
}
