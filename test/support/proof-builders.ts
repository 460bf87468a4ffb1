import type { EntryKind, EntryValue } from '../../src/core/entry.ts'
import {
  makeLeaf,
  publicLeafMaker,
  type EntryKey,
  type LeafMaker,
} from '../../src/core/proof-tree/leaf-maker.ts'
import { restrictedLeafMaker } from '../../src/core/proof-tree/restricted-leaf-maker.ts'
import { buildTree, type ProofTree } from '../../src/core/proof-tree/proof-tree.ts'
import { makeProofRoot, type ProofRoot } from '../../src/core/proof-tree/proof-root.ts'
import { proveEntry } from '../../src/core/proof-tree/prove-entry.ts'
import type { EntryProof } from '../../src/core/proof-tree/entry-proof.ts'

export const RESTRICTED_PLACE = '0123456789abcdef0123456789abcdef'

export function lineOf(value: string, kind = 'host'): string {
  return `${value}\t${kind}\tnxdomain\t-\t-`
}

export function keyOf(value: string, kind = 'host'): EntryKey {
  return { value: value as EntryValue, kind: kind as EntryKind }
}

export const openMaker = publicLeafMaker('phishing')
export const hiddenMaker = restrictedLeafMaker(RESTRICTED_PLACE, {
  vrf: Buffer.alloc(32, 0x11),
  salts: Buffer.alloc(32, 0x22),
})

/** A list at one serial, all of whose lines are there since serial 1. */
export interface ProvableList {
  readonly maker: LeafMaker
  readonly tree: ProofTree
  readonly signed: ProofRoot
  readonly prove: (value: string, kind?: string) => EntryProof
}

export function provableList(maker: LeafMaker, lines: readonly string[], serial = 7): ProvableList {
  const tree = buildTree(Buffer.concat(lines.map((line) => makeLeaf(maker, line, 1))))
  return {
    maker,
    tree,
    signed: makeProofRoot(tree, maker, serial),
    prove: (value, kind = 'host') => {
      const line = lines.find((one) => one.startsWith(`${value}\t${kind}\t`))
      const listed = line === undefined ? null : { line, since: 1 }
      return proveEntry(tree, maker, { key: keyOf(value, kind), serial, listed })
    },
  }
}
