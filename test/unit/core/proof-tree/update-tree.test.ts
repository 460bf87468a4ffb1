import { describe, expect, it } from 'vitest'
import { makeLeaf } from '../../../../src/core/proof-tree/leaf-maker.ts'
import {
  MAX_TREE_LEAVES,
  assertFits,
  buildTree,
  pageBits,
  treeTop,
} from '../../../../src/core/proof-tree/proof-tree.ts'
import { updateTree } from '../../../../src/core/proof-tree/update-tree.ts'
import { lineOf, openMaker } from '../../../support/proof-builders.ts'

const fault = (code: string) => expect.objectContaining({ code }) as Error
const leafOf = (n: number): Uint8Array => makeLeaf(openMaker, lineOf(`n${n}.example`), 1)
const leaves = (from: number, to: number): Buffer =>
  Buffer.concat(Array.from({ length: to - from }, (_, i) => leafOf(from + i)))
const indexOf = (n: number): Uint8Array => leafOf(n).subarray(0, 32)
const none = new Uint8Array()
const tree = buildTree(leaves(0, 100))

describe('an update', () => {
  it.each([
    ['an entry to be added that is there', { removed: none, added: leafOf(5) }],
    ['an entry added twice', { removed: none, added: Buffer.concat([leafOf(200), leafOf(200)]) }],
    ['an entry to be removed that is not there', { removed: indexOf(200), added: none }],
    ['an entry removed twice', { removed: Buffer.concat([indexOf(5), indexOf(5)]), added: none }],
    ['a part of an index', { removed: indexOf(5).subarray(1), added: none }],
    ['a part of a leaf', { removed: none, added: leafOf(200).subarray(1) }],
  ])('refuses %s', (_, changes) => {
    expect(() => updateTree(tree, changes)).toThrow(fault('proof/mismatch'))
  })

  it('amends an entry, and shares the pages that stay', () => {
    const big = buildTree(leaves(0, 2000))
    const amended = makeLeaf(openMaker, lineOf('n5.example').replace('nxdomain', 'drop'), 2)
    const next = updateTree(big, { removed: indexOf(5), added: amended })
    expect(next.pages.filter((page, i) => page !== big.pages[i])).toHaveLength(1)
    const anew = buildTree(Buffer.concat([leaves(0, 5), leaves(6, 2000), amended]))
    expect(treeTop(next)).toEqual(treeTop(anew))
    expect(treeTop(big)).toEqual(treeTop(buildTree(leaves(0, 2000))))
  })

  it('cuts pages anew when the list has become much larger or smaller', () => {
    const grown = updateTree(tree, { removed: none, added: leaves(100, 3000) })
    expect(grown.bits).toBe(pageBits(3000))
    expect(treeTop(grown)).toEqual(treeTop(buildTree(leaves(0, 3000))))
    const gone = Array.from({ length: 2990 }, (_, i) => indexOf(i + 10))
    const shrunk = updateTree(grown, { removed: Buffer.concat(gone), added: none })
    expect(shrunk.bits).toBe(0)
    expect(treeTop(shrunk)).toEqual(treeTop(buildTree(leaves(0, 10))))
  })
})

describe('a tree', () => {
  it('refuses an entry twice and a part of a leaf', () => {
    const twice = Buffer.concat([leafOf(1), leafOf(2), leafOf(1)])
    expect(() => buildTree(twice)).toThrow(fault('proof/mismatch'))
    expect(() => buildTree(leafOf(1).subarray(1))).toThrow(fault('proof/mismatch'))
  })

  it('has no more leaves than its limit', () => {
    expect(() => assertFits(MAX_TREE_LEAVES)).not.toThrow()
    expect(() => assertFits(MAX_TREE_LEAVES + 1)).toThrow(fault('proof/too-large'))
  })
})
