import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Authority } from '../../src/main/open-authority.ts'
import { openZoneFolder } from '../../src/platform/zone-folder.ts'
import {
  applyList,
  makeTestAuthority,
  publishLines,
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
    // The one before stays until a server has seen the new one.
    expect(names.filter((name) => name.endsWith('.zone'))).toHaveLength(2)
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
    const draft = authority.zones.draft('digested', name!)
    draft.write(readFileSync(path).subarray(0, 10))
    draft.keep({ format: 'another/1' })
    await publishLines(authority, 'digested', [entryLine(4)])
    expect(servedZone(authority, 'digested')).toMatchObject({
      by: 'kept',
      serial: 3,
      zonemd: signedCustom(authority, 'digested')['zonemd'],
    })
  })
})

test('a list whose definition asks for none has none, and no zone before it is served', async () => {
  applyList(authority, 'plain', { zone: { ...ZONE, origin: 'plain.rpz.example', zonemd: false } })
  await publishLines(authority, 'plain', [entryLine(1)])
  expect(signedCustom(authority, 'plain')).not.toHaveProperty('zonemd')
  expect(authority.zones.names('plain')).toEqual([])
})
