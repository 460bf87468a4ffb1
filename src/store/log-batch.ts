import type { SignedMetadata } from './metadata-store.ts'
import type { PublicationCommit } from './publication-store.ts'
import type { logBatch } from './schema.ts'

/** What one act has signed: it is committed when its leaves are under a checkpoint that may be shown. */
export interface LogBatch {
  /** Of the log, with the batch's leaves. */
  readonly size: number
  readonly begunAt: Date
  /** All but a timestamp. */
  readonly metadata: readonly SignedMetadata[]
  readonly publication: Omit<PublicationCommit, 'metadata'> | null
  /** Whether a change of policy waits for the witnesses of the policy before, too. */
  readonly needsOldQuorum: boolean
}

/** A batch as it waits in its row. */
interface Body {
  readonly metadata: readonly {
    readonly role: string
    readonly version: number
    /** Base64. */
    readonly bytes: string
    readonly expiresAt: string
  }[]
  readonly publication: unknown
  readonly needsOldQuorum: boolean
}

export function batchBody({
  metadata,
  publication,
  needsOldQuorum,
}: Omit<LogBatch, 'size'>): string {
  const body: Body = {
    metadata: metadata.map(({ role, version, bytes, expiresAt }) => {
      return { role, version, bytes: bytes.toString('base64'), expiresAt: expiresAt.toISOString() }
    }),
    publication,
    needsOldQuorum,
  }
  return JSON.stringify(body)
}

export function parseBatch({ size, begunAt, body }: typeof logBatch.$inferSelect): LogBatch {
  const { metadata, publication, needsOldQuorum } = JSON.parse(body) as Body
  return {
    size,
    begunAt: new Date(begunAt),
    needsOldQuorum,
    metadata: metadata.map(({ bytes, expiresAt, ...one }) => {
      return { ...one, bytes: Buffer.from(bytes, 'base64'), expiresAt: new Date(expiresAt) }
    }),
    publication: publication === null ? null : revived(publication),
  }
}

type Waiting = NonNullable<LogBatch['publication']>

function revived(told: unknown): Waiting {
  const { publication, ...same } = told as Waiting
  return {
    ...same,
    publication: { ...publication, publishedAt: new Date(publication.publishedAt) },
  }
}
