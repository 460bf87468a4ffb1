import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openZoneBeginner } from '../../../src/main/zone-beginner.ts'
import type { NextZone } from '../../../src/formats/zone/make-zone.ts'
import { until } from '../../support/dns-host.ts'
import { entryLine } from '../../support/lines.ts'
import { ZoneHistory } from '../../support/zones.ts'

const THREAD = new URL('../../../dist/main/begin-zone-thread.js', import.meta.url)
const FIRST = [entryLine(1), entryLine(2), entryLine(3)]
const SECOND = [entryLine(2), entryLine(3), entryLine(4)]

/** The second serial is published, and has no zone yet. */
function nextOf(zones: ZoneHistory): NextZone {
  const { entries, definition, changesSince } = zones.wanted()
  const before = zones.key(zones.serial - 1)
  const changes = changesSince(before.serial, before.state)!
  return { place: zones.place, serial: zones.serial, entries, definition, before, changes }
}

function filesIn(zones: ZoneHistory): string[] {
  return readdirSync(join(zones.root, zones.place)).sort()
}

describe('a zone that is begun on another thread', () => {
  test('is the one that is made of the list, under the state that is told at the end', async () => {
    using zones = new ZoneHistory()
    zones.next(FIRST)
    const { state } = zones.publish(SECOND)
    const ahead = openZoneBeginner(zones.root, THREAD)(nextOf(zones))
    const kept = await ahead.keep(state)
    ahead.discard()
    const records = zones.records()
    expect(zones.make()).toEqual({ ...kept, by: 'kept' })
    expect(zones.difference(1)).not.toBeNull()
    using anew = new ZoneHistory()
    anew.publish(FIRST)
    anew.next(SECOND)
    expect(records).toEqual(anew.records())
  })

  test('leaves nothing when it is given up', async () => {
    using zones = new ZoneHistory()
    zones.next(FIRST)
    zones.publish(SECOND)
    const before = filesIn(zones)
    const ahead = openZoneBeginner(zones.root, THREAD)(nextOf(zones))
    await until(() => filesIn(zones).length > before.length)
    ahead.discard()
    await until(() => filesIn(zones).length === before.length)
    expect(filesIn(zones)).toEqual(before)
  })

  test.for([
    [
      'there is no zone before',
      (zones: ZoneHistory) => zones.folder.remove('phishing', imageOf(zones)),
    ],
    ['the zone before is of another origin', () => undefined, { origin: 'other.rpz.example' }],
    ['all its records change', () => undefined, { ttl: 1 }],
    ['the changes do not fit the zone before', () => undefined, undefined, [entryLine(9)]],
    ['the numbers do not fit', () => undefined, undefined, undefined, 7],
  ] as const)('is null where %s', async ([, change, zone, removed, entries]) => {
    using zones = new ZoneHistory()
    zones.next(FIRST)
    change(zones)
    const definition = { zone: { ...zones.definition.zone!, ...zone } }
    const { state } = zones.publish(SECOND, definition)
    const next = nextOf(zones)
    const ahead = openZoneBeginner(
      zones.root,
      THREAD,
    )({
      ...next,
      ...(entries !== undefined && { entries }),
      ...(removed && {
        changes: { ...next.changes, removed: [Buffer.from(`${removed.join('\n')}\n`)] },
      }),
    })
    expect(await ahead.keep(state)).toBeNull()
    expect(filesIn(zones).filter((name) => name.startsWith('2-'))).toEqual([])
  })

  test('is null where the thread cannot start', async () => {
    using zones = new ZoneHistory()
    zones.next(FIRST)
    const { state } = zones.publish(SECOND)
    const missing = new URL('no-such-thread.js', THREAD)
    expect(await openZoneBeginner(zones.root, missing)(nextOf(zones)).keep(state)).toBeNull()
  })
})

function imageOf(zones: ZoneHistory): string {
  return zones.folder.names(zones.place).find((name) => name.endsWith('.zone'))!
}
