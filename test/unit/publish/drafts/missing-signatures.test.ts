import { expect, it } from 'vitest'
import { missingSignatures, type PlannedPart } from '../../../../src/publish/drafts/trust-plan.ts'

const part = (...thresholds: readonly [number, string][]): PlannedPart =>
  ({
    role: 'root',
    signed: { version: 5 },
    needs: thresholds.map(([threshold, keyids], i) => {
      return { threshold, keyids: keyids.split(' '), namedBy: `root ${4 + i}` }
    }),
  }) as never

it.each([
  ['a', 'two of abc are one short', [[2, 'a b c']], [['root 4', 'a', 'b c']]],
  ['a b', 'two of abc are met', [[2, 'a b c']], []],
  [
    'c d',
    'the new are met and the old are not',
    [
      [2, 'a b c'],
      [2, 'c d e'],
    ],
    [['root 4', 'c', 'a b']],
  ],
  [
    'a b c',
    'the old are met and the new are not',
    [
      [2, 'a b c'],
      [2, 'c d e'],
    ],
    [['root 5', 'c', 'd e']],
  ],
  [
    'b c d',
    'one key counts for both',
    [
      [2, 'a b c'],
      [2, 'c d e'],
    ],
    [],
  ],
  ['x y z', 'strangers count for nothing', [[1, 'a']], [['root 4', '', 'a']]],
] as const)('%s: %s', (signed, _, thresholds, expected) => {
  const missing = missingSignatures(
    [part(...(thresholds as unknown as [number, string][]))],
    () => new Set(signed.split(' ')),
  )
  expect(
    missing.map(({ namedBy, there, missing }) => [namedBy, there.join(' '), missing.join(' ')]),
  ).toEqual(expected)
  for (const one of missing) expect(one).toMatchObject({ role: 'root', version: 5 })
})
