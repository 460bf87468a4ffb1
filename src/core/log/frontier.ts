import { Fault } from '../fault.ts'
import { EMPTY_ROOT, hashNode, type TreeHead } from './tree-hash.ts'
import { isTreeSize } from './tree-size.ts'

/**
 * Told of each hash that stands in a tile (tlog-tiles, «Merkle Tree»): the root of the `index`th complete subtree of
 * 256^`tileLevel` leaves. At level 0 these are the leaf hashes.
 */
export type TileHashTold = (tileLevel: number, index: number, hash: Uint8Array) => void

/** A tile stands for eight levels of the tree. */
export const LEVELS_PER_TILE = 8

/**
 * The right edge of a growing tree: the roots of the complete subtrees that it falls apart into, largest first, one for each bit
 * that is set in its size. It is all that is needed to add leaves and to know the root; `n` leaves cost less than `2n` hashes.
 */
export class Frontier {
  #size: number
  readonly #edge: Uint8Array[]

  /** Throws `log/invalid` where `edge` hasn't as many hashes as a tree of `size` leaves has subtrees. */
  constructor(size = 0, edge: readonly Uint8Array[] = []) {
    const count = isTreeSize(size) ? subtreesOf(size).length : NaN
    if (edge.length !== count) {
      throw new Fault(
        'log/invalid',
        `expected ${count} hashes on the edge of a tree of size ${size}, got ${edge.length}`,
      )
    }
    this.#size = size
    this.#edge = [...edge]
  }

  get size(): number {
    return this.#size
  }

  /** The roots of the complete subtrees, largest first: what a frontier is made from again. */
  get edge(): readonly Uint8Array[] {
    return [...this.#edge]
  }

  /** Adds a leaf by its hash, which is kept and so must not change. */
  push(leafHash: Uint8Array, tell?: TileHashTold): void {
    let hash = leafHash
    let index = this.#size
    tell?.(0, index, hash)
    // As a binary counter carries: where the leaf closes a subtree, it is joined with its left neighbour of the same height.
    for (let level = 1; index % 2 === 1; level++) {
      hash = hashNode(this.#edge.pop() ?? EMPTY_ROOT, hash)
      index = (index - 1) / 2
      if (level % LEVELS_PER_TILE === 0) tell?.(level / LEVELS_PER_TILE, index, hash)
    }
    this.#edge.push(hash)
    this.#size++
  }

  /** RFC 6962 §2.1: the subtrees, joined from the right. */
  root(): Uint8Array {
    return this.#edge.reduceRight<Uint8Array | null>(joinLeft, null) ?? EMPTY_ROOT
  }

  head(): TreeHead {
    return { size: this.#size, root: this.root() }
  }
}

/** A complete subtree: the `index`th of 2^`level` leaves. */
export interface Subtree {
  readonly level: number
  readonly index: number
}

/** The complete subtrees that a tree falls apart into, largest first. */
export function subtreesOf(size: number): Subtree[] {
  const subtrees: Subtree[] = []
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / 2)) {
    if (count % 2 === 1) subtrees.unshift({ level, index: count - 1 })
  }
  return subtrees
}

function joinLeft(right: Uint8Array | null, left: Uint8Array): Uint8Array {
  return right === null ? left : hashNode(left, right)
}
