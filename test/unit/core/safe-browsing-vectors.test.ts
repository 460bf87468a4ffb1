import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseDomainName } from '../../../src/core/domain-name.ts'
import { isFault } from '../../../src/core/fault.ts'
import { readEntryValue } from '../../../src/core/parse-entry.ts'
import { registrableDomain } from '../../../src/core/public-suffix.ts'
import {
  canonicalizeSafeBrowsingUrl,
  lookupExpressions,
  lookupHosts,
  parseLegacyIpv4,
  type SafeBrowsingUrl,
} from '../../../src/core/safe-browsing-url.ts'
import { sharedData } from '../../support/shared-data.ts'

interface Vector {
  readonly input?: string
  readonly input_b64?: string
  readonly expect: string | string[]
  readonly fail?: boolean
}

const path = sharedData('vectors/safebrowsing_urls.json')
const sets = (path === null ? {} : JSON.parse(readFileSync(path, 'utf8'))) as Partial<
  Record<string, Vector[]>
>

/** Each character one octet. */
function octetsOf({ input = '', input_b64 }: Vector): string {
  return input_b64 === undefined ? input : Buffer.from(input_b64, 'base64').toString('latin1')
}

function outcome(vector: Vector, print: (url: SafeBrowsingUrl) => unknown): unknown {
  try {
    return print(canonicalizeSafeBrowsingUrl(octetsOf(vector)))
  } catch (error) {
    if (isFault(error, 'url/invalid')) return 'refused'
    throw error
  }
}

function expected({ expect, fail }: Vector): unknown {
  return fail === true ? 'refused' : expect
}

/** The library the vectors come from writes escapes as it found them, its documentation in upper case. */
function withUpperCaseEscapes(text: unknown): unknown {
  return typeof text === 'string'
    ? text.replace(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase())
    : text
}

/** Order says nothing: the expressions of a URL are a set. */
function sorted(list: unknown): unknown {
  return Array.isArray(list) ? [...(list as string[])].sort() : list
}

describe.skipIf(path === null)('the Safe Browsing vectors', () => {
  test('are all there', () => {
    expect(Object.entries(sets).map(([name, vectors]) => [name, vectors?.length])).toEqual([
      ['TestGeneratePatterns', 14],
      ['TestParseIPAddress', 11],
      ['TestCanonicalHost', 10],
      ['TestGenerateLookupHosts', 6],
      ['TestCanonicalPath', 10],
      ['TestGenerateLookupPaths', 0],
      ['TestCanonicalURL', 49],
    ])
  })

  test.each(sets['TestCanonicalURL'] ?? [])('pass for the URL $input', (vector) => {
    const printed = outcome(vector, ({ scheme, host, path }) => `${scheme}://${host}${path}`)
    expect(withUpperCaseEscapes(printed)).toBe(withUpperCaseEscapes(expected(vector)))
  })

  test.each(sets['TestCanonicalHost'] ?? [])('pass for the host of $input', (vector) => {
    expect(outcome(vector, ({ host }) => host)).toBe(expected(vector))
  })

  test.each(sets['TestCanonicalPath'] ?? [])('pass for the path of $input', (vector) => {
    expect(outcome(vector, (url) => url.path)).toBe(expected(vector))
  })

  test.each(sets['TestParseIPAddress'] ?? [])('pass for the address $input', (vector) => {
    expect(parseLegacyIpv4(octetsOf(vector)) ?? '').toBe(vector.expect)
  })

  test.each(sets['TestGenerateLookupHosts'] ?? [])('pass for the hosts of $input', (vector) => {
    if (typeof vector.expect === 'string') {
      expect(registrableDomain(parseDomainName(octetsOf(vector)))).toBe(vector.expect)
    } else {
      expect(outcome(vector, ({ host }) => lookupHosts(host))).toEqual(expected(vector))
    }
  })

  test.each(sets['TestGeneratePatterns'] ?? [])('pass for the expressions of $input', (vector) => {
    expect(sorted(outcome(vector, lookupExpressions))).toEqual(sorted(expected(vector)))
  })

  // Hosts that are no names of the public DNS are never listed: single labels, odd characters.
  const listed = (sets['TestCanonicalURL'] ?? []).flatMap((vector) => {
    const text = Buffer.from(octetsOf(vector), 'latin1').toString('utf8')
    const reading = readEntryValue('url', text)
    return 'value' in reading ? [{ text, value: reading.value, url: String(vector.expect) }] : []
  })

  test('are listed where their host is a name or an address', () => {
    expect(listed).toHaveLength(21)
  })

  test.each(listed)('agree with the value of an entry for $text', ({ value, url }) => {
    const withoutPort = value.replace(/^([^/[]*):\d+/, '$1').replace(/\?.*/, '')
    expect(withoutPort).toBe(url.replace(/^https?:\/\//, ''))
  })
})
