import { test } from '@fast-check/vitest'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  decodeEntryBundle,
  encodeEntryBundle,
  hashEntryBundle,
} from '../../../../src/core/log/entry-bundle.ts'
import { Frontier } from '../../../../src/core/log/frontier.ts'
import { planAppend } from '../../../../src/core/log/plan-append.ts'
import {
  parseTilePath,
  printTilePath,
  tilesBetween,
  type Tile,
} from '../../../../src/core/log/tile.ts'
import { hashLeaf } from '../../../../src/core/log/tree-hash.ts'
import { MemoryLog, testEntries } from '../../../support/log-builders.ts'

const invalid = expect.objectContaining({ code: 'log/invalid' }) as Error
const paths = JSON.parse(
  readFileSync(new URL('../../../vectors/log/tile-paths.json', import.meta.url), 'utf8'),
) as { read: [string, Tile['level'], number, number][]; refused: string[] }

describe('the path of a tile', () => {
  it.each(paths.read)('%s is read and printed', (path, level, index, width) => {
    expect(parseTilePath(path)).toEqual({ level, index, width })
    expect(printTilePath({ level, index, width })).toBe(path)
  })

  it.each(paths.refused)('%j is refused', (path) => {
    expect(() => parseTilePath(path)).toThrow(invalid)
  })
})

describe('the tiles of a log', () => {
  const told = (from: number, to: number): string[] =>
    [...tilesBetween(from, to)].map(printTilePath)

  it('of 70,000 leaves are those that tlog-tiles counts', () => {
    const all = told(0, 70_000)
    const full = (level: number) =>
      all.filter((path) => path.startsWith(`tile/${level}/`) && !path.includes('.p/')).length
    expect([full(0), full(1), full(2)]).toEqual([273, 1, 0])
    expect(all).toContain('tile/0/273.p/112')
    expect(all).toContain('tile/1/001.p/17')
    expect(all).toContain('tile/2/000.p/1')
    expect(all).toContain('tile/entries/273.p/112')
    expect(all).toHaveLength(274 * 2 + 2 + 1)
  })

  it.each([
    [0, 0, []],
    [5, 5, []],
    [0, 1, ['tile/entries/000.p/1', 'tile/0/000.p/1']],
    [254, 255, ['tile/entries/000.p/255', 'tile/0/000.p/255']],
    [255, 256, ['tile/entries/000', 'tile/0/000', 'tile/1/000.p/1']],
    [256, 257, ['tile/entries/001.p/1', 'tile/0/001.p/1']],
    [
      255,
      257,
      [
        'tile/entries/000',
        'tile/entries/001.p/1',
        'tile/0/000',
        'tile/0/001.p/1',
        'tile/1/000.p/1',
      ],
    ],
    [65_535, 65_536, ['tile/entries/255', 'tile/0/255', 'tile/1/000', 'tile/2/000.p/1']],
  ])('from %d to %d are %j', (from, to, expected) => {
    expect(told(from, to)).toEqual(expected)
  })
})

describe('an append', () => {
  it('in steps makes the same files as one alone, and writes what changed', () => {
    const stepped = new MemoryLog()
    const sizes = [1, 2, 255, 256, 257, 300, 511, 512, 700, 700, 1024, 1281]
    let size = 0
    for (const next of sizes) {
      const written = stepped.append(testEntries(size, next))
      expect(written).toEqual([...tilesBetween(size, next)].map(printTilePath))
      const whole = new MemoryLog().growTo(next)
      expect(stepped.head).toEqual(whole.head)
      for (const [path, bytes] of whole.files) {
        expect(Buffer.compare(stepped.files.get(path)!, bytes), path).toBe(0)
      }
      size = next
    }
  })

  it('carries into the third row of tiles', () => {
    const stepped = new MemoryLog().growTo(65_535).growTo(65_537)
    const whole = new MemoryLog().growTo(65_537)
    expect(stepped.head).toEqual(whole.head)
    for (const path of ['tile/2/000.p/1', 'tile/1/000', 'tile/0/255', 'tile/0/256.p/1']) {
      expect(stepped.files.get(path)).toEqual(whole.files.get(path))
    }
  })

  it('of one entry reads the right edge alone', () => {
    const log = new MemoryLog().growTo(70_000)
    const read: string[] = []
    planAppend(
      (path) => {
        read.push(path)
        return log.read(path)
      },
      70_000,
      [Buffer.from('x')],
    )
    expect(new Set(read)).toEqual(
      new Set(['tile/2/000.p/1', 'tile/1/001.p/17', 'tile/0/273.p/112', 'tile/entries/273.p/112']),
    )
  })

  it('refuses a log whose last bundle or tile is missing', () => {
    for (const path of ['tile/entries/000.p/3', 'tile/0/000.p/3']) {
      const log = new MemoryLog().growTo(3)
      log.files.delete(path)
      expect(() => log.append([Buffer.from('x')])).toThrow(
        expect.objectContaining({ code: 'log/not-found' }) as Error,
      )
    }
  })

  it('refuses a size beyond 2^53-1', () => {
    expect(() => planAppend(() => null, Number.MAX_SAFE_INTEGER, [Buffer.of()])).toThrow(invalid)
  })

  it('tells of each hash of the upper rows once', () => {
    const frontier = new Frontier()
    const told: string[] = []
    for (let i = 0; i < 65_536; i++) {
      frontier.push(hashLeaf(Buffer.of()), (level, index) => {
        if (level > 0) told.push(`${level}/${index}`)
      })
    }
    expect(told).toHaveLength(257)
    expect(told.slice(0, 2)).toEqual(['1/0', '1/1'])
    expect(told.at(-1)).toBe('2/0')
  })
})

describe('an entry bundle', () => {
  const arbEntries = fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 20 })

  test.prop([arbEntries], { numRuns: 100 })('comes back, with the hashes of its leaves', (some) => {
    const entries = some.map((entry) => Buffer.from(entry))
    const bundle = encodeEntryBundle(entries)
    const before = Buffer.from(bundle)
    expect(decodeEntryBundle(bundle, entries.length)).toEqual(entries)
    expect(hashEntryBundle(bundle, entries.length)).toEqual(Buffer.concat(entries.map(hashLeaf)))
    expect(bundle).toEqual(before)
    for (const count of [entries.length - 1, entries.length + 1]) {
      if (count >= 0) expect(() => decodeEntryBundle(bundle, count)).toThrow(invalid)
    }
  })

  it('is these bytes', () => {
    const bundle = encodeEntryBundle([Buffer.from('ab'), Buffer.of(), Buffer.alloc(256, 'c')])
    expect(bundle.toString('latin1')).toBe(`\x00\x02ab\x00\x00\x01\x00${'c'.repeat(256)}`)
  })

  it('holds 256 entries of 65,535 bytes, and no more and no longer ones', () => {
    const longest = Buffer.alloc(65_535, 1)
    const bundle = encodeEntryBundle(Array.from({ length: 256 }, () => longest))
    expect(bundle.length).toBe(256 * 65_537)
    expect(hashEntryBundle(bundle, 256).subarray(-32)).toEqual(hashLeaf(longest))
    expect(() => encodeEntryBundle([Buffer.alloc(65_536)])).toThrow(invalid)
    expect(() => encodeEntryBundle(Array.from({ length: 257 }, () => Buffer.of()))).toThrow(invalid)
  })

  it.each([
    ['half a length', Buffer.of(0), 1],
    ['a length without its entry', Buffer.of(0, 1), 1],
    ['an entry that is cut', Buffer.of(0, 2, 9), 1],
    ['a byte too many', Buffer.of(0, 1, 9, 9), 1],
    ['an entry too many', Buffer.of(0, 0, 0, 0), 1],
    ['an entry too few', Buffer.of(0, 0), 2],
    ['bytes where there should be none', Buffer.of(0), 0],
  ])('refuses %s', (_, bytes, count) => {
    expect(() => decodeEntryBundle(bytes, count)).toThrow(invalid)
    expect(() => hashEntryBundle(bytes, count)).toThrow(invalid)
  })
})
