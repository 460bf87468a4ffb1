import { describe, expect, test } from 'vitest'
import {
  bringTreeAlong,
  makeTreeAnew,
  type TreeWay,
} from '../../../../src/core/kept-tree/next-tree.ts'
import { rowBits } from '../../../../src/core/kept-tree/tree-shape.ts'
import {
  changesBetween,
  makerOf,
  plainRoot,
  SECRETS,
  SinceModel,
} from '../../../support/kept-tree-builders.ts'
import { MemoryTreeFile } from '../../../support/memory-tree-file.ts'

const lineOf = (n: number): string => `n${n}.example\thost\tnxdomain\t-\t-`
const linesTo = (n: number): string[] => Array.from({ length: n }, (_, i) => lineOf(i))
const all = (lines: readonly string[]) => lines.map((line) => ({ line, since: 1 }))
const WANTED = { maker: makerOf(null), serial: 2 }

function made(count: number): { file: MemoryTreeFile; root: Uint8Array; lines: string[] } {
  const file = new MemoryTreeFile()
  const lines = linesTo(count)
  const { root } = makeTreeAnew(file, { ...WANTED, serial: 1, entries: count }, all(lines))
  file.written = []
  return { file, root, lines }
}

function wayTo(root: Uint8Array, from: readonly string[], to: readonly string[]): TreeWay {
  return {
    from: { serial: 1, root },
    steps: [{ serial: 2, changes: changesBetween(from, to) }],
  }
}

describe('bringing a kept tree along', () => {
  test('reads and writes one page, one block and the top for one change', () => {
    const { file, root, lines } = made(5000)
    const next = bringTreeAlong(
      file,
      { ...WANTED, entries: 5001 },
      wayTo(root, lines, [...lines, lineOf(7000)]),
    )
    expect(file.asked).toHaveLength(3)
    expect(file.written).toEqual([])
    next?.keep()
    expect(file.written.sort()).toEqual(file.asked.sort())
    expect(file.rows.size).toBeGreaterThan(500)
  })

  test('is not done from another serial, nor from a root that was not signed', () => {
    const { file, root, lines } = made(50)
    const way = wayTo(root, lines, linesTo(51))
    const wanted = { ...WANTED, entries: 51 }
    expect(bringTreeAlong(file, wanted, way)).not.toBeNull()
    expect(bringTreeAlong(file, wanted, { ...way, from: { serial: 2, root } })).toBeNull()
    const other = Buffer.from(root)
    other[31]! ^= 1
    expect(bringTreeAlong(file, wanted, { ...way, from: { serial: 1, root: other } })).toBeNull()
    const hidden = { ...wanted, maker: makerOf(SECRETS) }
    expect(bringTreeAlong(file, hidden, way)).toBeNull()
    expect(bringTreeAlong(new MemoryTreeFile(), wanted, way)).toBeNull()
  })

  test('is not done with a row that is missing, of another place or of an older serial', () => {
    const { file, root, lines } = made(600)
    const wanted = { ...WANTED, entries: 601 }
    const way = wayTo(root, lines, linesTo(601))
    bringTreeAlong(file, wanted, way)
    const [, block, page] = file.asked as [number, number, number]
    const rows = new Map(file.rows)
    for (const row of [block, page]) {
      for (const bytes of [null, rows.get(row === block ? block + 1 : page + 1)!]) {
        file.rows = new Map(rows)
        if (bytes === null) file.rows.delete(row)
        else file.rows.set(row, bytes)
        expect(bringTreeAlong(file, wanted, way)).toBeNull()
      }
    }
    file.rows = new Map(rows)
    const next = bringTreeAlong(file, wanted, way)!
    next.keep()
    // What the page was before it was changed.
    file.rows.set(page, rows.get(page)!)
    const back = {
      from: { serial: 2, root: next.root },
      steps: wayTo(root, linesTo(601), lines).steps,
    }
    expect(bringTreeAlong(file, { ...WANTED, serial: 3, entries: 600 }, back)).toBeNull()
  })

  test('is not done for changes that do not fit, nor where the tree has outgrown its pages', () => {
    const { file, root, lines } = made(60)
    const gone = wayTo(root, linesTo(61), linesTo(60))
    expect(bringTreeAlong(file, { ...WANTED, entries: 60 }, gone)).toBeNull()
    const twice = wayTo(root, linesTo(59), linesTo(60))
    expect(bringTreeAlong(file, { ...WANTED, entries: 60 }, twice)).toBeNull()
    const fits = (count: number): boolean =>
      bringTreeAlong(file, { ...WANTED, entries: count }, wayTo(root, lines, linesTo(count))) !==
      null
    const most = 12 * 2 ** (rowBits(60) + 2)
    expect([fits(most), fits(most + 1)]).toEqual([true, false])
  })

  test('leaves what another process has kept meanwhile', () => {
    const { file, root, lines } = made(30)
    const [one, two] = [linesTo(31), linesTo(32)].map((to) =>
      bringTreeAlong(file, { ...WANTED, entries: to.length }, wayTo(root, lines, to)),
    )
    one!.keep()
    const rows = new Map(file.rows)
    two!.keep()
    expect(file.rows).toEqual(rows)
    expect(file.head()?.count).toBe(31)
  })
})

describe('the index of an entry of a restricted list', () => {
  const wanted = { maker: makerOf(SECRETS), serial: 1, entries: 5 }

  test('is kept, and believed only with its check', () => {
    const file = new MemoryTreeFile()
    const listed = new SinceModel().take(1, linesTo(5))
    const expected = plainRoot(wanted.maker, 1, listed)
    const rootNow = (): string =>
      Buffer.from(makeTreeAnew(file, wanted, listed).root).toString('hex')
    expect(rootNow()).toBe(expected)
    expect(file.indices.size).toBe(5)
    const [entry, kept] = [...file.indices][2]!
    expect(entry).toBe('n2.example\thost')
    for (let at = 0; at < kept.length; at += 21) {
      const altered = Buffer.from(kept)
      altered[at]! ^= 1
      file.indices.set(entry, altered)
      expect(rootNow()).toBe(expected)
      expect(Buffer.compare(file.indices.get(entry)!, kept)).toBe(0)
    }
    const other = [...file.indices.values()][1]!
    file.indices.set(entry, other)
    expect(rootNow()).toBe(expected)
    // Of another key, what was kept is no use.
    const maker = makerOf({ ...SECRETS, vrf: Buffer.alloc(32, 0x33) })
    const moved = makeTreeAnew(file, { ...wanted, maker }, listed).root
    expect(Buffer.from(moved).toString('hex')).toBe(plainRoot(maker, 1, listed))
  })

  test('is not computed again for what went and comes back', () => {
    const file = new MemoryTreeFile()
    const lines = linesTo(5)
    const { root } = makeTreeAnew(file, wanted, all(lines))
    const before = file.indices.size
    const less = bringTreeAlong(
      file,
      { ...wanted, serial: 2, entries: 4 },
      wayTo(root, lines, linesTo(4)),
    )!
    less.keep()
    const back = bringTreeAlong(
      file,
      { ...wanted, serial: 3 },
      {
        from: { serial: 2, root: less.root },
        steps: [{ serial: 3, changes: changesBetween(linesTo(4), lines) }],
      },
    )!
    back.keep()
    expect(file.indices.size).toBe(before)
    const listed = lines.map((line, i) => ({ line, since: i === 4 ? 3 : 1 }))
    expect(Buffer.from(back.root).toString('hex')).toBe(plainRoot(wanted.maker, 3, listed))
  })
})
