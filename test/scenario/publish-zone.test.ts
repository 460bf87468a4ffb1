import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openProofTrees } from '../../src/main/proof-trees.ts'
import type { NextZone } from '../../src/formats/zone/make-zone.ts'
import type { ZoneSummary } from '../../src/formats/zone/zone-key.ts'
import type { Authority } from '../../src/main/open-authority.ts'
import { openZoneFolder } from '../../src/platform/zone-folder.ts'
import type { PublishDeps } from '../../src/publish/ports.ts'
import {
  applyList,
  makeTestAuthority,
  publishLines,
  publishOne,
  type TestAuthority,
} from '../support/authority-folder.ts'
import { DEFINITION } from '../support/export-builders.ts'
import { entryLine } from '../support/lines.ts'
import { servedZone, signedCustom } from '../support/published-zone.ts'

const ZONE = { ...DEFINITION.zone!, zonemd: true }

let home: TestAuthority
let authority: Authority

beforeAll(async () => {
  home = await makeTestAuthority()
  authority = home.open()
})

afterAll(() => {
  authority.close()
  home.remove()
})

describe('a list whose definition asks for a digest', () => {
  test('has the digest of its zone in the signed custom, and the zone is there when the serial is', async () => {
    applyList(authority, 'digested', { zone: ZONE })
    await publishLines(authority, 'digested', [entryLine(1), entryLine(2)])
    const zone = servedZone(authority, 'digested')
    expect(zone).toMatchObject({ by: 'kept', serial: 1 })
    expect(zone.zonemd).toMatch(/^[0-9a-f]{96}$/)
    expect(signedCustom(authority, 'digested')['zonemd']).toBe(zone.zonemd)
  })

  test('has that of the next serial, of a zone that is made from the one before', async () => {
    const before = signedCustom(authority, 'digested')['zonemd']
    await publishLines(authority, 'digested', [entryLine(2), entryLine(3)])
    const names = authority.zones.names('digested')
    // A server that reads the one before has it open.
    expect(names.filter((name) => name.endsWith('.zone'))).toHaveLength(1)
    const zone = servedZone(authority, 'digested')
    expect(zone).toMatchObject({ by: 'kept', serial: 2 })
    expect(signedCustom(authority, 'digested')['zonemd']).toBe(zone.zonemd)
    expect(zone.zonemd).not.toBe(before)
    const left = authority.zones.names('digested').map((name) => name.replace(/.*\./, ''))
    expect(left.sort()).toEqual(['diff', 'tree', 'zone'])
  })

  test('has the same digest where the zone is made of nothing but the list', () => {
    const folder = openZoneFolder(join(home.data, 'elsewhere'))
    expect(servedZone(authority, 'digested', folder)).toMatchObject({
      by: 'render',
      zonemd: signedCustom(authority, 'digested')['zonemd'],
    })
  })

  test('is published all the same when its zones are damaged', async () => {
    const [name] = authority.zones.names('digested').filter((each) => each.endsWith('.tree'))
    const path = join(home.data, 'zones', 'digested', name!)
    const draft = authority.zones.draft('digested')
    draft.write(readFileSync(path).subarray(0, 10))
    draft.keep(name!, { format: 'another/1' })
    await publishLines(authority, 'digested', [entryLine(4)])
    expect(servedZone(authority, 'digested')).toMatchObject({
      by: 'kept',
      serial: 3,
      zonemd: signedCustom(authority, 'digested')['zonemd'],
    })
  })
})

describe('a list whose definition asks for no digest', () => {
  const PLAIN = { ...ZONE, zonemd: false }

  test('has its next zone when its serial is there, once it is served', async () => {
    applyList(authority, 'served', { zone: { ...PLAIN, origin: 'served.rpz.example' } })
    await publishLines(authority, 'served', [entryLine(1), entryLine(2)])
    expect(servedZone(authority, 'served')).toMatchObject({ by: 'render', serial: 1 })
    await publishLines(authority, 'served', [entryLine(2), entryLine(3)])
    const folder = openZoneFolder(join(home.data, 'elsewhere'))
    const again = servedZone(authority, 'served', folder)
    expect(servedZone(authority, 'served')).toEqual({ ...again, by: 'kept' })
    expect(signedCustom(authority, 'served')).not.toHaveProperty('zonemd')
  })

  test('is published all the same where no zone can be written', async () => {
    applyList(authority, 'unwritten', { zone: { ...PLAIN, origin: 'unwritten.rpz.example' } })
    await publishLines(authority, 'unwritten', [entryLine(1)])
    servedZone(authority, 'unwritten')
    const draft = (): never => {
      throw new Error('expected room, got none')
    }
    const full = { ...authority, zones: { ...authority.zones, draft } }
    expect(await publishLines(full, 'unwritten', [entryLine(2)])).toMatchObject({ serial: 2 })
    // Nothing of the zone before was taken away: the next one is made of it.
    expect(authority.zones.names('unwritten')).toContainEqual(expect.stringMatching(/^1-.*\.zone$/))
    expect(servedZone(authority, 'unwritten')).toMatchObject({ by: 'render', serial: 2 })
  })

  test('has no zone of a definition that never was published', async () => {
    const apply = (changes: Partial<typeof ZONE>): void => {
      const origin = 'changed.rpz.example'
      applyList(authority, 'changed', { zone: { ...PLAIN, origin, ...changes } })
    }
    const nextZones = (): string[] => {
      return authority.zones.names('changed').filter((name) => /^2-.*\.zone$/.test(name))
    }
    apply({})
    await publishLines(authority, 'changed', [entryLine(1)])
    servedZone(authority, 'changed')
    // The SOA alone changes, so the zone comes of the one before.
    apply({ refresh: 60 })
    const begin = (): never => {
      throw new Error('killed')
    }
    const log = { ...authority.store.log, begin }
    const killed = { ...authority, store: { ...authority.store, log } }
    await expect(publishOne(killed, 'changed')).rejects.toThrow('killed')
    expect(nextZones()).toHaveLength(1)
    // All records change: the zone is for whoever serves to make.
    apply({ ttl: 30 })
    expect(await publishOne(authority, 'changed')).toMatchObject({ serial: 2 })
    expect(nextZones()).toEqual([])
  })
})

describe('the zone of a long list', () => {
  const ENTRIES = 50_000
  const lines = Array.from({ length: ENTRIES + 1 }, (_, i) => entryLine(1_000_000 + i))
  const begun: NextZone[] = []
  const ends: string[] = []
  const beside = (kept: ZoneSummary | null): Pick<PublishDeps, 'beginZone' | 'trees'> => ({
    // Of a long list the proof tree is made by a thread, which runs what was compiled.
    trees: openProofTrees(
      { folder: authority.paths.work, database: authority.paths.database, store: authority.store },
      new URL('../../dist/main/proof-tree-thread.js', import.meta.url),
    ),
    beginZone: (next) => {
      begun.push(next)
      return {
        keep: (state) => {
          ends.push(`keep ${state}`)
          return Promise.resolve(kept)
        },
        discard: () => ends.push('discard'),
      }
    },
  })

  beforeAll(async () => {
    applyList(authority, 'long', { zone: { ...ZONE, origin: 'long.rpz.example' } })
    await publishLines({ ...authority, ...beside(null) }, 'long', lines.slice(0, ENTRIES))
  })

  test('is begun beside the publication when the serial before is there, and made here where that came to nothing', async () => {
    expect(begun).toEqual([])
    await publishLines({ ...authority, ...beside(null) }, 'long', lines.slice(1))
    const zone = servedZone(authority, 'long')
    expect(zone).toMatchObject({ by: 'kept', serial: 2 })
    expect(begun).toEqual([expect.objectContaining({ place: 'long', serial: 2, entries: ENTRIES })])
    expect(ends).toEqual([`keep ${zone.state}`, 'discard'])
    expect(signedCustom(authority, 'long')['zonemd']).toBe(zone.zonemd)
  })

  test('gives its digest to be signed', async () => {
    const zonemd = 'ab'.repeat(48)
    const deps = { ...authority, ...beside({ ...servedZone(authority, 'long'), zonemd }) }
    await publishLines(deps, 'long', lines.slice(0, ENTRIES))
    expect(signedCustom(authority, 'long')['zonemd']).toBe(zonemd)
  })

  test('is given up when the lines fail', async () => {
    ends.length = 0
    const draft = (): never => {
      throw new Error('no room')
    }
    const files = { ...authority.files, draft }
    const deps = { ...authority, ...beside(null), files }
    await expect(publishLines(deps, 'long', lines.slice(1))).rejects.toThrow('no room')
    expect(ends).toEqual(['discard'])
  })
})

test('a list whose definition asks for none has none, and no zone before it is served', async () => {
  applyList(authority, 'plain', { zone: { ...ZONE, origin: 'plain.rpz.example', zonemd: false } })
  await publishLines(authority, 'plain', [entryLine(1)])
  expect(signedCustom(authority, 'plain')).not.toHaveProperty('zonemd')
  expect(authority.zones.names('plain')).toEqual([])
})
