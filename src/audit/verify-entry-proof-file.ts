import type { Entry, EntryKind } from '../core/entry.ts'
import { Fault } from '../core/fault.ts'
import { parseLeaf, type CommittedLeaf, type PublicationLeaf } from '../core/log-leaf.ts'
import { isCanonicalValue } from '../core/parse-entry.ts'
import { parseEntryProof } from '../core/proof-tree/entry-proof.ts'
import type { EntryKey } from '../core/proof-tree/leaf-maker.ts'
import type { ProofRoot } from '../core/proof-tree/proof-root.ts'
import { verifyEntryProof } from '../core/proof-tree/verify-entry-proof.ts'
import type { EntryAnswer, EntryProofFile } from './entry-proof-file.ts'
import { signedPolicies, verifyLeaf, verifyTargets, type ProofTrust } from './proof-trust.ts'

/** What a proof file proves. */
export interface ProvenAnswers {
  readonly place: string
  readonly serial: number
  /** The list's id and when the serial was published; null of a restricted list, whose leaf says neither. */
  readonly list: string | null
  readonly at: string | null
  readonly answers: readonly {
    readonly value: string
    readonly kind: EntryKind
    /** Null: there was none of that value and kind. */
    readonly entry: Entry | null
  }[]
}

/**
 * Verifies a proof file: its leaf is in the log, under the auditor's policy or, where he has none, under the one that the authority has signed; and each answer
 * holds under the root that the leaf has. Throws `audit/proof`.
 */
export function verifyEntryProofFile(file: EntryProofFile, trust: ProofTrust): ProvenAnswers {
  try {
    const policies = trust.policy === null ? signedPolicies(file) : [trust.policy]
    if (trust.policy === null || trust.root !== null) verifyTargets(file, policies, trust.root)
    const leaf = leafOf(file)
    verifyLeaf(policies, Buffer.from(file.leaf.bytes, 'base64'), file.leaf.proof)
    const signed = rootOf(file, leaf)
    if (file.answers.length === 0) throw refused('an answer', 'none')
    const answers = file.answers.map((answer) => verifyAnswer(signed, answer))
    const { place, serial } = file
    const isOpen = 'state' in leaf
    return { place, serial, list: isOpen ? leaf.list : null, at: isOpen ? leaf.at : null, answers }
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'audit/proof') throw error
    throw new Fault('audit/proof', error.message, { cause: error })
  }
}

function leafOf({ leaf, place, serial }: EntryProofFile): PublicationLeaf | CommittedLeaf {
  const found = parseLeaf(Buffer.from(leaf.bytes, 'base64'))
  const isOwn = found.kind === 'publication' && found.place === place && found.serial === serial
  if (isOwn) return found
  throw refused(`the leaf of serial ${serial} at ${JSON.stringify(place)}`, 'another')
}

function rootOf(
  { vrfKey, place, serial }: EntryProofFile,
  leaf: PublicationLeaf | CommittedLeaf,
): ProofRoot {
  if (leaf.tree === undefined) throw refused('a leaf with the root of a proof tree', 'one without')
  if ('commitment' in leaf !== (vrfKey !== undefined)) {
    throw refused('a VRF key for a restricted list and none for a public one', 'the other')
  }
  const root = Buffer.from(leaf.tree, 'hex')
  return { place, serial, root, vrfKey: vrfKey === undefined ? null : keyOf(vrfKey) }
}

function keyOf(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === 32 && bytes.toString('base64') === text) return bytes
  throw refused('32 octets of a VRF key in base64', 'others')
}

function verifyAnswer(
  signed: ProofRoot,
  { value, kind, proof }: EntryAnswer,
): ProvenAnswers['answers'][number] {
  // That a list lacks what no list can have says nothing of what was meant.
  if (!isCanonicalValue(kind, value)) {
    throw refused(`a value of the kind ${kind}`, JSON.stringify(value.slice(0, 300)))
  }
  const key = { value, kind } as EntryKey
  return { value, kind, entry: verifyEntryProof(signed, key, parseEntryProof(proof)) }
}

function refused(expected: string, got: string): Fault {
  return new Fault('audit/proof', `expected ${expected}, got ${got}`)
}
