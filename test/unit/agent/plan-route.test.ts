import { describe, expect, test } from 'vitest'
import { MAX_DELTA_BYTES, planRoute } from '../../../src/agent/plan-route.ts'
import type { DeltaTarget, SnapshotTarget } from '../../../src/agent/target.ts'

const stateAt = (serial: number): string => String(serial).padStart(64, '0')
const newest: SnapshotTarget = {
  path: 'lists/phishing/snapshot.txt.gz',
  length: 1000,
  sha256: '0'.repeat(64),
  custom: {},
  list: 'phishing',
  serial: 9,
  state: stateAt(9),
  entries: 10,
  rawLength: 5000,
}

function delta(from: number, to: number, change: Partial<DeltaTarget> = {}): DeltaTarget {
  return {
    path: `lists/phishing/delta-${from}-${to}.txt.gz`,
    length: (to - from) * 100,
    sha256: '0'.repeat(64),
    custom: {},
    list: 'phishing',
    from,
    to,
    fromState: stateAt(from),
    toState: stateAt(to),
    rawLength: 200,
    ...change,
  }
}

const at = (serial: number): { serial: number; state: string } => ({
  serial,
  state: stateAt(serial),
})

describe('the way to the newest serial', () => {
  test('is none where a reader stands there', () => {
    expect(planRoute(at(9), newest, [])).toEqual({ by: 'nothing' })
  })

  test('is the snapshot for a reader with nothing', () => {
    expect(planRoute(null, newest, [delta(8, 9)])).toEqual({ by: 'snapshot' })
  })

  test('is a delta that leads there at once, even beside a shorter pair', () => {
    const direct = delta(5, 9, { length: 500 })
    expect(
      planRoute(at(5), newest, [delta(5, 7, { length: 1 }), delta(7, 9, { length: 1 }), direct]),
    ).toEqual({
      by: 'delta',
      deltas: [direct],
    })
  })

  test('else is the pair with the fewest bytes', () => {
    const deltas = [
      delta(5, 6),
      delta(6, 9),
      delta(5, 8, { length: 10 }),
      delta(8, 9, { length: 20 }),
    ]
    expect(planRoute(at(5), newest, deltas)).toEqual({
      by: 'delta',
      deltas: [deltas[2], deltas[3]],
    })
  })

  test('is never three deltas', () => {
    expect(planRoute(at(6), newest, [delta(6, 7), delta(7, 8), delta(8, 9)])).toEqual({
      by: 'snapshot',
    })
  })

  test('is the snapshot where deltas have more bytes', () => {
    expect(planRoute(at(5), newest, [delta(5, 9, { length: 1000 })])).toMatchObject({ by: 'delta' })
    expect(planRoute(at(5), newest, [delta(5, 9, { length: 1001 })])).toEqual({ by: 'snapshot' })
  })

  test('is the snapshot where deltas would not fit into memory', () => {
    expect(planRoute(at(5), newest, [delta(5, 9, { rawLength: MAX_DELTA_BYTES + 1 })])).toEqual({
      by: 'snapshot',
    })
  })

  test.each<[string, DeltaTarget[]]>([
    ['from another state', [delta(8, 9, { fromState: stateAt(1) })]],
    ['to another state', [delta(8, 9, { toState: stateAt(1) })]],
    ['over another state', [delta(8, 10), delta(5, 8, { toState: stateAt(1) }), delta(8, 9)]],
  ])('does not go %s', (_, deltas) => {
    const from = deltas.length === 1 ? 8 : 5
    expect(planRoute(at(from), newest, deltas)).toEqual({ by: 'snapshot' })
  })
})
