import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { catalogZoneName } from '../../../../src/core/catalog-name.ts'
import { makeCatalogZone, memberId } from '../../../../src/distribute/zones/catalog-zone.ts'
import { MAX_BODY_BYTES } from '../../../../src/dns/zone-source.ts'

/** What is on the wire, with the zone's name as `@`; this is no part of the code that is tested. */
function readRecords(bytes: Uint8Array): string[] {
  const view = Buffer.from(bytes)
  const read: string[] = []
  let at = 0
  const name = (): string => {
    const labels: string[] = []
    for (;;) {
      const length = view.readUInt8(at)
      if (length === 0xc0) {
        expect(view.readUInt8(at + 1)).toBe(12)
        at += 2
        return [...labels, '@'].join('.')
      }
      at++
      if (length === 0) return labels.join('.') + '.'
      labels.push(view.toString('latin1', at, at + length))
      at += length
    }
  }
  while (at < view.length) {
    const owner = name()
    const [type, inClass, ttl] = [
      view.readUInt16BE(at),
      view.readUInt16BE(at + 2),
      view.readUInt32BE(at + 4),
    ]
    expect([inClass, ttl]).toEqual([1, 0])
    const end = at + 10 + view.readUInt16BE(at + 8)
    at += 10
    let data = ''
    if (type === 6) {
      const names = [name(), name()]
      data = [...names, ...[0, 4, 8, 12, 16].map((offset) => view.readUInt32BE(at + offset))].join(
        ' ',
      )
      at += 20
    } else if (type === 16) {
      data = view.toString('latin1', at + 1, end)
      at = end
    } else data = name()
    expect(at).toBe(end)
    read.push(`${owner} ${type} ${data}`)
  }
  return read
}

test('a catalog lists its zones as RFC 9432 has it', () => {
  const { name, serial, soa, part } = makeCatalogZone('ISP.one', 7, ['b.rpz.test', 'a.rpz.test'])
  expect([name, serial]).toEqual(['isp.one.catalog.bailiwick.invalid', 7])
  const unique = (origin: string): string =>
    createHash('sha256').update(origin).digest('hex').slice(0, 16)
  const members = ['a.rpz.test', 'b.rpz.test']
    .map((origin) => `${unique(origin)}.zones.@ 12 ${origin}.`)
    .sort()
  const soaText = '@ 6 invalid. invalid. 7 300 60 2419200 0'
  expect(readRecords(part.records)).toEqual([
    soaText,
    '@ 2 invalid.',
    'version.@ 16 2',
    ...members,
    soaText,
  ])
  expect(readRecords(soa)).toEqual([soaText])
  expect(part).toMatchObject({ ends: [part.records.length], counts: [6] })
})

test('the order and number in which zones are given does not matter', () => {
  const one = makeCatalogZone('isp', 1, ['a.test', 'b.test', 'c.test'])
  expect(makeCatalogZone('isp', 1, ['c.test', 'a.test', 'b.test', 'a.test'])).toEqual(one)
})

test('a large one is cut into messages, none longer than may be', () => {
  const origins = Array.from({ length: 3000 }, (_, i) => `list-${i}.rpz.test`)
  const { ends, counts, records } = makeCatalogZone('isp', 1, origins).part
  expect(counts.length).toBeGreaterThan(2)
  expect(ends.at(-1)).toBe(records.length)
  for (const [i, end] of ends.entries()) {
    const start = ends[i - 1] ?? 0
    expect(end - start).toBeLessThanOrEqual(MAX_BODY_BYTES)
    expect(readRecords(records.subarray(start, end))).toHaveLength(counts[i]!)
  }
  expect(counts.reduce((sum, count) => sum + count)).toBe(3000 + 4)
})

test('a member’s id is one label, the same for ever', () => {
  expect(memberId('phishing.rpz.example')).toBe('f02c0f226179e8ad')
})

test.each([
  ['isp', 'isp'],
  ['ISP.One_x-2', 'isp.one_x-2'],
  ['a'.repeat(63), 'a'.repeat(63)],
])('the name of %s is as it is, in lower case', (subscriber, expected) => {
  expect(catalogZoneName(subscriber)).toBe(`${expected}.catalog.bailiwick.invalid`)
})

test.each(['a..b', '.a', 'a.', 'a'.repeat(64), 'b'.repeat(64)])(
  'the name of %s, which can be none, is a label of its own',
  (subscriber) => {
    const [label = '', ...rest] = catalogZoneName(subscriber).split('.')
    expect(rest.join('.')).toBe('catalog.bailiwick.invalid')
    expect(label).toMatch(/^[a-z0-9_-]{17,63}$/)
    expect(catalogZoneName(`${subscriber}x`)).not.toBe(catalogZoneName(subscriber))
  },
)
