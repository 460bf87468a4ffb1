/**
 * The ways through a tree that proofs follow (RFC 6962 §2.1.1, §2.1.2). A proof has one hash for each step, from the leaf up. Whoever
 * makes a proof and whoever verifies it walks the same steps.
 */

/** The leaves from `start` to before `end`, that make up one node of the tree. */
export interface LeafRange {
  readonly start: number
  readonly end: number
}

/** The sibling that a proof names, and its side. */
export interface ProofStep extends LeafRange {
  readonly isLeft: boolean
}

/** The siblings of a leaf and of the nodes above it. `index` is below `size`. */
export function inclusionPath(index: number, size: number): ProofStep[] {
  const steps: ProofStep[] = []
  let [start, end] = [0, size]
  while (end - start > 1) {
    const middle = start + splitOf(end - start)
    const isLeft = index >= middle
    steps.push(isLeft ? { start, end: middle, isLeft } : { start: middle, end, isLeft })
    if (isLeft) start = middle
    else end = middle
  }
  return steps.reverse()
}

/** `0 < from < to`. */
export interface ConsistencyPath {
  /**
   * The node that both trees have and the steps begin at. Where it is the whole old tree, the proof doesn't name it: the reader has
   * its root (RFC 6962 §2.1.2, the `b` of SUBPROOF).
   */
  readonly base: LeafRange
  readonly isBaseNamed: boolean
  readonly steps: readonly ProofStep[]
}

export function consistencyPath(from: number, to: number): ConsistencyPath {
  const steps: ProofStep[] = []
  let [start, end] = [0, to]
  while (end !== from) {
    const middle = start + splitOf(end - start)
    // RFC 6962 §2.1.2: for m <= k the old tree ends in the left half.
    const isLeft = from > middle
    steps.push(isLeft ? { start, end: middle, isLeft } : { start: middle, end, isLeft })
    if (isLeft) start = middle
    else end = middle
  }
  return { base: { start, end }, isBaseNamed: start > 0, steps: steps.reverse() }
}

/** RFC 6962 §2.1: the largest power of two that is smaller than `count`. */
export function splitOf(count: number): number {
  let power = 1
  while (power * 2 < count) power *= 2
  return power
}
