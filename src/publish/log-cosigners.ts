import { parsePolicy } from '../core/log/parse-policy.ts'
import { parseNote } from '../core/log/note.ts'
import type { PolicyWitness } from '../core/log/policy.ts'
import { verifyNote } from '../core/log/verify-note.ts'
import { readPolicy } from './log-policy.ts'
import type { PublishStore } from './ports.ts'

/** A witness of the policy, and when it has cosigned the last checkpoint; null where it hasn't. */
export interface Cosigner {
  readonly witness: string
  readonly cosignedAt: Date | null
}

/** What is signed and not yet published: since when, how large the log is with it, and whom its policy asks. */
export interface WaitingForWitnesses {
  readonly since: Date
  readonly size: number
  readonly witnesses: readonly string[]
}

/** The witnesses of the policy that readers have now, in its order. */
export function readCosigners(store: PublishStore): Cosigner[] {
  const checkpoint = store.log.checkpoint()
  if (checkpoint === null) return []
  const { text, signatures } = parseNote(checkpoint.note)
  return witnessesOf(readPolicy(store)).map(({ name, key }) => {
    const own = signatures.filter((line) => line.name === key.name && line.keyId === key.id)
    const verified = own.length === 0 ? [] : verifyNote([key], { text, signatures: own })
    const timestamp = verified[0]?.timestamp ?? null
    return { witness: name, cosignedAt: timestamp === null ? null : new Date(timestamp * 1000) }
  })
}

/** What waits for its witnesses; null where nothing does. */
export function readWaiting(store: PublishStore): WaitingForWitnesses | null {
  const batch = store.log.batch()
  if (batch === null) return null
  const witnesses = witnessesOf(readPolicy(store, batch)).map(({ name }) => name)
  return { since: batch.begunAt, size: batch.size, witnesses }
}

function witnessesOf(policy: string | null): readonly PolicyWitness[] {
  return policy === null ? [] : parsePolicy(Buffer.from(policy)).witnesses
}
