/**
 * The canonical URLs of Google Safe Browsing (developers.google.com/safe-browsing, «URLs and
 * Hashing»), on text in which each character stands for one octet. Its published vectors pass;
 * `url-value.ts` makes the values of entries from the same pieces.
 */
import { toASCII } from 'tr46'
import { trimAsciiSpace } from './domain-name.ts'
import { Fault } from './fault.ts'

/** A canonical URL in parts. User information, port and fragment are gone. */
export interface SafeBrowsingUrl {
  readonly scheme: string
  readonly host: string
  /** Begins with `/`. */
  readonly path: string
  /** Without its `?`; null when there is none or it is empty. */
  readonly query: string | null
}

/**
 * The canonical form of `octets`, a URL with or without a scheme. Throws `url/invalid` when there is no
 * host, or the scheme has no hosts (`mailto:`).
 */
export function canonicalizeSafeBrowsingUrl(octets: string): SafeBrowsingUrl {
  const [whole = ''] = trimAsciiSpace(octets)
    .replace(/[\t\r\n]/g, '')
    .split('#')
  const text = unescapeFully(whole)
  const match = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:[^/?@]*@)?([^/?]*)([^?]*)(?:\?(.*))?$/is.exec(
    text,
  )
  const [, scheme = 'http', authority = '', path = '', query = ''] = match ?? []
  const host = canonicalHost(withoutPort(authority))
  if (match === null || host === '' || /^[a-z][a-z0-9+.-]*:(?!\/\/|\d)/i.test(text)) {
    throw new Fault('url/invalid', `expected a URL with a host, got ${JSON.stringify(octets)}`)
  }
  return {
    scheme: scheme.toLowerCase(),
    host: escapeOctets(host),
    path: escapeOctets(canonicalPath(path)),
    query: query === '' ? null : escapeOctets(query),
  }
}

function withoutPort(authority: string): string {
  return authority.replace(/:\d*$/, '')
}

/**
 * `octets` with its percent-escapes undone again and again until none is left, in one pass: escapes
 * cannot overlap, so the order does not matter.
 */
export function unescapeFully(octets: string): string {
  if (!octets.includes('%')) return octets
  const out: number[] = []
  for (let i = 0; i < octets.length; i++) {
    out.push(octets.charCodeAt(i))
    for (let made = lastEscape(out); made >= 0; made = lastEscape(out)) {
      out.length -= 3
      out.push(made)
    }
  }
  return out.map((octet) => String.fromCharCode(octet)).join('')
}

const PERCENT = 0x25

function lastEscape(out: readonly number[]): number {
  if (out[out.length - 3] !== PERCENT) return -1
  const high = hexDigit(out[out.length - 2] ?? 0)
  const low = hexDigit(out[out.length - 1] ?? 0)
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

function hexDigit(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30
  const letter = octet | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** `octets` with everything up to 0x20, from 0x7f, `#`, `%`, and what is in `more`, percent-escaped. */
export function escapeOctets(octets: string, more = ''): string {
  let out = ''
  for (const octet of octets) {
    const code = octet.charCodeAt(0)
    const plain =
      code > 0x20 && code < 0x7f && octet !== '#' && octet !== '%' && !more.includes(octet)
    out += plain ? octet : `%${code.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}

/** `path`, unescaped, with `//`, `/./` and `/../` resolved. Begins with `/`. */
export function canonicalPath(path: string): string {
  const out: string[] = []
  const segments = path.split('/').filter((segment) => segment !== '')
  for (const segment of segments) {
    if (segment === '..') out.pop()
    else if (segment !== '.') out.push(segment)
  }
  const last = segments.at(-1) ?? ''
  const open = out.length > 0 && (path.endsWith('/') || last === '.' || last === '..')
  return `/${out.join('/')}${open ? '/' : ''}`
}

/** `host` without dots at its ends and with runs of dots made one. */
export function collapseDots(host: string): string {
  return host.replace(/^\.+|\.+$/g, '').replace(/\.{2,}/g, '.')
}

function canonicalHost(host: string): string {
  const lower = toAsciiHost(collapseDots(host)).toLowerCase()
  return parseLegacyIpv4(lower) ?? lower
}

function toAsciiHost(octets: string): string {
  if (!/[\x80-\xff]/.test(octets)) return octets
  try {
    const bytes = Uint8Array.from(octets, (octet) => octet.charCodeAt(0))
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return toASCII(text, { checkBidi: true, checkJoiners: true }) ?? octets
  } catch {
    // Not UTF-8: the octets are escaped as they are.
    return octets
  }
}

/**
 * The address that `inet_aton` makes of `host`: one to four numbers, octal and hexadecimal allowed,
 * what is over in all but the last cut to an octet. Null when `host` is no address.
 */
export function parseLegacyIpv4(host: string): string | null {
  // As some resolvers do, what follows a space is left out.
  const [text = ''] = host.length <= 15 ? host.split(' ') : [host]
  const parts = text.split('.')
  if (parts.length > 4) return null
  const numbers = parts.map(parseLegacyNumber)
  const last = numbers.at(-1) ?? -1n
  if (numbers.some((number) => number < 0n)) return null
  const room = BigInt(8 * (5 - parts.length))
  const octets = numbers.slice(0, -1).map((number) => number & 0xffn)
  for (let shift = room - 8n; shift >= 0n; shift -= 8n) octets.push((last >> shift) & 0xffn)
  return octets.join('.')
}

function parseLegacyNumber(text: string): bigint {
  if (/^0x[0-9a-f]{1,16}$/.test(text)) return BigInt(text)
  if (/^0[0-7]{1,22}$/.test(text)) return BigInt(`0o${text}`)
  return /^(?:0|[1-9]\d{0,19})$/.test(text) ? BigInt(text) : -1n
}

const MAX_HOST_LABELS = 7
const MAX_PATH_PREFIXES = 4

/** Every expression under which a Safe Browsing list may hold `url`: host suffixes, path prefixes. */
export function lookupExpressions(url: SafeBrowsingUrl): readonly string[] {
  return lookupHosts(url.host).flatMap((host) => lookupPaths(url).map((path) => host + path))
}

/** `host`, and what is left when its leading labels are taken away, down to two labels. */
export function lookupHosts(host: string): readonly string[] {
  if (host.startsWith('[') || parseLegacyIpv4(host) !== null) return [host]
  const labels = host.split('.')
  const hosts = [host]
  const most = Math.min(labels.length - 1, MAX_HOST_LABELS)
  for (let kept = most; kept >= 2; kept--) hosts.push(labels.slice(-kept).join('.'))
  return hosts
}

function lookupPaths({ path, query }: SafeBrowsingUrl): readonly string[] {
  const segments = path.split('/').slice(1, -1)
  const prefixes = segments.slice(0, MAX_PATH_PREFIXES - 1)
  const folders = prefixes.map((_, index) => `/${prefixes.slice(0, index + 1).join('/')}/`)
  const exact = query === null ? [path] : [`${path}?${query}`, path]
  return [...new Set([...exact, ...folders.reverse(), '/'])]
}
