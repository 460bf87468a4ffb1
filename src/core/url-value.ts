import { isIdna2008Name, readDomainName, trimAsciiSpace } from './domain-name.ts'
import type { EntryValue } from './entry.ts'
import { Fault } from './fault.ts'
import { canonicalPath, collapseDots, escapeOctets, unescapeFully } from './safe-browsing-url.ts'
import type { NameRefusal } from './scan-name.ts'
import { isPlainUrlValue, MAX_URL } from './scan-url.ts'

/** `docs/spec/entry.md` §6, in UTF-16 code units: bounds the work that parsing is given. */
export const MAX_URL_TEXT = 32768

/** Why a text is no URL that can be listed; of its host, why that is no name. */
export type UrlRefusal = keyof typeof EXPLAIN | NameRefusal

const EXPLAIN = {
  malformed: 'no URL',
  scheme: 'neither http nor https',
  'user-info': 'it has user information',
  'long-url': 'far too long',
} as const

export type UrlReading = { readonly value: EntryValue } | { readonly refusal: UrlRefusal }

/** The canonical URL value of `text` (`docs/spec/entry.md` §3). Throws `url/invalid`. */
export function parseUrlValue(text: string): EntryValue {
  const reading = readUrlValue(text)
  if ('value' in reading) return reading.value
  throw new Fault(
    'url/invalid',
    `expected a URL that can be listed, got ${JSON.stringify(text.slice(0, MAX_SHOWN))} (${explain(reading.refusal)})`,
  )
}

const MAX_SHOWN = 1024

/** As `parseUrlValue`, for callers that count refusals by reason instead of stopping at one. */
export function readUrlValue(text: string): UrlReading {
  if (text.length > MAX_URL_TEXT) return { refusal: 'long-url' }
  const trimmed = trimAsciiSpace(text)
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') return { refusal: 'scheme' }
  const rest = scheme === undefined ? trimmed : trimmed.slice(scheme.length + 3)
  return isPlainText(rest) ? { value: rest as EntryValue } : readUrlFully(rest)
}

// One text at a time is in here, and never across a call.
const scratch = new Uint8Array(MAX_URL)

function isPlainText(text: string): boolean {
  if (text.length > MAX_URL) return false
  let high = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    high |= code
    scratch[i] = code
  }
  return high <= 0x7f && isPlainUrlValue(scratch, 0, text.length)
}

/** What `readUrlValue` does with a text, behind its scheme, that cannot be told at a glance. */
export function readUrlFully(rest: string): UrlReading {
  const authority = /^[^/\\?#]*/.exec(rest)?.[0] ?? ''
  if (authority.includes('@')) return { refusal: 'user-info' }
  // An empty authority, or WHATWG would look for the host in the path.
  if (authority === '') return { refusal: 'malformed' }
  const known = readAsciiAuthority(authority)
  const href = `http://${known?.standIn ?? authority}${rest.slice(authority.length)}`
  if (!URL.canParse(href)) return { refusal: 'malformed' }
  const url = new URL(href)
  const host = known ?? readHost(url.hostname, authority)
  return 'value' in host ? printValue(host.value, url) : host
}

/**
 * The host of `authority` if it is a name as it stands, and what to let WHATWG parse in its place: the
 * parser refuses A-labels that do not decode, and such hosts do resolve (`entry.md` §7, fake-a-label).
 */
function readAsciiAuthority(
  authority: string,
): { readonly value: EntryValue; readonly standIn: string } | null {
  if (!/^[A-Za-z0-9._-]+(?::\d*)?$/.test(authority)) return null
  const colon = authority.indexOf(':')
  const host = colon < 0 ? authority : authority.slice(0, colon)
  const reading = readDomainName(collapseDots(host))
  if (!('name' in reading)) return null
  return { value: reading.name, standIn: `host${authority.slice(host.length)}` }
}

function readHost(hostname: string, authority: string): UrlReading {
  // WHATWG has made these canonical; a name never ends in a number (`entry.md` §2).
  if (hostname.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(hostname)) {
    return { value: hostname as EntryValue }
  }
  // WHATWG does not know IDNA 2008; what was given as A-labels is opaque.
  if (/[^!-$&-~]/.test(authority) && hostname.includes('xn--') && !isIdna2008Name(hostname)) {
    return { refusal: 'idna' }
  }
  const reading = readDomainName(collapseDots(hostname))
  return 'name' in reading ? { value: reading.name } : reading
}

function printValue(host: EntryValue, url: URL): UrlReading {
  // 80 is gone already: the URL was read as `http`.
  const port = url.port === '' || url.port === '443' ? '' : `:${url.port}`
  const value = host + port + printPathAndQuery(url)
  return value.length > MAX_URL ? { refusal: 'long-url' } : { value: value as EntryValue }
}

/** `docs/spec/entry.md` §3.5: what a value ends in exactly when it is a prefix. */
const PREFIX_END = '/*'

/** Whether the URL value `value` stands for everything below its path. */
export function isUrlPrefix(value: string): boolean {
  return value.endsWith(PREFIX_END)
}

/** The host of a URL value, without its port. */
export function urlHost(value: string): string {
  return value.slice(0, value.search(/[/?]/)).replace(/:\d+$/, '')
}

/** The prefixes that stand for a URL value beside others (`docs/spec/entry.md` §3.5), the nearest first; never the value itself. */
export function prefixesAbove(value: string): string[] {
  const prefixes: string[] = []
  const path = isUrlPrefix(value) ? value.slice(0, -PREFIX_END.length) : value
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    prefixes.push(path.slice(0, slash) + PREFIX_END)
  }
  return prefixes
}

function printPathAndQuery({ pathname, search }: URL): string {
  const query = search.length > 1 ? `?${escapeOctets(unescapeFully(search.slice(1)), '\\')}` : ''
  const isPrefix = query === '' && isUrlPrefix(pathname)
  const given = isPrefix ? pathname.slice(0, -1) : pathname
  const path = escapeOctets(canonicalPath(unescapeFully(given)), '\\?')
  if (isPrefix) return `${path}*`
  const whole = path + query
  return isUrlPrefix(whole) ? `${whole.slice(0, -1)}%2A` : whole
}

function explain(refusal: UrlRefusal): string {
  return refusal in EXPLAIN
    ? EXPLAIN[refusal as keyof typeof EXPLAIN]
    : `its host is no name: ${refusal}`
}
