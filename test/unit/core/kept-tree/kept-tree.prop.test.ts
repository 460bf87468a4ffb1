import { test } from '@fast-check/vitest'
import fc from 'fast-check'
import { describe, expect } from 'vitest'
import {
  bringTreeAlong,
  makeTreeAnew,
  type TreeWay,
} from '../../../../src/core/kept-tree/next-tree.ts'
import {
  changesBetween,
  makerOf,
  plainRoot,
  SECRETS,
  SinceModel,
} from '../../../support/kept-tree-builders.ts'
import { MemoryTreeFile } from '../../../support/memory-tree-file.ts'
import '../../../support/property-runs.ts'

const RUNS = process.env['SLOW'] ? 300 : 25

/** A line is a name and one of three references, so that it is amended, retired and comes back as it was. */
const arbLines = fc
  .uniqueArray(fc.tuple(fc.nat(90), fc.nat(2)), { selector: ([name]) => name, maxLength: 80 })
  .map((pairs) =>
    pairs.map(([name, ref]) => `n${name}.example\thost\tnxdomain\t-\t${ref === 0 ? '-' : ref}`),
  )
const arbSerial = fc.record({
  lines: arbLines,
  /** Whether the process dies before the tree is kept. */
  isLost: fc.boolean(),
})

describe.each([
  ['public', null],
  ['restricted', SECRETS],
] as const)('the kept tree of a %s list', (_, secrets) => {
  test.prop([fc.array(arbSerial, { minLength: 2, maxLength: 7 })], { numRuns: RUNS })(
    'has the root of the tree made anew, whatever was kept on the way',
    (serials) => {
      const file = new MemoryTreeFile()
      const since = new SinceModel()
      const maker = makerOf(secrets)
      const roots = new Map<number, Uint8Array>()
      let lines: readonly string[] = []
      const changes: TreeWay['steps'][number][] = []
      serials.forEach(({ lines: next, isLost }, i) => {
        const serial = i + 1
        const listed = since.take(serial, next)
        changes.push({ serial, changes: changesBetween(lines, next) })
        lines = next
        const wanted = { maker, serial, entries: next.length }
        const kept = file.head()?.serial ?? 0
        const root = roots.get(kept)
        const along =
          root &&
          bringTreeAlong(file, wanted, { from: { serial: kept, root }, steps: changes.slice(kept) })
        const expected = plainRoot(maker, serial, listed)
        if (along) expect(Buffer.from(along.root).toString('hex')).toBe(expected)
        if (along && !isLost) along.keep()
        if (!along) {
          const made = makeTreeAnew(file, wanted, listed)
          expect(Buffer.from(made.root).toString('hex')).toBe(expected)
        }
        roots.set(serial, Buffer.from(expected, 'hex'))
      })
    },
  )
})

describe('a kept tree that was damaged', () => {
  test.prop([arbLines, arbLines, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 })], {
    numRuns: 4 * RUNS,
  })('gives the right root, or none', (first, second, which, where, mask) => {
    const file = new MemoryTreeFile()
    const maker = makerOf(null)
    const since = new SinceModel()
    const one = makeTreeAnew(
      file,
      { maker, serial: 1, entries: first.length },
      since.take(1, first),
    )
    const [row, bytes] = [...file.rows][which % file.rows.size]!
    const altered = Buffer.from(bytes)
    altered[where % altered.length]! ^= mask
    file.rows.set(row, altered)
    file.asked = []
    const two = bringTreeAlong(
      file,
      { maker, serial: 2, entries: second.length },
      {
        from: { serial: 1, root: one.root },
        steps: [{ serial: 2, changes: changesBetween(first, second) }],
      },
    )
    const expected = plainRoot(maker, 2, since.take(2, second))
    if (two !== null) expect(Buffer.from(two.root).toString('hex')).toBe(expected)
    if (file.asked.includes(row)) expect(two).toBeNull()
  })
})
