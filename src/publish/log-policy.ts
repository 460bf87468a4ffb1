import { makeNoteKey, printNoteKey, type NoteKey } from '../core/log/note-key.ts'
import { parsePolicy } from '../core/log/parse-policy.ts'
import type { LogPolicy } from '../core/log/policy.ts'
import { Fault } from '../core/fault.ts'
import { LOG_POLICY_TARGET } from '../core/layout.ts'
import type { HeldKey, LogBatch, PublishStore } from './ports.ts'
import { sha256Hex } from './sign-metadata.ts'
import { parseOwnMetadata, type TargetFile } from './tuf-metadata.ts'

/** What a key of the log is made for (`docs/spec/keys.md`). */
export const LOG_KEY_USE = 'log'

/** The name of a log that nobody has named: its key is in it, so that no two are the same. */
export function originOf(key: HeldKey): string {
  return `bailiwick/${key.keyid.slice(0, 16)}`
}

/** The key with which the log of that origin signs, as notes know it. */
export function logNoteKey(origin: string, { publicHex }: Pick<HeldKey, 'publicHex'>): NoteKey {
  return makeNoteKey(origin, 'ed25519', Buffer.from(publicHex, 'hex'))
}

/** The policy of a log that has no witnesses: everybody believes it by its own signature. */
export function firstPolicy(origin: string, key: HeldKey): string {
  return `log ${printNoteKey(logNoteKey(origin, key))}\nquorum none\n`
}

/** The metadata of the target `log/policy.txt`. */
export function policyTarget(policy: string): TargetFile {
  const bytes = Buffer.from(policy)
  return { length: bytes.length, hashes: { sha256: sha256Hex(bytes) }, custom: {} }
}

/** The text of a policy of that digest; null where there never was one. */
export function findPolicy({ log }: Pick<PublishStore, 'log'>, sha256: string): string | null {
  return log.policies().find((policy) => sha256Hex(Buffer.from(policy)) === sha256) ?? null
}

/** The text of the policy that targets sign now, those of a batch if it has some; null where they sign none, or it is unknown. */
export function readPolicy(store: PublishStore, batch: LogBatch | null = null): string | null {
  const changed = batch?.metadata.findLast(({ role }) => role === 'targets')
  const targets = changed ?? store.metadata.latest('targets')
  const signed = targets && parseOwnMetadata(targets.bytes, 'targets')
  const sha256 = signed?.targets[LOG_POLICY_TARGET]?.hashes.sha256
  return sha256 === undefined ? null : findPolicy(store, sha256)
}

/** Whom readers believe once a batch is seen, and whom they believe now. */
export interface Policies {
  readonly next: LogPolicy
  /** Null where it is the same, or there is none. */
  readonly old: LogPolicy | null
}

/** Throws `log/policy` where the targets of a batch name no policy that is known. */
export function readPolicies(store: PublishStore, batch: LogBatch): Policies {
  const policy = readPolicy(store, batch)
  const before = readPolicy(store)
  if (policy !== null) {
    const isChanged = before !== null && before !== policy
    const old = isChanged ? parsePolicy(Buffer.from(before)) : null
    return { next: parsePolicy(Buffer.from(policy)), old }
  }
  throw new Fault(
    'log/policy',
    'expected the policy of the log that targets sign to be in the database, got none: restore a backup',
  )
}
