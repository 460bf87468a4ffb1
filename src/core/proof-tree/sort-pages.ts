import { Fault } from '../fault.ts'
import { LEAF_BYTES, compareIndices, prefixOf } from './tree-hash.ts'

/** Pages of a tree that stand side by side: those from number `first` on, of 2^bits. */
export interface PageRow {
  readonly bits: number
  readonly first: number
  readonly count: number
}

/**
 * The leaves of each page, sorted. All of `leaves` must belong to these pages. Indices are evenly spread, so pages are found by counting,
 * and only within them is sorted. Throws `proof/mismatch` where an index is there twice.
 */
export function sortIntoPages(
  leaves: Uint8Array,
  { bits, first, count }: PageRow,
): readonly Uint8Array[] {
  const starts = new Uint32Array(count + 1)
  for (let at = 0; at < leaves.length; at += LEAF_BYTES) {
    const page = prefixOf(leaves, at, bits) - first
    starts[page + 1] = (starts[page + 1] ?? 0) + 1
  }
  for (let page = 1; page < starts.length; page++) {
    starts[page] = (starts[page] ?? 0) + (starts[page - 1] ?? 0)
  }
  const ends = starts.slice()
  const order = new Uint32Array(leaves.length / LEAF_BYTES)
  for (let at = 0; at < leaves.length; at += LEAF_BYTES) {
    const page = prefixOf(leaves, at, bits) - first
    const to = ends[page] ?? 0
    order[to] = at
    ends[page] = to + 1
  }
  const sorted = new Uint8Array(leaves.length)
  return Array.from({ length: count }, (_, page) => {
    const [from, to] = [starts[page] ?? 0, starts[page + 1] ?? 0]
    const run = order.subarray(from, to).sort((a, b) => compareIndices(leaves, a, leaves, b))
    const target = sorted.subarray(from * LEAF_BYTES, to * LEAF_BYTES)
    run.forEach((at, i) => target.set(leaves.subarray(at, at + LEAF_BYTES), i * LEAF_BYTES))
    assertAscending(target)
    return target
  })
}

function assertAscending(leaves: Uint8Array): void {
  for (let at = LEAF_BYTES; at < leaves.length; at += LEAF_BYTES) {
    if (compareIndices(leaves, at - LEAF_BYTES, leaves, at) < 0) continue
    throw new Fault('proof/mismatch', 'expected each entry once in a proof tree, got one twice')
  }
}
