import type { NoteKey } from './note-key.ts'

/** Whom a reader believes about a log (c2sp.org/tlog-policy): made by `parsePolicy`. */
export interface LogPolicy {
  /** Each one's key name is the origin of its checkpoints. */
  readonly logs: readonly PolicyLog[]
  readonly witnesses: readonly PolicyWitness[]
  /** What must have cosigned; null where nothing need (`quorum none`). */
  readonly quorum: PolicyMember | null
}

export interface PolicyLog {
  readonly key: NoteKey
  readonly url: string | null
}

export interface PolicyWitness {
  readonly kind: 'witness'
  /** As people read it; it means nothing outside of the file. */
  readonly name: string
  readonly key: NoteKey
  readonly url: string | null
}

/** Has witnessed a checkpoint where at least `threshold` of its members have. */
export interface PolicyGroup {
  readonly kind: 'group'
  readonly name: string
  readonly threshold: number
  readonly members: readonly PolicyMember[]
}

export type PolicyMember = PolicyWitness | PolicyGroup
