import { Fault } from '../fault.ts'
import type { EntryProof, ProofEnd } from './entry-proof.ts'
import { rangeHash, splitRange } from './leaf-range.ts'
import { commitTo, lineKey, type EntryKey, type LeafMaker } from './leaf-maker.ts'
import { nodeText, type ProofTree } from './proof-tree.ts'
import { EMPTY_HASH, HASH_BYTES, LEAF_BYTES, bitOf, hashBytes, prefixOf } from './tree-hash.ts'

/** What is asked of a tree, and what the list says of it: the line, and the serial since which it is there; null where there is none. */
export interface ProofQuestion {
  readonly key: EntryKey
  readonly serial: number
  readonly listed: { readonly line: string; readonly since: number } | null
}

/** The proof for one value and kind. Throws `proof/mismatch` where tree and list disagree. */
export function proveEntry(
  tree: ProofTree,
  maker: LeafMaker,
  { key, serial, listed }: ProofQuestion,
): EntryProof {
  const { index, vrf } = maker.proveIndex(key)
  const { path, leaf } = walkTo(tree, index)
  const rootSalt = maker.rootSalt(serial)
  return {
    hidden: vrf && rootSalt && { vrf, rootSalt },
    path: path.map((text) => (text === EMPTY_HASH ? null : hashBytes(text))),
    end: endOf(leaf, index, maker, { key, serial, listed }),
  }
}

/** The hashes beside the way to `index`, from the top downwards, and the leaf at its end. */
function walkTo(
  tree: ProofTree,
  index: Uint8Array,
): { path: readonly string[]; leaf: Uint8Array | null } {
  const { bits, nodes, counts } = tree
  const path: string[] = []
  for (let node = 1; node < 1 << bits && (counts[node] ?? 0) > 1;) {
    node = 2 * node + bitOf(index, 0, path.length)
    path.push(nodeText(nodes, node ^ 1))
  }
  const page = pageBelow(tree, index, path.length)
  let [from, to] = [0, page.length / LEAF_BYTES]
  while (to - from > 1) {
    const depth = path.length
    const middle = splitRange(page, from, to, depth)
    if (bitOf(index, 0, depth) === 0) {
      path.push(rangeHash(page, middle, to, depth + 1))
      to = middle
    } else {
      path.push(rangeHash(page, from, middle, depth + 1))
      from = middle
    }
  }
  return { path, leaf: from === to ? null : page.slice(from * LEAF_BYTES, to * LEAF_BYTES) }
}

/** The page with what is below the first `depth` bits of `index`: its own, or, above the pages, that of the only leaf there. */
function pageBelow(
  { bits, pages, counts }: ProofTree,
  index: Uint8Array,
  depth: number,
): Uint8Array {
  let node = (1 << depth) | prefixOf(index, 0, depth)
  while (node < 1 << bits) node = 2 * node + (counts[2 * node] === 0 ? 1 : 0)
  return pages[node - (1 << bits)] ?? new Uint8Array()
}

function endOf(
  leaf: Uint8Array | null,
  asked: Uint8Array,
  maker: LeafMaker,
  { key, listed }: ProofQuestion,
): ProofEnd {
  const index = leaf?.subarray(0, HASH_BYTES)
  const commitment = leaf?.subarray(HASH_BYTES)
  const isThere = index !== undefined && Buffer.compare(index, asked) === 0
  if (isThere !== (listed !== null)) throw disagreement(isThere)
  if (listed === null) {
    return index && commitment ? { what: 'other', index, commitment } : { what: 'nothing' }
  }
  const { line, since } = listed
  const salt = maker.salt(line, since)
  const named = lineKey(line)
  const isIt = named.value === key.value && named.kind === key.kind
  if (isIt && commitment && Buffer.compare(commitTo(line, salt), commitment) === 0) {
    return { what: 'entry', line, salt }
  }
  throw new Fault('proof/mismatch', 'expected the entry as the proof tree has it, got another line')
}

function disagreement(isThere: boolean): Fault {
  const [tree, list] = isThere ? ['an entry', 'none'] : ['no entry', 'one']
  return new Fault('proof/mismatch', `expected ${tree}, as the proof tree has it, got ${list}`)
}
