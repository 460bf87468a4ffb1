import { test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { composeDeltas } from '../../../src/core/compose-deltas.ts'
import { applyDelta, parseDelta, printDelta } from '../../../src/core/delta.ts'
import { diffLines } from '../../../src/core/diff-lines.ts'
import { blocksOfLines, countLines, hashLines } from '../../../src/core/hash-lines.ts'
import { mergeLines } from '../../../src/core/merge-lines.ts'
import { arbCuts, arbLines, blocksOf, linesOf, RUNS } from '../../support/lines.ts'

const options = { numRuns: RUNS * 10 }

describe('deltas', () => {
  test.prop([arbLines, arbLines, arbCuts, arbCuts], options)(
    'lead from one list to the other, wherever blocks end',
    (a, b, cutsA, cutsB) => {
      const diff = diffLines(blocksOf(a, cutsB), blocksOf(b, cutsA))
      expect(linesOf(diff.added)).toEqual(b.filter((line) => !a.includes(line)))
      expect(linesOf(diff.removed)).toEqual(a.filter((line) => !b.includes(line)))
      expect(linesOf(applyDelta(blocksOf(a, cutsA), diff))).toEqual(b)
      const recut = {
        added: blocksOf(linesOf(diff.added), cutsB),
        removed: blocksOf(linesOf(diff.removed), cutsA),
      }
      expect(linesOf(mergeLines(blocksOf(a, cutsB), recut))).toEqual(b)
    },
  )

  test.prop([arbLines, arbLines, arbLines, arbLines], options)('compose', (a, b, c, d) => {
    const steps = [
      diffLines(blocksOf(a), blocksOf(b)),
      diffLines(blocksOf(b), blocksOf(c)),
      diffLines(blocksOf(c), blocksOf(d)),
    ]
    const whole = diffLines(blocksOf(a), blocksOf(d))
    const composed = composeDeltas(steps)
    expect(linesOf(composed.added)).toEqual(linesOf(whole.added))
    expect(linesOf(composed.removed)).toEqual(linesOf(whole.removed))
  })

  test.prop([arbLines, arbLines], options)('come back from their bytes', (a, b) => {
    const diff = diffLines(blocksOf(a), blocksOf(b))
    const header = {
      list: 'x',
      from: 1,
      to: 2,
      removed: countLines(diff.removed),
      added: countLines(diff.added),
      fromState: hashLines(blocksOf(a)),
      toState: hashLines(blocksOf(b)),
    }
    const bytes = Buffer.concat([...printDelta(header, diff)])
    const parsed = parseDelta(bytes)
    expect(parsed.header).toEqual(header)
    expect(linesOf(parsed.added)).toEqual(linesOf(diff.added))
    expect(linesOf(parsed.removed)).toEqual(linesOf(diff.removed))
    expect(Buffer.concat([...printDelta(parsed.header, parsed)])).toEqual(bytes)
    expect(hashLines(applyDelta(blocksOf(a), parsed))).toBe(header.toState)
  })

  test.prop([arbLines, arbLines], options)(
    'do not fit any list but the one they start at, or give it a wrong state',
    (a, b) => {
      const diff = diffLines(blocksOf(a), blocksOf(b))
      if (a.join() === b.join()) return
      expect(() => linesOf(applyDelta(blocksOf(b), diff))).toThrow(
        expect.objectContaining({ code: 'delta/mismatch' }),
      )
    },
  )

  test.prop([arbLines], options)('take lines as strings as well', (a) => {
    expect(linesOf(blocksOfLines(a))).toEqual(a)
  })
})
