import { test } from '@fast-check/vitest'
import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { makeLeaf } from '../../../../src/core/proof-tree/leaf-maker.ts'
import {
  buildTree,
  countLeaves,
  treeTop,
  type ProofTree,
} from '../../../../src/core/proof-tree/proof-tree.ts'
import { makeProofRoot } from '../../../../src/core/proof-tree/proof-root.ts'
import { proveEntry } from '../../../../src/core/proof-tree/prove-entry.ts'
import { updateTree } from '../../../../src/core/proof-tree/update-tree.ts'
import { verifyEntryProof } from '../../../../src/core/proof-tree/verify-entry-proof.ts'
import { parseSnapshotLine } from '../../../../src/core/parse-entry.ts'
import { keyOf, lineOf, openMaker } from '../../../support/proof-builders.ts'
import {
  publicReferenceLeaf,
  referencePath,
  referenceRoot,
  referenceTop,
  type ReferenceLeaf,
} from '../../../support/proof-tree-reference.ts'
import '../../../support/property-runs.ts'

const RUNS = process.env['SLOW'] ? 1000 : 30
const bytesOf = (leaves: readonly ReferenceLeaf[]): Buffer =>
  Buffer.concat(leaves.flatMap(({ index, commitment }) => [index, commitment]))
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Indices of which many have long beginnings in common: by their first octets, or up to their last bits. */
const arbIndex = fc
  .tuple(
    fc.constantFrom(0, 1, 2, 3, 8, 31, 32),
    fc.constantFrom(0x00, 0xff, 0x55),
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc.nat(255),
  )
  .map(([shared, fill, own, last]) => {
    const index = Buffer.from(own)
    index.fill(fill, 0, shared)
    if (shared === 32) index[31] = last
    return index
  })
const arbLeaf = fc
  .tuple(arbIndex, fc.nat(3))
  .map(([index, n]) => ({ index, commitment: Buffer.alloc(32, n) }))
/** A serial: what is put on the list and what is taken off it; putting what is there amends it. */
const arbStep = fc.record({
  put: fc.array(arbLeaf, { maxLength: 120 }),
  takeEvery: fc.constantFrom(1, 2, 3, 50),
})

function changesBetween(
  old: ReadonlyMap<string, ReferenceLeaf>,
  next: ReadonlyMap<string, ReferenceLeaf>,
) {
  const isSame = (a?: ReferenceLeaf, b?: ReferenceLeaf): boolean =>
    a !== undefined && b?.commitment.equals(a.commitment) === true
  const removed = [...old].filter(([key, leaf]) => !isSame(leaf, next.get(key)))
  const added = [...next].filter(([key, leaf]) => !isSame(leaf, old.get(key)))
  return {
    removed: Buffer.concat(removed.map(([, { index }]) => index)),
    added: bytesOf(added.map(([, leaf]) => leaf)),
  }
}

describe('a proof tree', () => {
  test.prop([fc.array(arbStep, { minLength: 1, maxLength: 6 })], { numRuns: RUNS })(
    'is the same brought along, made anew and made by the reference',
    (steps) => {
      let state = new Map<string, ReferenceLeaf>()
      let tree: ProofTree = buildTree(new Uint8Array())
      for (const { put, takeEvery } of steps) {
        const left = [...state].filter((_, i) => i % takeEvery !== 0)
        const next = new Map([...left, ...put.map((leaf) => [hexOf(leaf.index), leaf] as const)])
        const before = hexOf(treeTop(tree))
        const updated = updateTree(tree, changesBetween(state, next))
        expect(hexOf(treeTop(tree))).toBe(before)
        const leaves = [...next.values()]
        const top = hexOf(referenceTop(leaves))
        expect(hexOf(treeTop(updated))).toBe(top)
        expect(hexOf(treeTop(buildTree(bytesOf(leaves))))).toBe(top)
        expect(countLeaves(updated)).toBe(leaves.length)
        state = next
        tree = updated
      }
    },
  )

  test.prop(
    [fc.uniqueArray(fc.nat(2000), { maxLength: 400 }), fc.array(fc.nat(4000), { maxLength: 40 })],
    {
      numRuns: RUNS,
    },
  )(
    'proves each entry that it has and each that it lacks, as the reference does',
    (listed, asked) => {
      const lines = new Map(listed.map((n) => [n, lineOf(`n${n}.example`)]))
      const tree = buildTree(
        Buffer.concat([...lines.values()].map((line) => makeLeaf(openMaker, line, 1))),
      )
      const leaves = [...lines.values()].map((line) => publicReferenceLeaf('phishing', line))
      const signed = makeProofRoot(tree, openMaker, 9)
      expect(hexOf(signed.root)).toBe(hexOf(referenceRoot('phishing', 9, referenceTop(leaves))))
      for (const n of new Set([...listed.slice(0, 40), ...asked])) {
        const key = keyOf(`n${n}.example`)
        const line = lines.get(n)
        const of = line === undefined ? null : { line, since: 1 }
        const proof = proveEntry(tree, openMaker, { key, serial: 9, listed: of })
        const { path, end } = referencePath(
          leaves,
          publicReferenceLeaf('phishing', lineOf(key.value)).index,
        )
        const empty = hexOf(referenceTop([]))
        expect(proof.path.map((one) => (one ? hexOf(one) : empty))).toEqual(path.map(hexOf))
        expect(proof.end.what).toBe(line !== undefined ? 'entry' : end ? 'other' : 'nothing')
        const proved = verifyEntryProof(signed, key, proof)
        expect(proved).toEqual(line === undefined ? null : parseSnapshotLine(line))
      }
    },
  )
})
