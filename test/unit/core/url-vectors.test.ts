import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readEntryValue } from '../../../src/core/parse-entry.ts'
import { sharedData } from '../../support/shared-data.ts'

/** One case of the URL Standard's own tests: what parsing `input` must give, or that it must fail. */
interface Vector {
  readonly input: string
  readonly failure?: true
  readonly protocol: string
  readonly username: string
  readonly password: string
  readonly hostname: string
  readonly port: string
}

const path = sharedData('vectors/urltestdata.json')
const all = (path === null ? [] : JSON.parse(readFileSync(path, 'utf8'))) as (string | Vector)[]
const vectors = all.filter((item) => typeof item === 'object')
const web = vectors.filter(({ input }) => /^[\0-\x20]*https?:\/\/[^/\\]/i.test(input))

/** `docs/spec/entry.md` §3.2 on its own: names and addresses, as the URL Standard prints them. */
function isListable(hostname: string): boolean {
  const labels = hostname.replace(/^\.+|\.+$/g, '').split(/\.+/)
  const isName =
    labels.length >= 2 &&
    labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label)) &&
    /^(?:[a-z]+|xn--.+)$/.test(labels.at(-1) ?? '')
  const isIpv4 = /^\d+\.\d+\.\d+\.\d+$/.test(hostname)
  return hostname.startsWith('[') || isIpv4 || isName
}

function hostOf(input: string): string | null {
  const reading = readEntryValue('url', input)
  return 'value' in reading ? (/^(?:\[[^\]]*\]|[^:/]*)/.exec(reading.value)?.[0] ?? '') : null
}

describe.skipIf(path === null)('the host cases of urltestdata.json', () => {
  const good = web.filter((vector) => vector.failure === undefined)
  const listed = good.filter(
    ({ input, hostname }) => !/^[^:]*:\/\/[^/?#\\]*@/.test(input) && isListable(hostname),
  )
  const refused = good.filter((vector) => !listed.includes(vector))
  const failures = web.filter((vector) => vector.failure === true)

  test('are all there', () => {
    expect([listed.length, refused.length, failures.length]).toEqual([72, 44, 133])
  })

  test.each(listed)('have the host of the vector: $input', ({ input, hostname }) => {
    expect(hostOf(input)).toBe(hostname.replace(/^\.+|\.+$/g, '').replace(/\.{2,}/g, '.'))
  })

  test.each(refused)('are refused with a host that is never listed: $input', ({ input }) => {
    expect(hostOf(input)).toBeNull()
  })

  test.each(failures)('are refused where parsing must fail: $input', ({ input }) => {
    expect(hostOf(input)).toBeNull()
  })

  test('are refused with any other scheme', () => {
    const others = vectors.filter(
      ({ protocol, failure, input }) =>
        failure === undefined &&
        /^[a-z][a-z0-9+.-]*:/i.test(input) &&
        protocol !== 'http:' &&
        protocol !== 'https:',
    )
    expect(others).toHaveLength(194)
    expect(others.filter(({ input }) => hostOf(input) !== null)).toEqual([])
  })
})
