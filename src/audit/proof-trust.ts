import { createHash } from 'node:crypto'
import { Fault, isFault } from '../core/fault.ts'
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
import { keysByRoot, verifySignatures, type RoleKeys } from './role-keys.ts'
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

/**
 * The policies of the file that targets in it have signed, by the keys that its last root names: targets that replaced keys alone have signed may
 * be a thief's, in a log of his own. Those are still to be verified under them, with the roots. Throws `audit/proof`.
 */
export function signedPolicies({ policies, roots, targets }: ProofSigners): readonly LogPolicy[] {
  const files = targets.map(({ bytes }) => parseSigned(Buffer.from(bytes, 'base64'), 'targets'))
  const named = policyHashes(files)
  const isNamed = (text: string): boolean => named.has(sha256(Buffer.from(text)))
  if (!policies.every(isNamed)) throw refused('policies that targets have signed', 'others')
  const last = roots.at(-1)
  if (last === undefined) throw refused('a root', 'none')
  const keys = keysByRoot(parseSigned(Buffer.from(last.bytes, 'base64'), 'root'), 'targets')
  const counting = policyHashes(files.filter((file) => isSignedBy(file, keys)))
  const own = policies.filter((text) => counting.has(sha256(Buffer.from(text))))
  if (own.length === 0 && policies.length > 0) {
    throw refused('a policy signed by the keys that the last root gives to targets', 'none')
  }
  return own.map((text) => parsePolicy(Buffer.from(text)))
}

function policyHashes(files: readonly SignedFile[]): ReadonlySet<string> {
  return new Set(files.flatMap((file) => targetsOf(file).get(LOG_POLICY_TARGET)?.sha256 ?? []))
}

function isSignedBy(file: SignedFile, keys: RoleKeys): boolean {
  try {
    verifySignatures(file, [keys])
    return true
  } catch (error) {
    if (isFault(error, 'trust/signature')) return false
    throw error
  }
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
