import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sourcesOf } from '../../../../src/formats/zone/condense-zone.ts'
import { openZoneImage } from '../../../../src/formats/zone/zone-image.ts'
import { DEFINITION } from '../../../support/export-builders.ts'
import { applyDifference, printRecord, ZoneHistory, zoneSet } from '../../../support/zones.ts'

const line = (name: string, action = 'nxdomain'): string => `${name}\tdomain\t${action}\t-\t-`
const DIGESTED = { zone: { ...DEFINITION.zone!, zonemd: true } }

function filesOf(zones: ZoneHistory, part: string): string[] {
  return zones.folder.names(zones.place).filter((name) => name.endsWith(`.${part}`))
}

function damage(zones: ZoneHistory, part: string, at: number): void {
  for (const name of filesOf(zones, part)) {
    const path = join(zones.root, zones.place, name)
    const bytes = readFileSync(path)
    bytes[at < 0 ? bytes.length + at : at]! ^= 1
    writeFileSync(path, bytes)
  }
}

describe('makeZone', () => {
  test('does nothing when the zone is there', () => {
    using zones = new ZoneHistory()
    expect(zones.next([line('a.example')]).by).toBe('render')
    const lines = (): never => {
      throw new Error('not to be read')
    }
    expect(zones.make({ lines }).by).toBe('kept')
  })

  test('makes the zone of an empty list, and of one that becomes empty and full again', () => {
    using zones = new ZoneHistory()
    zones.next([])
    const empty = zoneSet(zones.records())
    expect(empty).toHaveLength(4)
    expect(zones.next([line('a.example')]).by).toBe('update')
    expect(zones.records().map(printRecord)).toContain('*.a.example CNAME .')
    expect(zones.next([]).by).toBe('update')
    expect(zoneSet(zones.records())).toHaveLength(4)
    expect(applyDifference(empty, zones.difference(1)!)).toEqual(zoneSet(zones.records()))
  })

  test('makes zones of serials that are as large as they get', () => {
    using zones = new ZoneHistory()
    zones.publish([line('a.example')])
    zones.make({ serial: 2 ** 32 - 1 })
    const image = openZoneImage(zones.folder, { ...zones.key(1), serial: 2 ** 32 - 1 })!
    expect(image.summary.serial).toBe(4294967295)
    image.close()
  })

  test.each([
    ['its first byte', 0],
    ['a byte in the middle', 200],
    ['what is said of it', -40],
    ['its last byte', -1],
  ])('makes a zone again whose image is damaged in %s', (_, at) => {
    using zones = new ZoneHistory()
    zones.next([line('a.example'), line('b.example')])
    const before = zones.records()
    damage(zones, 'zone', at)
    expect(openZoneImage(zones.folder, zones.key(1))).toBeNull()
    expect(zones.make().by).toBe('render')
    expect(zones.records()).toEqual(before)
  })

  test('makes the next zone from the lines when the tree is lost or damaged', () => {
    using zones = new ZoneHistory()
    zones.next([line('a.example')])
    const before = zoneSet(zones.records())
    damage(zones, 'tree', 3)
    expect(zones.next([line('b.example')]).by).toBe('render')
    // The image before was whole, so there is a difference from it all the same.
    expect(applyDifference(before, zones.difference(1)!)).toEqual(zoneSet(zones.records()))
    for (const name of filesOf(zones, 'tree')) rmSync(join(zones.root, zones.place, name))
    expect(zones.next([line('c.example')]).by).toBe('render')
  })

  test('makes the next zone from the lines when the changes do not fit the zone before', () => {
    using zones = new ZoneHistory()
    zones.next([line('a.example'), line('b.example')])
    zones.publish([line('b.example'), line('c.example')])
    const blocks = (text: string): Buffer[] => [Buffer.from(`${line(text)}\n`)]
    const wrong = { added: blocks('c.example'), removed: blocks('other.example') }
    expect(zones.make({ changesSince: () => wrong }).by).toBe('render')
    zones.publish([line('d.example'), line('c.example')])
    const short = { added: blocks('d.example'), removed: [] }
    expect(zones.make({ changesSince: () => short }).by).toBe('render')
    expect(zones.records().map(printRecord)).toContain('d.example CNAME .')
  })

  test('refuses lines that are not those of the state, and leaves nothing behind', () => {
    using zones = new ZoneHistory()
    zones.publish([line('a.example')])
    expect(() => zones.make({ lines: () => [Buffer.from(`${line('b.example')}\n`)] })).toThrow(
      expect.objectContaining({ code: 'snapshot/invalid' }),
    )
    expect(zones.folder.names('phishing')).toEqual([])
  })

  test('refuses a list whose definition has no zone', () => {
    using zones = new ZoneHistory()
    expect(() => zones.next([], { zone: null })).toThrow(
      expect.objectContaining({ code: 'zone/invalid' }),
    )
  })

  test('refuses a zone whose digest is not the one that was signed, made or kept', () => {
    using zones = new ZoneHistory()
    zones.publish([line('a.example')], DIGESTED)
    const wrong = { expectedZonemd: '0'.repeat(96) }
    expect(() => zones.make(wrong)).toThrow(expect.objectContaining({ code: 'zone/digest' }))
    expect(filesOf(zones, 'zone')).toEqual([])
    const { zonemd } = zones.make()
    expect(zones.make({ expectedZonemd: zonemd! }).by).toBe('kept')
    expect(() => zones.make(wrong)).toThrow(expect.objectContaining({ code: 'zone/digest' }))
  })

  test('makes a zone from the lines when what it would be made from leads to another digest', () => {
    using zones = new ZoneHistory()
    zones.next([line('a.example'), line('z.example')], DIGESTED)
    zones.publish([line('a.example'), line('b.example')])
    using right = new ZoneHistory()
    right.publish([], DIGESTED)
    right.publish([line('a.example'), line('b.example')])
    const { zonemd } = right.make()
    const blocks = (text: string): Buffer[] => [Buffer.from(`${line(text)}\n`)]
    const wrong = { added: blocks('other.example'), removed: blocks('z.example') }
    const made = zones.make({ changesSince: () => wrong, expectedZonemd: zonemd! })
    expect(made).toMatchObject({ by: 'render', zonemd })
  })

  test('makes the zone anew when the same serial came with another definition', () => {
    using zones = new ZoneHistory()
    zones.next([line('a.example')])
    const definition = { ...DEFINITION, zone: { ...DEFINITION.zone!, refresh: 77 } }
    expect(zones.make({ definition }).by).not.toBe('kept')
    expect(printRecord(zones.records()[0]!)).toContain(' 77 ')
  })

  test('leaves the zone before alone while the serial may never come to be', () => {
    using zones = new ZoneHistory()
    zones.next([line('a.example')])
    zones.publish([line('b.example')])
    zones.make({ isTentative: true })
    expect(filesOf(zones, 'zone')).toHaveLength(2)
    expect(zones.make().by).toBe('kept')
    expect(filesOf(zones, 'zone')).toHaveLength(1)
    expect(zones.difference(1)).not.toBeNull()
  })

  test('begins from what was, not from a serial that never came to be', () => {
    using zones = new ZoneHistory()
    zones.next([line('a.example')])
    const before = zoneSet(zones.records())
    using other = new ZoneHistory()
    other.publish([line('a.example')])
    other.publish([line('lost.example')])
    const lost = other.wanted({ isTentative: true })
    zones.publish([line('b.example')])
    zones.make({ ...lost, changesSince: zones.wanted().changesSince })
    zones.publish([line('c.example')])
    expect(zones.make()).toMatchObject({ by: 'update', serial: 3 })
    expect(sourcesOf(zones.folder, zones.key(3))).toEqual([1])
    expect(applyDifference(before, zones.difference(1)!)).toEqual(zoneSet(zones.records()))
  })

  test('keeps differences from as many serials as the list does, and one image', () => {
    using zones = new ZoneHistory()
    zones.keepSerials = 3
    for (let i = 0; i < 8; i++) zones.next([line(`n${i}.example`)])
    expect(sourcesOf(zones.folder, zones.key(8))).toEqual([5, 6, 7])
    expect(filesOf(zones, 'zone')).toHaveLength(1)
    expect(filesOf(zones, 'tree')).toHaveLength(1)
  })

  test('leaves an image that somebody has open readable', () => {
    using zones = new ZoneHistory()
    zones.next([line('a.example')])
    const image = openZoneImage(zones.folder, zones.key(1))!
    zones.next([line('b.example')])
    const first = new Uint8Array(image.soa.length)
    image.read(0, first)
    expect(first).toEqual(image.soa)
    image.close()
    expect(openZoneImage(zones.folder, zones.key(1))).toBeNull()
  })

  test('has no beacon where the origin leaves no room for one', () => {
    using zones = new ZoneHistory()
    const origin = '1234'.replace(/(.)(?=.)/g, '$1.').replace(/\d/g, (digit) => digit.repeat(55))
    zones.next([line('a.example')], { zone: { ...DIGESTED.zone, origin } })
    expect(zones.records().map(({ owner }) => owner)).toEqual([
      '@',
      '@',
      '@',
      'a.example',
      '*.a.example',
      '@',
    ])
    zones.next([line('b.example')])
    expect(zones.difference(1)).toHaveLength(4 + 2 + 4)
  })

  test('leaves out what is too long to stand under the origin, by its wildcard alone or as a whole', () => {
    using zones = new ZoneHistory()
    const room = 252 - DEFINITION.zone!.origin.length
    const name = (length: number): string =>
      `${'x'.repeat(60)}.`.repeat(4).slice(0, length - 8) + '.example'
    zones.next([line(name(room)), line(name(room - 2)), line(name(room + 1))])
    const owners = zones.records().map(({ owner }) => owner)
    expect(owners).toContain(name(room))
    expect(owners).not.toContain(`*.${name(room)}`)
    expect(owners).toContain(`*.${name(room - 2)}`)
    expect(owners).not.toContain(name(room + 1))
  })
})
