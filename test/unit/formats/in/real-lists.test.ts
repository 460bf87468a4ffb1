import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readText } from '../../../support/read-text.ts'
import { sharedData } from '../../../support/shared-data.ts'

function bytesOf(path: string): Uint8Array {
  const bytes = readFileSync(path)
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes
}

/** Format, entries and refused lines of whole lists as they were published, looked at line by line once. */
const LISTS: readonly (readonly [string, string, number, number])[] = [
  ['lists/adblock_iam-py-test_antimalware_abp.txt.gz', 'adblock', 7114, 0],
  ['lists/domains_disposable-email.txt.gz', 'domains', 8335, 0],
  ['lists/hosts_anudeepND_adservers.txt.gz', 'hosts', 42358, 0],
  ['lists/hosts_durablenapkin_raw.txt.gz', 'hosts', 14945, 6],
  ['lists/urls_hacked-malware-websites.txt.gz', 'urls', 20116, 0],
  ['lists/urls_maltrail_2026-04-30.txt.gz', 'urls', 72460, 4],
  ['lists/urlhaus_2022-03-14/urlhaus-filter-agh.txt.gz', 'adblock', 134210, 10],
  ['lists/urlhaus_2022-03-14/urlhaus-filter-dnscrypt-blocked-ips.txt.gz', 'domains', 128119, 4],
  ['lists/urlhaus_2022-03-14/urlhaus-filter-dnsmasq.conf.gz', 'dnsmasq', 6091, 6],
  ['lists/urlhaus_2022-03-14/urlhaus-filter-domains.txt.gz', 'domains', 134210, 10],
  ['lists/urlhaus_2022-03-14/urlhaus-filter-hosts.txt.gz', 'hosts', 6091, 6],
  ['lists/urlhaus_2022-03-14/urlhaus-filter-rpz.conf.gz', 'rpz', 6091, 6],
  ['lists/urlhaus_2022-03-14/urlhaus-filter-unbound.conf.gz', 'unbound', 6091, 6],
  ['nasty/files/crlf_hosts.txt', 'hosts', 1844, 1],
  ['nasty/files/mixed_eol.txt', 'mixed', 68, 0],
  ['nasty/files/utf8_bom.txt', 'adblock', 1, 0],
]

const REFUSED: readonly (readonly [string, string])[] = [
  ['nasty/constructed/cut_in_mid_line.txt', 'import/cut'],
  ['nasty/constructed/empty.txt', 'import/empty'],
  ['nasty/constructed/gzip_bytes_as_text.txt', 'import/compressed'],
  ['nasty/constructed/header_only.txt', 'import/empty'],
  ['nasty/constructed/html_503.txt', 'import/not-a-list'],
  ['nasty/constructed/http404_body.txt', 'import/not-a-list'],
  ['nasty/files/merge_conflict.txt', 'import/conflict-markers'],
  // UTF-16 with a mark, of URL patterns: decoded, and then no list of ours.
  ['nasty/files/utf16le_bom.txt', 'import/not-a-list'],
  ['history/incidents/header-only/2_bad.txt.gz', 'import/empty'],
]

const isThere = sharedData('lists') !== null && sharedData('nasty') !== null

describe.skipIf(!isThere)('lists as they were published', () => {
  test.for(LISTS)('%s is %s', ([name, format, entries, refused]) => {
    const { report, set } = readText(bytesOf(sharedData(name) ?? ''))
    expect([report.format, set.size, report.refused.count]).toEqual([format, entries, refused])
  })

  test.for(REFUSED)('%s is refused: %s', ([name, code]) => {
    const bytes = bytesOf(sharedData(name) ?? '')
    expect(() => readText(bytes)).toThrow(expect.objectContaining({ code }))
  })

  test('CRLF is the same list as LF', () => {
    const text = Buffer.from(bytesOf(sharedData('nasty/files/crlf_hosts.txt') ?? '')).toString(
      'utf8',
    )
    expect(readText(text.replaceAll('\r', '')).lines).toEqual(readText(text).lines)
  })
})
