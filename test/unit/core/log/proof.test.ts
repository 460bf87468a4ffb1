import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  consistencyTiles,
  inclusionTiles,
  proveConsistency,
  proveInclusion,
  readFrontier,
  readRoot,
  rootTiles,
} from '../../../../src/core/log/prove.ts'
import { Frontier } from '../../../../src/core/log/frontier.ts'
import { tileHashReader } from '../../../../src/core/log/hash-reader.ts'
import { EMPTY_ROOT, hashLeaf } from '../../../../src/core/log/tree-hash.ts'
import { verifyConsistency, verifyInclusion } from '../../../../src/core/log/verify-proof.ts'
import { flip, MemoryLog, testEntries } from '../../../support/log-builders.ts'

interface Trees {
  readonly leaves: readonly string[]
  readonly roots: readonly string[]
  readonly inclusion: readonly { index: number; size: number; proof: readonly string[] }[]
  readonly consistency: readonly { from: number; to: number; proof: readonly string[] }[]
}

const trees = JSON.parse(
  readFileSync(new URL('../../../vectors/log/trees.json', import.meta.url), 'utf8'),
) as Trees

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const sha256 = (...parts: Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest()
const mismatch = expect.objectContaining({ code: 'log/mismatch' }) as Error
const notFound = expect.objectContaining({ code: 'log/not-found' }) as Error

/** RFC 6962 §2.1, word by word. */
function treeHash(entries: readonly Uint8Array[]): Buffer {
  if (entries.length === 0) return sha256()
  if (entries.length === 1) return sha256(Buffer.of(0), entries[0]!)
  let split = 1
  while (split * 2 < entries.length) split *= 2
  return sha256(Buffer.of(1), treeHash(entries.slice(0, split)), treeHash(entries.slice(split)))
}

const SIZE = 65
const entries = testEntries(0, SIZE)
const roots = Array.from({ length: SIZE + 1 }, (_, size) => treeHash(entries.slice(0, size)))
const log = new MemoryLog().growTo(SIZE)
const head = (size: number) => ({ size, root: roots[size]! })
const leaf = (index: number) => ({ index, hash: hashLeaf(entries[index]!) })

describe('the vectors of RFC 6962', () => {
  const vector = new MemoryLog()
  vector.append(trees.leaves.map((leaf) => Buffer.from(leaf, 'hex')))

  it('have these roots', () => {
    expect(trees.roots.map((_, size) => hex(readRoot(vector.reader, size)))).toEqual(trees.roots)
  })

  it.each(trees.inclusion)('prove leaf $index in $size', ({ index, size, proof }) => {
    expect(proveInclusion(vector.reader, index, size).map(hex)).toEqual(proof)
  })

  it.each(trees.consistency)('prove $to after $from', ({ from, to, proof }) => {
    expect(proveConsistency(vector.reader, from, to).map(hex)).toEqual(proof)
  })
})

describe('a frontier', () => {
  it('has the root of RFC 6962 at every size, also when made again from its edge', () => {
    let frontier = new Frontier()
    for (let size = 0; size <= SIZE; size++) {
      expect(frontier.head()).toEqual({ size, root: roots[size] })
      frontier = new Frontier(frontier.size, frontier.edge)
      if (size < SIZE) frontier.push(leaf(size).hash)
    }
  })

  it('is read from tiles at every size', () => {
    for (let size = 0; size <= SIZE; size++) {
      expect(readFrontier(log.reader, size).root()).toEqual(roots[size])
    }
  })

  it.each([
    [1, 0],
    [0, 1],
    [6, 1],
    [6, 3],
    [-1, 0],
    [0.5, 1],
    [2 ** 53, 1],
  ])('of size %d refuses an edge of %d hashes', (size, count) => {
    const edge = Array.from({ length: count }, () => EMPTY_ROOT)
    expect(() => new Frontier(size, edge)).toThrow(
      expect.objectContaining({ code: 'log/invalid' }) as Error,
    )
  })
})

describe('a proof of inclusion', () => {
  it('verifies for every leaf of every size, and for no other leaf, size or place', () => {
    for (let size = 1; size <= SIZE; size++) {
      for (let index = 0; index < size; index++) {
        const proof = proveInclusion(log.reader, index, size)
        verifyInclusion(head(size), leaf(index), proof)
        const other = { index, hash: leaf((index + 1) % SIZE).hash }
        expect(() => verifyInclusion(head(size), other, proof)).toThrow(mismatch)
        const moved = { index: index ^ 1, hash: leaf(index).hash }
        if (size > 1) expect(() => verifyInclusion(head(size), moved, proof)).toThrow(mismatch)
        const longer = [...proof, EMPTY_ROOT]
        expect(() => verifyInclusion(head(size), leaf(index), longer)).toThrow(mismatch)
        if (proof.length > 0) {
          const shorter = proof.slice(1)
          expect(() => verifyInclusion(head(size), leaf(index), shorter)).toThrow(mismatch)
        }
      }
    }
  })

  it('is refused with any bit flipped', () => {
    for (const [index, size] of [
      [0, 2],
      [36, 37],
      [17, 65],
    ] as const) {
      const proof = proveInclusion(log.reader, index, size)
      proof.forEach((hash, i) => {
        for (let bit = 0; bit < 256; bit++) {
          const flipped = proof.with(i, flip(hash, bit))
          expect(() => verifyInclusion(head(size), leaf(index), flipped)).toThrow(mismatch)
        }
      })
    }
  })

  it.each([[5], [6], [-1], [0.5], [NaN]])('is refused at index %d of 5', (index) => {
    const proof = proveInclusion(log.reader, 4, 5)
    expect(() => verifyInclusion(head(5), { index, hash: leaf(4).hash }, proof)).toThrow(mismatch)
    expect(() => proveInclusion(log.reader, index, 5)).toThrow(notFound)
  })

  it.each([0, 31, 33])('is refused with hashes of %d bytes', (length) => {
    const proof = proveInclusion(log.reader, 0, 2)
    const cut = [Buffer.alloc(length)]
    expect(() => verifyInclusion(head(2), leaf(0), cut)).toThrow(mismatch)
    const bad = { index: 0, hash: Buffer.alloc(length) }
    expect(() => verifyInclusion(head(2), bad, proof)).toThrow(mismatch)
  })
})

describe('a proof of consistency', () => {
  it('verifies between every two sizes, and not with another root or length', () => {
    for (let to = 0; to <= SIZE; to++) {
      for (let from = 0; from <= to; from++) {
        const proof = proveConsistency(log.reader, from, to)
        expect(verifyConsistency(head(from), head(to), proof)).toEqual(head(to))
        const longer = [...proof, EMPTY_ROOT]
        expect(() => verifyConsistency(head(from), head(to), longer)).toThrow(mismatch)
        const forked = { size: from, root: flip(roots[from]!, from) }
        expect(() => verifyConsistency(forked, head(to), proof)).toThrow(mismatch)
        if (from > 0) {
          // From the empty tree everything is consistent.
          const changed = { size: to, root: flip(roots[to]!, to) }
          expect(() => verifyConsistency(head(from), changed, proof)).toThrow(mismatch)
        }
        if (proof.length > 0) {
          const shorter = proof.slice(1)
          expect(() => verifyConsistency(head(from), head(to), shorter)).toThrow(mismatch)
        }
      }
    }
  })

  it('is refused with any bit flipped', () => {
    for (const [from, to] of [
      [1, 2],
      [32, 65],
      [37, 60],
    ] as const) {
      const proof = proveConsistency(log.reader, from, to)
      proof.forEach((hash, i) => {
        for (let bit = 0; bit < 256; bit++) {
          const flipped = proof.with(i, flip(hash, bit))
          expect(() => verifyConsistency(head(from), head(to), flipped)).toThrow(mismatch)
        }
      })
    }
  })

  it('is refused backwards, and to an empty tree with a root', () => {
    expect(() => verifyConsistency(head(5), head(4), [])).toThrow(mismatch)
    expect(() => proveConsistency(log.reader, 5, 4)).toThrow(notFound)
    const odd = { size: 0, root: roots[1]! }
    expect(() => verifyConsistency(head(0), odd, [])).toThrow(mismatch)
    expect(() => verifyConsistency(odd, odd, [])).toThrow(mismatch)
  })
})

describe('proofs from tiles', () => {
  const size = 70_000
  const large = new MemoryLog().growTo(size)

  it('need no more than the tiles that are foretold', () => {
    const proofs = [
      [inclusionTiles(12_345, size), () => proveInclusion(readerOf(), 12_345, size)],
      [inclusionTiles(7, 300, size), () => proveInclusion(readerOf(), 7, 300)],
      [consistencyTiles(65_537, size), () => proveConsistency(readerOf(), 65_537, size)],
      [consistencyTiles(255, 69_999, size), () => proveConsistency(readerOf(), 255, 69_999)],
      [rootTiles(size), () => readRoot(readerOf(), size)],
    ] as const
    let asked = new Set<string>()
    function readerOf() {
      return tileHashReader((path) => {
        asked.add(path)
        return large.read(path)
      }, size)
    }
    for (const [paths, act] of proofs) {
      asked = new Set()
      act()
      expect([...asked].sort()).toEqual([...paths].sort())
      expect(paths.length).toBeLessThan(7)
    }
  })

  it('verify, and the full tile stands in for a partial one that is gone', () => {
    const root = readRoot(large.reader, size)
    expect(root).toEqual(large.head.root)
    const at = 69_000
    const proof = proveInclusion(large.reader, at, size)
    verifyInclusion(
      { size, root },
      { index: at, hash: hashLeaf(Buffer.from(`entry ${at}`)) },
      proof,
    )
    const old = new MemoryLog().growTo(300)
    const read = tileHashReader((path) => (path.includes('.p/') ? null : large.read(path)), 300)
    expect(readRoot(read, 300)).toEqual(old.head.root)
  })

  it.each([
    ['a tile that is missing', () => null, 'log/not-found'],
    ['a tile that is short', () => Buffer.alloc(64 * 32), 'log/invalid'],
    ['a tile that is long', () => Buffer.alloc(66 * 32), 'log/invalid'],
    ['a tile with a part of a hash', () => Buffer.alloc(65 * 32 + 1), 'log/invalid'],
  ])('refuse %s', (_, read, code) => {
    expect(() => readRoot(tileHashReader(read, SIZE), SIZE)).toThrow(
      expect.objectContaining({ code }) as Error,
    )
  })

  it('refuse what a log of that size has not got', () => {
    expect(() => readRoot(log.reader, SIZE + 1)).toThrow(notFound)
    expect(() => log.reader.hash(1, 32)).toThrow(notFound)
    expect(log.reader.hash(0, 64)).toEqual(leaf(64).hash)
  })
})
