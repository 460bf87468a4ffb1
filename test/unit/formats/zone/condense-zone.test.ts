import { describe, expect, test } from 'vitest'
import { MAX_BODY_BYTES as OURS } from '../../../../src/formats/zone/cut-messages.ts'
import { MAX_BODY_BYTES } from '../../../../src/dns/zone-source.ts'
import { condenseZone, MAX_STEPS, sourcesOf } from '../../../../src/formats/zone/condense-zone.ts'
import type { ZoneFile, ZoneFolder } from '../../../../src/formats/zone/zone-folder.ts'
import {
  applyDifference,
  printRecord,
  readDifference,
  readRecords,
  ZoneHistory,
  zoneSet,
} from '../../../support/zones.ts'

const line = (name: string, action = 'nxdomain'): string => `${name}\thost\t${action}\t-\t-`
const many = (count: number, label: string): string[] =>
  Array.from({ length: count }, (_, i) => line(`${label}${i}.example`))

test('messages have the room that the protocol leaves them', () => {
  expect(OURS).toBe(MAX_BODY_BYTES)
})

describe('the difference between two serials', () => {
  test('stands between SOA records as RFC 1995 §4 has it', () => {
    using zones = new ZoneHistory()
    zones.next([line('a.example'), line('b.example')])
    zones.next([line('b.example'), line('c.example')])
    expect(zones.difference(1)!.map(printRecord)).toEqual([
      '@ SOA localhost. hostmaster.localhost. 2 300 60 2419200 300',
      '@ SOA localhost. hostmaster.localhost. 1 300 60 2419200 300',
      'a.example CNAME .',
      '1.phishing.beacon.bailiwick.invalid A 127.0.0.1',
      '1.phishing.beacon.bailiwick.invalid TXT "phishing 1"',
      '@ SOA localhost. hostmaster.localhost. 2 300 60 2419200 300',
      'c.example CNAME .',
      '2.phishing.beacon.bailiwick.invalid A 127.0.0.1',
      '2.phishing.beacon.bailiwick.invalid TXT "phishing 2"',
      '@ SOA localhost. hostmaster.localhost. 2 300 60 2419200 300',
    ])
  })

  test('has nothing of what came and went between', () => {
    using zones = new ZoneHistory()
    zones.next([line('a.example')])
    zones.next([line('a.example', 'drop'), line('b.example')])
    zones.next([line('a.example'), line('b.example')])
    zones.next([line('a.example')])
    expect(zones.difference(1)!.map(({ owner }) => owner)).not.toContain('a.example')
    expect(zones.difference(1)!.map(({ owner }) => owner)).not.toContain('b.example')
    expect(zones.difference(2)!.map(printRecord)).toEqual(
      expect.arrayContaining(['a.example CNAME rpz-drop.', 'a.example CNAME .']),
    )
  })

  test('gives the records of the zone itself their new TTL', () => {
    using zones = new ZoneHistory()
    zones.next([line('a.example')])
    zones.next([line('a.example')], { zone: { ...zones.definition.zone!, ttl: 60 } })
    const difference = zones.difference(1)!
    const added = difference
      .slice(1)
      .slice(difference.slice(1).findLastIndex(isNewSoa(difference)) - 4)
    expect(added.filter(({ ttl }) => ttl !== 60)).toEqual([])
    expect(difference.filter(({ type }) => type === 'NS').map(({ ttl }) => ttl)).toEqual([300, 60])
  })

  test('is cut into messages that follow each other in the parts', () => {
    using zones = new ZoneHistory()
    zones.next(many(10, 'stays'))
    const before = zoneSet(zones.records())
    zones.next([...many(10, 'stays'), ...many(60_000, 'n')])
    const difference = condenseZone(zones.folder, zones.key(2), 1, Infinity)!
    expect(difference.parts.length).toBeGreaterThan(1)
    const messages = readDifference(difference)
    expect(Math.max(...messages.map(({ length }) => length))).toBeLessThanOrEqual(OURS)
    expect(readRecords(messages[0]!).length).toBeGreaterThan(1)
    const records = messages.flatMap(readRecords)
    expect(records).toHaveLength(difference.records)
    expect(messages.reduce((sum, { length }) => sum + length, 0)).toBe(difference.bytes)
    expect(applyDifference(before, records)).toEqual(zoneSet(zones.records()))
  })

  test('is null where it would have more bytes than are allowed', () => {
    using zones = new ZoneHistory()
    zones.next([line('a.example')])
    zones.next(many(1000, 'n'))
    const { bytes } = condenseZone(zones.folder, zones.key(2), 1, Infinity)!
    expect(condenseZone(zones.folder, zones.key(2), 1, bytes)).not.toBeNull()
    expect(condenseZone(zones.folder, zones.key(2), 1, bytes - 1)).toBeNull()
  })

  test('is null from a serial that no difference begins at, or that is the zone’s own', () => {
    using zones = new ZoneHistory()
    zones.next([line('a.example')])
    zones.publish([line('b.example')])
    zones.next([line('c.example')])
    expect(sourcesOf(zones.folder, zones.key(3))).toEqual([1])
    expect(zones.difference(1)).not.toBeNull()
    expect(zones.difference(2)).toBeNull()
    expect(zones.difference(3)).toBeNull()
  })

  test('is null where a difference on the way is damaged', () => {
    using zones = new ZoneHistory()
    for (const name of ['a', 'b', 'c']) zones.next([line(`${name}.example`)])
    const [first] = zones.folder.names('phishing').filter((name) => name.endsWith('.diff'))
    zones.folder.draft('phishing').keep(first!, { format: 'another/1' })
    expect(zones.difference(1)).toBeNull()
    expect(zones.difference(2)).not.toBeNull()
  })

  test('closes every file, also when one on the way can not be opened', () => {
    using zones = new ZoneHistory()
    for (const name of ['a', 'b', 'c', 'd']) zones.next([line(`${name}.example`)])
    const full = (): never => {
      throw new Error('too many open files')
    }
    for (const onThird of [full, () => null, (file: ZoneFile | null) => file]) {
      const counted = countOpen(zones.folder, onThird)
      const condense = (): unknown => condenseZone(counted.folder, zones.key(4), 1, Infinity)
      if (onThird === full) expect(condense).toThrow('too many open files')
      else condense()
      expect(counted.opened).toBeGreaterThanOrEqual(2)
      expect(counted.closed).toBe(counted.opened)
    }
  })

  test('is null over more steps than may be open at once, and then nothing is opened', () => {
    for (const steps of [MAX_STEPS, MAX_STEPS + 1]) {
      let opened = 0
      const state = 'a'.repeat(16)
      const folder = {
        names: () =>
          Array.from({ length: steps }, (_, i) => `${i + 1}-${state}_${i + 2}-${state}.diff`),
        open: () => {
          opened++
          return null
        },
      } as unknown as ZoneFolder
      const key = { place: 'a', serial: steps + 1, state: 'a'.repeat(64) }
      expect(condenseZone(folder, key, 1, Infinity)).toBeNull()
      expect(opened).toBe(steps === MAX_STEPS ? 1 : 0)
    }
  })
})

/** A folder that counts what is open, and gives for the third file what `onThird` makes of it. */
function countOpen(
  folder: ZoneFolder,
  onThird: (file: ZoneFile | null) => ZoneFile | null,
): { readonly folder: ZoneFolder; opened: number; closed: number } {
  let asked = 0
  const counted = {
    ...{ opened: 0, closed: 0 },
    folder: {
      ...folder,
      open: (...at: Parameters<ZoneFolder['open']>): ZoneFile | null => {
        const file = folder.open(...at)
        asked++
        try {
          const given = asked === 3 ? onThird(file) : file
          if (given === null) file?.close()
          return given === null ? null : count(given)
        } catch (error) {
          file?.close()
          throw error
        }
      },
    },
  }
  const count = (file: ZoneFile): ZoneFile => {
    counted.opened++
    const close = (): void => {
      counted.closed++
      file.close()
    }
    return { ...file, close }
  }
  return counted
}

function isNewSoa(
  difference: readonly { readonly data: string }[],
): (record: { data: string }) => boolean {
  return ({ data }) => data === difference[0]!.data
}
