import { Fault, isFault } from '../core/fault.ts'
import { LOG_CHECKPOINT_PATH } from '../core/layout.ts'
import { parseCheckpoint, type Checkpoint } from '../core/log/checkpoint.ts'
import { MAX_NOTE_BYTES, parseNote } from '../core/log/note.ts'
import type { LogPolicy } from '../core/log/policy.ts'
import { verifyCheckpoint, type TrustedCheckpoint } from '../core/log/verify-checkpoint.ts'
import type { FindingCode } from './finding.ts'
import type { FindingLog } from './finding-log.ts'
import { tellStrangers, verifyKnown } from './proof-check.ts'
import { orTell, readFile, type AuditDeps } from './read-file.ts'

/** A checkpoint by its form alone: nothing of it is verified. */
export interface ClaimedCheckpoint {
  readonly text: string
  readonly claim: Checkpoint
}

export async function readCheckpoint(deps: AuditDeps): Promise<ClaimedCheckpoint | null> {
  const bytes = await readFile(deps, LOG_CHECKPOINT_PATH, MAX_NOTE_BYTES)
  if (bytes === null) {
    deps.findings.add('checkpoint/missing', LOG_CHECKPOINT_PATH, 'the file', 'none')
    return null
  }
  return orTell(
    () => parseClaim(bytes),
    (fault) => deps.findings.add('checkpoint/invalid', LOG_CHECKPOINT_PATH, 'a checkpoint', fault),
  )
}

/** Throws `log/invalid`. */
export function parseClaim(bytes: Uint8Array): ClaimedCheckpoint {
  const claim = parseCheckpoint(parseNote(bytes).text)
  return { text: Buffer.from(bytes).toString(), claim }
}

/** Verifies the newest checkpoint under the one policy that counts; `others` are known, so that their keys are nobody's. */
export function checkCheckpoint(
  findings: FindingLog,
  { text }: ClaimedCheckpoint,
  policy: LogPolicy,
  others: readonly LogPolicy[],
): TrustedCheckpoint | null {
  const path = LOG_CHECKPOINT_PATH
  try {
    const trusted = verifyCheckpoint(policy, Buffer.from(text))
    // Who was a witness once needs not sign, but not badly.
    verifyKnown([policy, ...others], text)
    tellStrangers(findings, path, [policy, ...others], parseNote(Buffer.from(text)).signatures)
    return trusted
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    findings.add(codeOf(error), path, 'a checkpoint that the log and a quorum signed', error)
    return null
  }
}

function codeOf(fault: Fault): FindingCode {
  if (isFault(fault, 'log/quorum')) return 'checkpoint/quorum'
  return isFault(fault, 'log/signature') ? 'checkpoint/signature' : 'checkpoint/invalid'
}
