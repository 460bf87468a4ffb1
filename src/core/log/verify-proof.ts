import { Fault } from '../fault.ts'
import { consistencyPath, inclusionPath, type ProofStep } from './proof-path.ts'
import type { ProofHashes } from './prove.ts'
import { EMPTY_ROOT, HASH_BYTES, hashNode, isSameHash, type TreeHead } from './tree-hash.ts'
import { isTreeSize } from './tree-size.ts'

/** A leaf, by its hash, at its place. */
export interface PlacedLeaf {
  readonly index: number
  readonly hash: Uint8Array
}

/** Whether the leaf stands in the tree. Everything may be from outside but `head`. Throws `log/mismatch`. */
export function verifyInclusion(head: TreeHead, leaf: PlacedLeaf, proof: ProofHashes): void {
  if (!isTreeSize(leaf.index) || leaf.index >= head.size) {
    throw new Fault('log/mismatch', `expected an index below ${head.size}, got ${leaf.index}`)
  }
  const steps = inclusionPath(leaf.index, head.size)
  assertLength(proof, steps.length)
  assertLength([leaf.hash], 1)
  const root = steps.reduce((hash, step, i) => join(step, proof[i], hash), leaf.hash)
  if (isSameHash(root, head.root)) return
  throw new Fault(
    'log/mismatch',
    `expected the leaf ${leaf.index} in the tree of size ${head.size}, got a proof of another root`,
  )
}

/**
 * Whether the leaves of `from` are the first ones of `to`. `from` is trusted, `to` is signed by the log and nothing more. Gives `to`.
 * Throws `log/mismatch`.
 */
export function verifyConsistency(from: TreeHead, to: TreeHead, proof: ProofHashes): TreeHead {
  if (from.size > to.size) {
    throw new Fault('log/mismatch', `expected a tree of size ${from.size} or more, got ${to.size}`)
  }
  if (from.size === 0 || from.size === to.size) {
    assertLength(proof, 0)
    assertRoot(from, from.size === 0 ? EMPTY_ROOT : to.root)
    if (to.size === 0) assertRoot(to, EMPTY_ROOT)
    return to
  }
  const { isBaseNamed, steps } = consistencyPath(from.size, to.size)
  assertLength(proof, steps.length + (isBaseNamed ? 1 : 0))
  const [first = from.root, ...others] = proof
  const base = isBaseNamed ? first : from.root
  const hashes = isBaseNamed ? others : proof
  // The old tree has the left siblings alone: what stands right of it came later.
  const old = steps.reduce(
    (hash, step, i) => (step.isLeft ? join(step, hashes[i], hash) : hash),
    base,
  )
  assertRoot(from, old)
  assertRoot(
    to,
    steps.reduce((hash, step, i) => join(step, hashes[i], hash), base),
  )
  return to
}

function join(step: ProofStep, sibling: Uint8Array | undefined, hash: Uint8Array): Uint8Array {
  const other = sibling ?? EMPTY_ROOT
  return step.isLeft ? hashNode(other, hash) : hashNode(hash, other)
}

function assertLength(proof: ProofHashes, length: number): void {
  if (proof.length === length && proof.every((hash) => hash.length === HASH_BYTES)) return
  throw new Fault(
    'log/mismatch',
    `expected a proof of ${length} hashes of ${HASH_BYTES} bytes, got ${proof.length}`,
  )
}

function assertRoot(head: TreeHead, root: Uint8Array): void {
  if (isSameHash(root, head.root)) return
  throw new Fault(
    'log/mismatch',
    `expected a proof that leads to the root at size ${head.size}, got one of another root`,
  )
}
