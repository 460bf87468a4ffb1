import type { LeafMaker } from './leaf-maker.ts'
import { treeTop, type ProofTree } from './proof-tree.ts'
import { sha256 } from './tree-hash.ts'

/** What the authority signs of a proof tree, and what proofs are verified against. */
export interface ProofRoot {
  /** The list's place: its id, or the opaque code of a restricted list. */
  readonly place: string
  readonly serial: number
  /** 32 octets. */
  readonly root: Uint8Array
  /** The VRF public key of a restricted list, 32 octets; null for a public one. */
  readonly vrfKey: Uint8Array | null
}

/** `docs/spec/proof-tree.md` §5. */
export function makeProofRoot(tree: ProofTree, maker: LeafMaker, serial: number): ProofRoot {
  const { place, vrfKey } = maker
  const root = rootHash({ place, serial, vrfKey }, treeTop(tree), maker.rootSalt(serial))
  return { place, serial, root, vrfKey }
}

/** The root of a tree with `top` at its top. `vrfKey` and `salt` are both there or both null. */
export function rootHash(
  { place, serial, vrfKey }: Omit<ProofRoot, 'root'>,
  top: Uint8Array,
  salt: Uint8Array | null,
): Uint8Array {
  const tag = salt === null ? 'root' : 'salted-root'
  const head = Buffer.from(`bailiwick/${tag}/v1\n${place}\n${serial}\n`)
  const hidden = [vrfKey, salt].filter((part) => part !== null)
  return Buffer.from(sha256(Buffer.concat([head, ...hidden, top])), 'latin1')
}
