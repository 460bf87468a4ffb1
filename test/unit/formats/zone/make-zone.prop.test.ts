import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import type { PublicDefinition } from '../../../../src/core/list-definition.ts'
import { MAX_BODY_BYTES } from '../../../../src/formats/zone/cut-messages.ts'
import {
  arbList,
  arbNames,
  DEFINITION,
  exportSource,
  render,
} from '../../../support/export-builders.ts'
import { sortLines } from '../../../support/lines.ts'
import '../../../support/property-runs.ts'
import {
  applyDifference,
  printRecord,
  readMessages,
  ZoneHistory,
  zoneSet,
  type ReadRecord,
} from '../../../support/zones.ts'

const arbTarget = fc.constantFrom(
  [],
  ['192.0.2.80'],
  ['192.0.2.80', '192.0.2.8', '2001:db8::80', '2001:db8::8'],
  ['stop.example'],
)

const arbDefinition: fc.Arbitrary<Partial<PublicDefinition>> = fc
  .record({
    to: arbTarget,
    proxy: arbTarget,
    origin: fc.constantFrom('phishing.rpz.example', 'rpz'),
    zonemd: fc.boolean(),
  })
  .map(({ to, proxy, origin, zonemd }) => ({
    action: to.length === 0 ? { type: 'nxdomain', to: [] } : { type: 'redirect', to },
    steering: proxy.length === 0 ? null : { to: proxy },
    zone: { ...DEFINITION.zone!, origin, zonemd },
  }))

/** Changes that leave much as it was, and change much of what is near. */
const arbHistory = fc
  .array(fc.oneof(arbList, arbNames), { minLength: 2, maxLength: 5 })
  .chain(([first = [], ...others]) =>
    fc
      .tuple(...others.map((other) => fc.tuple(fc.constant(other), fc.nat(12), fc.nat(12))))
      .map((steps) => {
        const history = [first]
        for (const [other, removed, added] of steps) {
          const before = history.at(-1)!
          const kept = before.filter((_, i) => i % 12 !== removed)
          const keys = new Set(kept.map(keyOf))
          const fresh = other.slice(0, added).filter((line) => !keys.has(keyOf(line)))
          history.push(sortLines([...kept, ...fresh]))
        }
        return history
      }),
  )

function keyOf(line: string): string {
  return line.split('\t', 2).join('\t')
}

describe('the zone of a list', () => {
  test.prop([fc.oneof(arbList, arbNames), arbDefinition])(
    'has the records of the text export, a beacon, and a digest where one is wanted',
    (lines, definition) => {
      using zones = new ZoneHistory()
      for (let serial = 1; serial < 42; serial++) zones.publish([])
      const { by } = zones.next(lines, definition)
      expect(by).toBe('render')
      const records = zones.records()
      const ours = records.slice(0, -1).filter((record) => !isOwn(record))
      expect(sortLines(ours.map(printRecord))).toEqual(sortLines(exported(lines, definition)))
      expect(records.filter(isOwn).map(withoutDigest)).toEqual([
        ...(zones.definition.zone!.zonemd ? ['@ ZONEMD 42 1 1'] : []),
        '42.phishing.beacon.bailiwick.invalid A 127.0.0.1',
        '42.phishing.beacon.bailiwick.invalid TXT "phishing 42"',
      ])
      expect(records.every(({ ttl }) => ttl === 300)).toBe(true)
    },
  )

  test.prop([fc.oneof(arbList, arbNames), arbDefinition])(
    'stands in canonical order between two SOA records',
    (lines, definition) => {
      using zones = new ZoneHistory()
      zones.next(lines, definition)
      const records = zones.records()
      const [first, second] = records
      expect([first?.type, second?.type]).toEqual(['SOA', 'NS'])
      expect(records.at(-1)).toEqual(first)
      const head = records.findIndex(({ owner }) => owner !== '@')
      const body = records.slice(head, -3).map(orderOf)
      expect(body).toEqual(sortLines(body))
    },
  )

  test.prop([arbHistory, arbDefinition])(
    'is the same, byte for byte, brought along from serial to serial or made at once',
    (history, definition) => {
      using along = new ZoneHistory()
      using once = new ZoneHistory()
      along.next(history[0]!, definition)
      for (const lines of history.slice(1)) expect(along.next(lines).by).toBe('update')
      for (const lines of history) once.publish(lines, definition)
      expect(once.make().by).toBe('render')
      expect(bytesOf(along)).toEqual(bytesOf(once))
    },
  )

  test.prop([arbHistory, arbDefinition, fc.nat()])(
    'is reached by every difference from every serial before, which deletes only what is there and adds only what is not',
    (history, definition) => {
      using zones = new ZoneHistory()
      const sets: string[][] = []
      for (const lines of history) {
        zones.next(lines, definition)
        sets.push(zoneSet(zones.records()))
        for (const [i, before] of sets.slice(0, -1).entries()) {
          const difference = zones.difference(i + 1)
          expect(difference).not.toBeNull()
          expect(applyDifference(before, difference!)).toEqual(sets.at(-1))
        }
      }
    },
  )

  test.prop([arbHistory, arbDefinition, arbDefinition])(
    'is reached by a difference when its definition changes, too, unless its name does',
    (history, definition, other) => {
      using zones = new ZoneHistory()
      zones.next(history[0]!, definition)
      const before = zoneSet(zones.records())
      const ttl = other.zone!.zonemd ? 300 : 60
      zones.next(history[1]!, { ...other, zone: { ...other.zone!, ttl } })
      const difference = zones.difference(1)
      if (definition.zone!.origin !== other.zone!.origin) expect(difference).toBeNull()
      else expect(applyDifference(before, difference!)).toEqual(zoneSet(zones.records()))
    },
  )

  test.prop([fc.nat({ max: 6000 }), fc.integer({ min: 1, max: 40 })])(
    'fills messages up to their limit and never beyond, also where one name has more below it than a message holds',
    (count, spread) => {
      using zones = new ZoneHistory()
      const lines = Array.from(
        { length: count },
        (_, i) =>
          `a${i}.b${i % spread}.example\tdomain\t${i % 2 === 0 ? 'nxdomain' : 'passthru'}\t-\t-`,
      )
      const covering = Array.from({ length: spread }, (_, i) => `b${i}.example\tdomain\tdrop\t-\t-`)
      zones.next([...lines, ...covering])
      const messages = readMessages(zones.folder, zones.key(1))
      const sizes = messages.map(({ length }) => length)
      expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_BODY_BYTES)
      // All but the last are as full as the largest piece that is not parted lets them be.
      expect(sizes.slice(0, -1).every((size) => size > MAX_BODY_BYTES - 4096)).toBe(true)
    },
  )
})

function exported(lines: readonly string[], definition: Partial<PublicDefinition>): string[] {
  return render('rpz', exportSource(lines, definition)).lines.filter(
    (line) => !line.startsWith('$'),
  )
}

function isOwn({ owner, type }: ReadRecord): boolean {
  return type === 'ZONEMD' || owner.endsWith('.beacon.bailiwick.invalid')
}

function withoutDigest(record: ReadRecord): string {
  return printRecord(record).replace(/ [0-9a-f]{96}$/, '')
}

/** RFC 4034 §6.1 as text: labels from the last on, with what sorts before all letters between them. */
function orderOf({ owner, type, data }: ReadRecord): string {
  const types = ['A', 'CNAME', 'TXT', 'AAAA']
  const numbers = data.split('.').map((part) => part.padStart(3, '0'))
  return [
    owner.split('.').reverse().join('\u0001'),
    types.indexOf(type),
    type === 'A' ? numbers.join('.') : data,
  ].join('\u0000')
}

function bytesOf(zones: ZoneHistory): Buffer[] {
  const names = zones.folder.names(zones.place).filter((name) => !name.endsWith('.diff'))
  return names.map((name) => readFileSync(join(zones.root, zones.place, name)))
}
