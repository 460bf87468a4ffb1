import { Fault } from '../fault.ts'
import { checkQuorum } from './check-quorum.ts'
import { parseCheckpoint, type Checkpoint } from './checkpoint.ts'
import type { LogPolicy } from './policy.ts'
import { parseNote } from './note.ts'
import { verifyNote } from './verify-note.ts'

/** A checkpoint that a log of the policy signed and a quorum of its witnesses cosigned. */
export interface TrustedCheckpoint extends Checkpoint {
  /** Who cosigned, by the names of the policy, and when, in seconds. */
  readonly witnesses: readonly { readonly name: string; readonly timestamp: number }[]
}

/**
 * Verifies the bytes of a checkpoint under a policy. Throws `log/invalid`; `log/signature` where a signature is wrong or that of the
 * origin's log is missing; `log/quorum` with who signed and who had to.
 */
export function verifyCheckpoint(policy: LogPolicy, bytes: Uint8Array): TrustedCheckpoint {
  const note = parseNote(bytes)
  const keys = [...policy.logs, ...policy.witnesses].map(({ key }) => key)
  const signatures = verifyNote(keys, note)
  const checkpoint = parseCheckpoint(note.text)
  // tlog-policy: the name of a log's key «MUST correspond to the log's origin line».
  const isOwn = signatures.some(
    ({ key }) => key.type === 'ed25519' && key.name === checkpoint.origin,
  )
  if (!isOwn) {
    throw new Fault(
      'log/signature',
      `expected a signature of the log ${JSON.stringify(checkpoint.origin)}, got none`,
    )
  }
  const finding = checkQuorum(
    policy,
    signatures.map(({ key }) => key),
  )
  if (!finding.isMet) throw new Fault('log/quorum', `expected a quorum: ${finding.sentence}`)
  const witnesses = finding.witnesses.map(({ name, key }) => ({
    name,
    timestamp: signatures.find((by) => by.key === key)?.timestamp ?? 0,
  }))
  return { ...checkpoint, witnesses }
}
