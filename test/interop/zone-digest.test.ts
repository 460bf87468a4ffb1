import { execFileSync } from 'node:child_process'
import { fc } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { arbList, DEFINITION } from '../support/export-builders.ts'
import { describeWith, needsProgram } from '../support/needs-program.ts'
import { ZoneHistory, type ReadRecord } from '../support/zones.ts'

const ZONE = { ...DEFINITION.zone!, zonemd: true }
const TO_ADDRESSES = { type: 'redirect', to: ['192.0.2.80', '2001:db8::80'] } as const

/** Throws unless the digest in the zone is right. `-Z`: there must be one, and the zone need not be signed. */
function verify(records: readonly ReadRecord[]): void {
  const text = records
    .slice(0, -1)
    .map(({ owner, type, ttl, data }) => `${absolute(owner)} ${ttl} IN ${type} ${data}\n`)
  execFileSync(needsProgram('ldns-verify-zone'), ['-Z'], { input: text.join(''), stdio: 'pipe' })
}

function absolute(owner: string): string {
  return owner === '@' ? `${ZONE.origin}.` : `${owner}.${ZONE.origin}.`
}

describeWith('ldns-verify-zone', 'the digest of a zone', () => {
  test('is what ldns computes, for lists of everything and along their changes', () => {
    const definition = { zone: ZONE, action: TO_ADDRESSES, steering: { to: ['192.0.2.81'] } }
    for (const history of fc.sample(fc.tuple(arbList, arbList, arbList), 5)) {
      using zones = new ZoneHistory()
      for (const lines of history) {
        zones.next(lines, definition)
        verify(zones.records())
      }
    }
  })

  test('is that of names on either side of the beacon', () => {
    using zones = new ZoneHistory()
    const lines = ['a.aaa', 'b.invalic', 'c.invalie', 'd.zzz'].map(
      (name) => `${name}\tdomain\tnxdomain\t-\t-`,
    )
    zones.next(lines, { zone: ZONE })
    verify(zones.records())
    zones.next(lines.slice(1), {})
    verify(zones.records())
    zones.next(lines.slice(0, 2), {})
    verify(zones.records())
  })

  test('is refused by ldns when a record is missing', () => {
    using zones = new ZoneHistory()
    zones.next(['bad.example\thost\tnxdomain\t-\t-'], { zone: ZONE })
    const records = zones.records()
    verify(records)
    expect(() => {
      verify(records.filter(({ owner }) => owner !== 'bad.example'))
    }).toThrow()
  })
})
