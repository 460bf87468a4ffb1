import type { DecisionSource } from '../core/proposal.ts'

/** The columns of a decision, and of a proposal, that tell of a file that was read. */
interface SourceColumns {
  readonly sourceName: string | null
  readonly sourceSha256: string | null
  readonly sourceAccepted: number | null
  readonly sourceRefused: number | null
}

/** The file, or null where none was. */
export function readSource({
  sourceName: name,
  sourceSha256,
  sourceAccepted,
  sourceRefused,
}: SourceColumns): DecisionSource | null {
  if (name === null) return null
  return {
    name,
    sha256: sourceSha256 ?? '',
    accepted: sourceAccepted ?? 0,
    refused: sourceRefused ?? 0,
  }
}
