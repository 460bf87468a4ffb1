import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as limits from '../../../src/dns/limits.ts'
import { OUR_UDP_BYTES } from '../../../src/dns/wire/edns.ts'
import { FUDGE_SECONDS } from '../../../src/dns/tsig-digest.ts'
import { MAX_BODY_BYTES } from '../../../src/dns/zone-source.ts'

const spec = readFileSync(new URL('../../../docs/spec/dns.md', import.meta.url), 'utf8')

test.each([
  [
    'connections open at one time',
    limits.MAX_CONNECTIONS,
    limits.MAX_CONNECTIONS_PER_ADDRESS,
    limits.MAX_CONNECTIONS_PER_KEY,
  ],
  ['a TLS handshake', limits.HANDSHAKE_MS / 1000],
  ['a question, from', limits.FRAME_MS / 1000],
  ['time between questions', limits.IDLE_MS / 1000],
  ['octets of a question', limits.MAX_QUESTION_BYTES],
  ['questions of one connection', limits.MAX_QUESTIONS_PER_CONNECTION],
  ['questions that wait', limits.MAX_OUTSTANDING_PER_CONNECTION],
  ['octets that wait', limits.MAX_OUTSTANDING_BYTES],
  ['transfers at one time', limits.MAX_TRANSFERS, limits.MAX_TRANSFERS_PER_ASKER],
  ['a reader that takes no octet of a transfer', limits.STALL_MS / 1000],
  ['a reader that takes no octet of another answer', limits.ANSWER_STALL_MS / 1000],
  ['running transfers after SIGTERM', limits.DRAIN_MS / 1000],
  ['octets of records', MAX_BODY_BYTES],
  ['octets of an answer over UDP', OUR_UDP_BYTES],
])('docs/spec/dns.md has the limits of «%s»', (row, ...values) => {
  const section = spec.slice(spec.indexOf('## 6. Limits'))
  const [, cell = ''] = new RegExp(`\\| ${row}[^|]*\\|([^|]*)\\|`).exec(section) ?? []
  expect((cell.match(/\d+/g) ?? []).map(Number)).toEqual(values)
})

test('docs/spec/dns.md has the times of a NOTIFY', () => {
  const section = spec.slice(spec.indexOf('## 5. NOTIFY'), spec.indexOf('## 6. Limits'))
  const seconds = limits.NOTIFY_WAITS_MS.map((ms) => ms / 1000)
  const [, again, last] =
    /told again after ([\d, and\n]+) seconds, and given up (\d+) seconds/.exec(section)!
  expect((again!.match(/\d+/g) ?? []).map(Number)).toEqual(seconds.slice(0, -1))
  expect(Number(last)).toBe(seconds.at(-1))
  expect(section).toContain(`at most every ${limits.NOTIFY_INTERVAL_MS / 1000} seconds`)
})

test('docs/spec/dns.md has the time after which a signature is too old', () => {
  expect(spec).toContain(`for more than ${FUDGE_SECONDS} s finds the signature too old`)
})
