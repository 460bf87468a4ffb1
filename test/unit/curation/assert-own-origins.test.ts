import { describe, expect, it } from 'vitest'
import { catalogZoneName } from '../../../src/core/catalog-name.ts'
import type { ListDefinition } from '../../../src/core/list-definition.ts'
import { assertOwnOrigins } from '../../../src/curation/assert-own-origins.ts'
import { beaconName } from '../../../src/formats/zone/zone-frame.ts'
import { definitionOf } from '../../support/store-builders.ts'

function listAt(id: string, origin: string | null): ListDefinition {
  const times = { ttl: 300, refresh: 300, retry: 60, expire: 2_419_200 }
  return definitionOf(id, { zone: origin === null ? null : { origin, ...times, zonemd: false } })
}

const assertAll = (lists: readonly ListDefinition[], ...applied: string[]): void => {
  assertOwnOrigins(lists, new Set(applied))
}

const refusal = (text: string): unknown =>
  expect.objectContaining({
    code: 'list/invalid',
    message: expect.stringContaining(text) as string,
  })

describe('the zone of a list', () => {
  it('may not have the name of another list’s, however it is written', () => {
    const lists = [listAt('a', 'rpz.example'), listAt('b', 'RPZ.example.')]
    expect(() => assertAll(lists, 'b')).toThrow(refusal('that of the list "a"'))
    expect(() => assertAll(lists, 'a')).toThrow(refusal('that of the list "b"'))
  })

  it('may have any other, also one below another list’s', () => {
    assertAll([listAt('a', 'rpz.example'), listAt('b', 'b.rpz.example')], 'a', 'b')
    assertAll([listAt('a', null), listAt('b', null)], 'a', 'b')
  })

  it('is not looked at for lists that nobody applies', () => {
    assertAll([listAt('a', 'rpz.example'), listAt('b', 'rpz.example'), listAt('c', null)], 'c')
  })

  it.each([
    catalogZoneName('isp'),
    catalogZoneName('isp').toUpperCase(),
    'catalog.bailiwick.invalid',
    beaconName('a', 1),
    'beacon.bailiwick.invalid',
  ])('may not be %s', (origin) => {
    expect(() => assertAll([listAt('a', origin)], 'a')).toThrow(refusal('kept for'))
  })

  it.each(['xcatalog.bailiwick.invalid', 'bailiwick.invalid', 'catalog.bailiwick.invalid.example'])(
    'may be %s',
    (origin) => {
      assertAll([listAt('a', origin)], 'a')
    },
  )
})
