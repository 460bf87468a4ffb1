import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { composeDeltas } from '../../../src/core/compose-deltas.ts'
import { diffLines, type HeldDiff } from '../../../src/core/diff-lines.ts'
import { countLines, measureLines } from '../../../src/core/hash-lines.ts'
import { planDeltas, type DeltaEdge } from '../../../src/publish/plan-deltas.ts'
import { composeWindow, measureWindow } from '../../../src/publish/sweep-window.ts'
import { arbLines, blocksOf, linesOf, RUNS } from '../../support/lines.ts'

/** `docs/spec/delta.md` §4: what readers are promised. */
const MAX_WAY = 1.2

/** The fewest bytes by which a reader gets there in one or two hops (`docs/spec/delta.md` §4), or null. */
function readerWay(edges: Edges, from: number, to: number): number | null {
  const direct = edges.get(from)?.get(to)
  if (direct !== undefined) return direct
  let fewest: number | null = null
  for (const [hub, first] of edges.get(from) ?? []) {
    const second = edges.get(hub)?.get(to)
    if (second !== undefined) fewest = Math.min(fewest ?? Infinity, first + second)
  }
  return fewest
}

type Edges = ReadonlyMap<number, ReadonlyMap<number, number>>

function edgesOf(published: readonly DeltaEdge[]): Edges {
  const edges = new Map<number, Map<number, number>>()
  for (const { from, to, rawLength } of published) {
    edges.set(from, (edges.get(from) ?? new Map<number, number>()).set(to, rawLength))
  }
  return edges
}

/** A delta's own bytes besides its lines. */
const HEADER = 270

/**
 * Publishes a history in which `least(s, n)` is the size of the least difference, and checks after each serial that every reader of the
 * window finds a way as promised. Gives the bytes made at each serial.
 */
function replay(
  serials: number,
  window: number,
  sizes: { least: (from: number, to: number) => number; snapshot: (at: number) => number },
): { made: number[]; targets: number } {
  let published: DeltaEdge[] = []
  const made: number[] = []
  for (let serial = 2; serial <= serials; serial++) {
    const earlier = Array.from({ length: Math.min(window, serial - 1) }, (_, i) => serial - 1 - i)
    const least = earlier.map((from) => ({
      from,
      to: serial,
      rawLength: sizes.least(from, serial),
    }))
    const snapshotLength = sizes.snapshot(serial)
    const plan = planDeltas({ serial, window, snapshotLength, least, published })
    const fresh = least.filter(({ from }) => plan.make.includes(from))
    expect(plan.keep.every((edge) => published.includes(edge))).toBe(true)
    published = [...plan.keep, ...fresh]
    made.push(fresh.reduce((sum, { rawLength }) => sum + rawLength, 0))
    const edges = edgesOf(published)
    const wrong = least.filter(({ from, rawLength }) => {
      if (rawLength >= snapshotLength) return edges.get(from)?.has(serial) === true
      return (readerWay(edges, from, serial) ?? Infinity) > MAX_WAY * rawLength
    })
    expect(wrong).toEqual([])
  }
  return { made, targets: published.length }
}

/** Random presence of lines over serials, as sizes: each line swings in and out at random serials, some in bursts. */
const arbHistory = fc.record({
  serials: fc.integer({ min: 2, max: 140 }),
  window: fc.constantFrom(100, 100, 30, 7, 1),
  lines: fc.array(
    fc.record({
      bytes: fc.constantFrom(30, 60, 2_000, 90_000, 3_000_000),
      swings: fc.array(fc.integer({ min: 1, max: 140 }), { maxLength: 12 }),
    }),
    { minLength: 1, maxLength: 40 },
  ),
  base: fc.constantFrom(0, 100_000, 50_000_000),
})

describe('planDeltas', () => {
  test.prop([arbHistory], { numRuns: RUNS })(
    'lets every reader of the window come with two deltas and 1.2 times the bytes, however entries swing',
    ({ serials, window, lines, base }) => {
      const isThere = (swings: readonly number[], at: number): boolean =>
        swings.filter((swing) => swing <= at).length % 2 === 1
      const least = (from: number, to: number): number =>
        HEADER +
        lines
          .filter(({ swings }) => isThere(swings, from) !== isThere(swings, to))
          .reduce((sum, { bytes }) => sum + bytes + 1, 0)
      const snapshot = (at: number): number =>
        base +
        lines.filter(({ swings }) => isThere(swings, at)).reduce((sum, { bytes }) => sum + bytes, 0)
      replay(serials, window, { least, snapshot })
    },
  )

  it('makes few bytes at each serial of a large list that changes steadily', () => {
    const step = 35_000
    const { made, targets } = replay(250, 100, {
      least: (from, to) => HEADER + (to - from) * step,
      snapshot: () => 57_000_000,
    })
    const steady = made.slice(124)
    const average = steady.reduce((sum, bytes) => sum + bytes, 0) / steady.length
    // All direct deltas would be 5050 steps each time.
    expect(average / step).toBeLessThan(260)
    expect(Math.max(...steady) / step).toBeLessThan(600)
    expect(targets).toBeLessThan(200)
  })

  it('makes every direct delta while that is cheap, and keeps no other', () => {
    const published = [{ from: 1, to: 2, rawLength: 500 }]
    const least = [2, 1].map((from) => ({ from, to: 3, rawLength: 600 }))
    expect(planDeltas({ serial: 3, window: 100, snapshotLength: 9_000, least, published })).toEqual(
      { make: [2, 1], keep: [] },
    )
  })

  it('makes none that is as large as the snapshot', () => {
    const least = [{ from: 1, to: 2, rawLength: 500 }]
    const plan = (snapshotLength: number) =>
      planDeltas({ serial: 2, window: 100, snapshotLength, least, published: [] })
    expect(plan(500).make).toEqual([])
    expect(plan(501).make).toEqual([1])
  })
})

describe('the sweep over a window', () => {
  const arbStates = fc.array(arbLines, { minLength: 2, maxLength: 12 })

  test.prop([arbStates], { numRuns: RUNS * 5 })(
    'measures and makes the same as comparing states one by one',
    (states) => {
      const blocks = states.map((lines) => blocksOf(lines))
      const last = blocks.at(-1)!
      const steps = blocks.slice(1).map((to, i) => diffLines(blocks[i]!, to))
      const direct = blocks.slice(0, -1).map((from) => diffLines(from, last))
      const sizes = direct.map(({ added, removed }) => ({
        added: countLines(added),
        removed: countLines(removed),
        bytes: measureLines(added) + measureLines(removed),
      }))
      expect(measureWindow(steps)).toEqual(sizes)
      const all = composeWindow(
        steps,
        direct.map((_, i) => i),
      )
      expect(all.map(text)).toEqual(direct.map(text))
      expect(text(composeDeltas(steps))).toEqual(text(direct[0]!))
    },
  )

  const text = ({ added, removed }: HeldDiff) => ({
    added: linesOf(added),
    removed: linesOf(removed),
  })
})
