import type { Entry } from '../entry.ts'
import { Fault, isFault } from '../fault.ts'
import { parseSnapshotLine } from '../parse-entry.ts'
import { VRF_PROOF_BYTES } from '../vrf/ecvrf.ts'
import { verifyVrf } from '../vrf/verify-vrf.ts'
import { MAX_PATH, type EntryProof } from './entry-proof.ts'
import { commitTo, indexInput, publicIndex, type EntryKey } from './leaf-maker.ts'
import { rootHash, type ProofRoot } from './proof-root.ts'
import {
  EMPTY_HASH,
  HASH_BYTES,
  bitOf,
  hashBytes,
  hashText,
  leafHash,
  nodeHash,
} from './tree-hash.ts'

/**
 * What `proof` proves of the list at one serial: its entry of that value and kind, or null when it has none. `signed` MUST come from a verified
 * signature. Throws `proof/invalid` when the proof doesn't hold (`docs/spec/proof-tree.md` §7).
 */
export function verifyEntryProof(
  signed: ProofRoot,
  key: EntryKey,
  proof: EntryProof,
): Entry | null {
  const { hidden, path, end } = proof
  if (path.length > MAX_PATH) throw invalid(`expected at most ${MAX_PATH} hashes in the path`)
  // A leaf, and a place that is empty, stand as high as they can: beside them is something.
  if (path.at(-1) === null) throw invalid('expected something beside the end of the path')
  if (path.some((sibling) => sibling !== null && sibling.length !== HASH_BYTES)) {
    throw invalid(`expected hashes of ${HASH_BYTES} octets in the path`)
  }
  const index = indexOf(signed, key, proof)
  const entry = end.what === 'entry' ? entryOf(end.line, key) : null
  const top = climb(index, endHash(signed, index, proof), path)
  const root = rootHash(signed, top, hidden?.rootSalt ?? null)
  if (Buffer.compare(root, signed.root) === 0) return entry
  throw invalid('expected a proof for the signed root, got one for another')
}

function indexOf(signed: ProofRoot, key: EntryKey, { hidden }: EntryProof): Uint8Array {
  if ((hidden === null) !== (signed.vrfKey === null)) {
    throw invalid('expected a VRF proof for a restricted list and none for a public one')
  }
  if (hidden === null || signed.vrfKey === null) return publicIndex(signed.place, key)
  if (hidden.vrf.length !== VRF_PROOF_BYTES || hidden.rootSalt.length !== HASH_BYTES) {
    throw invalid('expected a VRF proof and a salt of their lengths')
  }
  try {
    const output = verifyVrf(signed.vrfKey, indexInput(signed.place, key), hidden.vrf)
    return output.subarray(0, HASH_BYTES)
  } catch (error) {
    if (!isFault(error, 'vrf/invalid')) throw error
    throw invalid('expected a VRF proof of what was asked, got none that holds', error)
  }
}

function entryOf(line: string, key: EntryKey): Entry {
  const entry = readLine(line)
  if (entry.value === key.value && entry.kind === key.kind) return entry
  throw invalid(
    `expected the entry ${JSON.stringify(`${key.value} ${key.kind}`)}, got ${JSON.stringify(line.slice(0, 300))}`,
  )
}

function readLine(line: string): Entry {
  try {
    return parseSnapshotLine(line)
  } catch (error) {
    if (!isFault(error)) throw error
    throw invalid('expected an entry line, got none', error)
  }
}

/** The hash at the end of the way. A leaf's hash covers its whole index, so that no leaf can be moved. */
function endHash({ vrfKey }: ProofRoot, index: Uint8Array, { end, path }: EntryProof): string {
  if (end.what === 'nothing') return EMPTY_HASH
  if (end.what === 'entry') {
    if ((end.salt?.length ?? null) !== (vrfKey === null ? null : HASH_BYTES)) {
      throw invalid('expected a salt for a restricted list and none for a public one')
    }
    return leafHash(Buffer.concat([index, commitTo(end.line, end.salt)]), 0)
  }
  if (end.index.length !== HASH_BYTES || end.commitment.length !== HASH_BYTES) {
    throw invalid(`expected an index and a commitment of ${HASH_BYTES} octets`)
  }
  if (Buffer.compare(end.index, index) === 0) throw invalid('expected the leaf of another entry')
  if (path.some((_, depth) => bitOf(end.index, 0, depth) !== bitOf(index, 0, depth))) {
    throw invalid('expected a leaf at the end of this path, got one from elsewhere')
  }
  return leafHash(Buffer.concat([end.index, end.commitment]), 0)
}

function climb(index: Uint8Array, end: string, path: EntryProof['path']): Uint8Array {
  let at = end
  for (let depth = path.length - 1; depth >= 0; depth--) {
    const sibling = path[depth]
    const beside = sibling ? hashText(sibling) : EMPTY_HASH
    at = bitOf(index, 0, depth) === 0 ? nodeHash(at, beside) : nodeHash(beside, at)
  }
  return hashBytes(at)
}

function invalid(message: string, cause?: unknown): Fault {
  return new Fault('proof/invalid', message, cause === undefined ? undefined : { cause })
}
