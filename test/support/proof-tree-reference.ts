import { createHash } from 'node:crypto'

/**
 * The proof tree, slowly and straight from `docs/spec/proof-tree.md`: no pages, nothing kept, every hash made again. Shares no code with
 * `src/core/proof-tree`.
 */

export function sha(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** A leaf: its index and its commitment. */
export interface ReferenceLeaf {
  readonly index: Buffer
  readonly commitment: Buffer
}

export function publicReferenceLeaf(place: string, line: string): ReferenceLeaf {
  const [value = '', kind = ''] = line.split('\t')
  return {
    index: sha('bailiwick/index/v1\n', place, '\n', value, '\t', kind),
    commitment: sha('bailiwick/entry/v1\n', line),
  }
}

/** §4, word by word. */
export function referenceTop(leaves: readonly ReferenceLeaf[], depth = 0): Buffer {
  const [first] = leaves
  if (!first) return sha('bailiwick/empty/v1\n')
  if (leaves.length === 1) return sha('bailiwick/leaf/v1\n', first.index, first.commitment)
  const below = (bit: number): Buffer =>
    referenceTop(
      leaves.filter(({ index }) => bitAt(index, depth) === bit),
      depth + 1,
    )
  return sha('bailiwick/node/v1\n', below(0), below(1))
}

/** §6: the way to an index, from the top downwards. */
export function referencePath(
  leaves: readonly ReferenceLeaf[],
  index: Buffer,
  depth = 0,
): { path: Buffer[]; end: ReferenceLeaf | null } {
  if (leaves.length < 2) return { path: [], end: leaves[0] ?? null }
  const bit = bitAt(index, depth)
  const [mine, beside] = [bit, 1 - bit].map((side) =>
    leaves.filter((leaf) => bitAt(leaf.index, depth) === side),
  )
  const { path, end } = referencePath(mine ?? [], index, depth + 1)
  return { path: [referenceTop(beside ?? [], depth + 1), ...path], end }
}

/** §5 for a public list. */
export function referenceRoot(place: string, serial: number, top: Buffer): Buffer {
  return sha('bailiwick/root/v1\n', place, '\n', String(serial), '\n', top)
}

function bitAt(index: Buffer, depth: number): number {
  return (
    index[depth >> 3]!.toString(2)
      .padStart(8, '0')
      .charCodeAt(depth & 7) - 48
  )
}
