import { createHash } from 'node:crypto'
import { Fault } from '../core/fault.ts'
import { LOG_POLICY_TARGET } from '../core/layout.ts'
import { metadataLeaf, printLeaf } from '../core/log-leaf.ts'
import { parseLogProof } from '../core/log/log-proof.ts'
import { parsePolicy } from '../core/log/parse-policy.ts'
import type { LogPolicy } from '../core/log/policy.ts'
import { hashLeaf } from '../core/log/tree-hash.ts'
import { verifyInclusion } from '../core/log/verify-proof.ts'
import type { Explanation, ProvenFile } from './explanation.ts'
import { parseSigned, type SignedFile } from './parse-signed.ts'
import { verifyUnderAny } from './proof-check.ts'
import { keysByRoot, verifySignatures } from './role-keys.ts'
import { targetsOf } from './targets-of.ts'

/** What whoever verifies a proof brings along. */
export interface ProofTrust {
  /** Null: one of the policies that the authority has signed. */
  readonly policy: LogPolicy | null
  /** Null: the first root that is in the file. */
  readonly root: Uint8Array | null
}

/** What a file has to show whose word it is: whoever has a policy and a root of his own need not believe it. */
export type ProofSigners = Pick<Explanation, 'policies' | 'roots' | 'targets'>

/** A metadata file that is signed and in the log, at its index. */
export interface Placed {
  readonly index: number
  readonly file: SignedFile
}

/** The policies of the file, if the targets in it have signed them: those are to be verified under them. Throws `audit/proof`. */
export function signedPolicies({ policies, targets }: ProofSigners): readonly LogPolicy[] {
  const signed = targets.map(({ bytes }) => {
    const file = parseSigned(Buffer.from(bytes, 'base64'), 'targets')
    return targetsOf(file).get(LOG_POLICY_TARGET)?.sha256
  })
  const own = policies.filter((text) => signed.includes(sha256(Buffer.from(text))))
  if (own.length < policies.length) throw refused('policies that targets have signed', 'others')
  return own.map((text) => parsePolicy(Buffer.from(text)))
}

/** The versions of targets, each signed by the keys of its root, and the roots by each other, from the trusted one on. Throws `audit/proof`. */
export function verifyTargets(
  signers: ProofSigners,
  policies: readonly LogPolicy[],
  root: Uint8Array | null,
): readonly Placed[] {
  const roots = verifyRoots(signers, policies, root)
  return signers.targets.map((one) => {
    const found = placed(policies, one, 'targets')
    verifySignatures(found.file, [keysByRoot(before(roots, found.index), 'targets')])
    return found
  })
}

function verifyRoots(
  { roots }: ProofSigners,
  policies: readonly LogPolicy[],
  trusted: Uint8Array | null,
): readonly Placed[] {
  const found = roots.map((one) => placed(policies, one, 'root'))
  found.forEach(({ file }, i) => {
    const earlier = found[i - 1]?.file
    const own = keysByRoot(file, 'root')
    if (earlier !== undefined && file.version !== earlier.version + 1) {
      throw refused(`version ${earlier.version + 1} of root`, String(file.version))
    }
    verifySignatures(file, earlier === undefined ? [own] : [keysByRoot(earlier, 'root'), own])
  })
  const isKnown =
    trusted === null || roots.some(({ bytes }) => Buffer.from(bytes, 'base64').equals(trusted))
  if (isKnown && found.length > 0) return found
  throw refused('the root that is trusted among those of the file', 'others')
}

/** A file with its proof. Throws what is wrong with the form, the proof or the checkpoint. */
export function placed(policies: readonly LogPolicy[], proven: ProvenFile, role: string): Placed {
  const bytes = Buffer.from(proven.bytes, 'base64')
  const file = parseSigned(bytes, role)
  if (proven.role !== role || proven.version !== file.version) {
    throw refused(`version ${proven.version} of ${role}`, `${proven.role} ${file.version}`)
  }
  const leaf = printLeaf(metadataLeaf(role, file.version, bytes))
  return { file, index: verifyLeaf(policies, leaf, proven.proof) }
}

/** Gives the leaf's index. */
export function verifyLeaf(policies: readonly LogPolicy[], leaf: Uint8Array, text: string): number {
  const proof = parseLogProof(Buffer.from(text))
  const checkpoint = verifyUnderAny(policies, proof.checkpoint)
  verifyInclusion(checkpoint, { index: proof.index, hash: hashLeaf(leaf) }, proof.hashes)
  return proof.index
}

/** The one that counted when the leaf of this index was logged; of what a log began with, the first. */
export function before(all: readonly Placed[], index: number): SignedFile {
  const found = all.findLast((one) => one.index < index) ?? all[0]
  if (found !== undefined) return found.file
  throw refused('metadata that says whose keys sign', 'none')
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function refused(expected: string, got: string): Fault {
  return new Fault('audit/proof', `expected ${expected}, got ${got}`)
}
