import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { PublicDefinition } from '../../../../src/core/list-definition.ts'
import { condenseZone } from '../../../../src/formats/zone/condense-zone.ts'
import {
  printRecord,
  readDifference,
  readMessages,
  readRecords,
  ZoneHistory,
} from '../../../support/zones.ts'

interface Vector {
  readonly definition: PublicDefinition
  readonly serials: readonly {
    readonly serial: number
    readonly state: string
    readonly zonemd: string
    readonly lines: readonly string[]
    /** The same records, to be read. */
    readonly records: readonly string[]
    readonly messages: readonly string[]
  }[]
  readonly differences: readonly {
    readonly from: number
    readonly to: number
    readonly records: readonly string[]
    readonly messages: readonly string[]
  }[]
}

const NAMES = ['nxdomain', 'redirect']

describe.each(NAMES)('the vector zone/%s.json', (name) => {
  const path = new URL(`../../../vectors/zone/${name}.json`, import.meta.url)
  const vector = JSON.parse(readFileSync(path, 'utf8')) as Vector

  test('is what lists become on the wire, whole and by differences', () => {
    using zones = new ZoneHistory()
    const serials = vector.serials.map(({ lines }) => {
      const { serial, state, zonemd } = zones.next(lines, vector.definition)
      const bodies = readMessages(zones.folder, zones.key(serial))
      return { serial, state, zonemd, lines, ...told(bodies) }
    })
    const differences = vector.differences.map(({ from, to }) => {
      const difference = condenseZone(zones.folder, zones.key(to), from, Infinity)!
      return { from, to, ...told(readDifference(difference)) }
    })
    expect({ definition: vector.definition, serials, differences }).toEqual(vector)
  })
})

function told(bodies: readonly Uint8Array[]): { records: string[]; messages: string[] } {
  return {
    records: bodies.flatMap(readRecords).map(printRecord),
    messages: bodies.map((body) => Buffer.from(body).toString('hex')),
  }
}
