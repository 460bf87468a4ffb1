import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { openGrowth } from '../../../src/agent/verify-growth.ts'
import { MAX_TREE_SIZE } from '../../../src/core/log/tree-size.ts'
import { Fault } from '../../../src/core/fault.ts'

/** Tiles of zeros for whatever is asked, and what was asked. */
function zeroTiles(): {
  readonly asked: string[]
  readonly bytes: (url: string) => Promise<Buffer>
} {
  const asked: string[] = []
  return {
    asked,
    bytes: (url) => {
      asked.push(url)
      return Promise.resolve(Buffer.alloc(32 * Number(/\.p\/(\d+)$/.exec(url)?.[1] ?? 256)))
    },
  }
}

const head = (size: number): { size: number; root: Buffer } => ({ size, root: Buffer.alloc(32, 1) })
const size = fc.oneof(
  fc.integer({ min: 1, max: 100_000 }),
  fc.integer({ min: 1, max: MAX_TREE_SIZE }),
)

test.prop([size, size])('asks for three tiles of each level at most, each once', async (a, b) => {
  const [from, to] = [Math.min(a, b), Math.max(a, b) + (a === b ? 1 : 0)]
  const tiles = zeroTiles()
  const verify = openGrowth({ fetch: tiles, source: 'http://x.test', metadataTimeoutMs: 1 })
  await expect(verify(head(from), head(to))).rejects.toThrow(
    expect.objectContaining({ code: 'log/unproven' }),
  )
  const levels = new Map<string, number>()
  for (const url of tiles.asked) {
    const level = /tile\/(\d+)\//.exec(url)?.[1] ?? ''
    levels.set(level, (levels.get(level) ?? 0) + 1)
  }
  expect(levels.size).toBeLessThanOrEqual(7)
  expect(Math.max(...levels.values())).toBeLessThanOrEqual(3)
  expect(new Set(tiles.asked).size).toBe(tiles.asked.length)
})

test('tells a source that is away from a tile that is not there', async () => {
  const away = new Fault('fetch/unreachable', 'expected an answer, got none')
  const fetch = { bytes: () => Promise.reject(away) }
  const verify = openGrowth({ fetch, source: 'http://x.test', metadataTimeoutMs: 1 })
  await expect(verify(head(3), head(5))).rejects.toBe(away)
})
