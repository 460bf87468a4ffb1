import { createHash } from 'node:crypto'
import type { EntryKey, LeafMaker } from '../proof-tree/leaf-maker.ts'
import { HASH_BYTES } from '../proof-tree/tree-hash.ts'

/** Where the indices of entries are kept that take long to be computed. */
export interface IndexBook {
  readonly find: (entry: string) => Uint8Array | null
  readonly put: (entry: string, bytes: Uint8Array) => void
}

/**
 * The same maker, computing the index of no entry that the book has. Of a public list an index is computed faster than it is found. What the book has
 * is believed where its check is right, which is over the VRF key and the entry.
 */
export function rememberIndices(maker: LeafMaker, book: IndexBook): LeafMaker {
  const { vrfKey } = maker
  if (vrfKey === null) return maker
  return {
    ...maker,
    index: (key) => {
      const entry = entryOf(key)
      const known = book.find(entry)
      const index = known?.subarray(0, HASH_BYTES)
      if (known && index && checked(vrfKey, entry, index).equals(known)) return index
      const made = maker.index(key)
      book.put(entry, checked(vrfKey, entry, made))
      return made
    },
  }
}

function entryOf({ value, kind }: EntryKey): string {
  return `${value}\t${kind}`
}

function checked(vrfKey: Uint8Array, entry: string, index: Uint8Array): Buffer {
  const check = createHash('sha256').update(vrfKey).update(index).update(entry).digest()
  return Buffer.concat([index, check])
}
