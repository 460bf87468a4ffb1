import { beforeEach, expect, test } from 'vitest'
import { ZoneDifferences } from '../../../../src/distribute/zones/zone-differences.ts'
import type { ZoneDifference } from '../../../../src/formats/zone/condense-zone.ts'
import type { ZoneKey } from '../../../../src/formats/zone/zone-image.ts'

const KEY: ZoneKey = { place: 'a', serial: 9, state: 'x' }
const MANY = 1_000_000

let made: string[]
let bytes: number

beforeEach(() => {
  made = []
  bytes = 1000
})

function open(maxBytes: number): ZoneDifferences {
  return new ZoneDifferences({
    ...{ maxBytes, waitMs: 1000, onFault: () => undefined },
    condense: (key, from, mostBytes) => {
      made.push(`${key.place} ${key.serial} ${from}`)
      if (from === 0 || bytes > mostBytes) return Promise.resolve(null)
      const difference: ZoneDifference = { from, to: key.serial, records: 4, bytes, parts: [] }
      return Promise.resolve(difference)
    },
  })
}

test('what was asked for the longest ago makes room', async () => {
  const differences = open(2 * 1512)
  for (const from of [1, 2, 1, 3]) await differences.find(KEY, from, MANY)
  expect(differences.bytes).toBe(2 * 1512)
  await differences.find(KEY, 1, MANY)
  expect(made).toEqual(['a 9 1', 'a 9 2', 'a 9 3'])
  await differences.find(KEY, 2, MANY)
  expect(made).toHaveLength(4)
})

test('there is none that is larger than all the room, nor is it made again for the next who asks', async () => {
  bytes = 4000 - 512
  expect(await open(4000).find(KEY, 1, MANY)).toMatchObject({ from: 1, bytes })
  bytes++
  made = []
  const differences = open(4000)
  for (let i = 0; i < 3; i++) expect(await differences.find(KEY, 1, MANY)).toBeNull()
  expect(made).toHaveLength(1)
})

test('there is none that is larger than whoever asks would take', async () => {
  expect(await open(4000).find(KEY, 1, bytes)).not.toBeNull()
  expect(await open(4000).find(KEY, 1, bytes - 1)).toBeNull()
})

test('that there is none is known too', async () => {
  const differences = open(4000)
  for (let i = 0; i < 3; i++) expect(await differences.find(KEY, 0, MANY)).toBeNull()
  expect(made).toEqual(['a 9 0'])
})

test('serials that nobody ever had take no more than the room', async () => {
  const differences = open(4096)
  for (let i = 0; i < 100; i++) await differences.find(KEY, 0, i)
  for (let from = 1; from <= 100; from++) await differences.find(KEY, from, MANY)
  expect(differences.bytes).toBeLessThanOrEqual(4096)
})

test('those that lead to another zone of the place are forgotten, of other places not', async () => {
  const differences = open(100_000)
  const next = { ...KEY, serial: 10 }
  const other = { ...KEY, place: 'a1' }
  for (const key of [KEY, next, { ...next, state: 'y' }, other])
    await differences.find(key, 1, MANY)
  differences.keepOnly(next)
  expect(differences.bytes).toBe(2 * 1512)
  made = []
  for (const key of [next, other]) await differences.find(key, 1, MANY)
  expect(made).toEqual([])
})
