/**
 * Everything that an audit can find, as a code for machines; `docs/audit.md` §6 says of each what it proves. Codes are API: added,
 * never renamed.
 */
export const FINDING_CODES = [
  // whom to believe about the log
  'policy/missing',
  'policy/invalid',
  'policy/differs',
  // what the log says of itself
  'checkpoint/missing',
  'checkpoint/invalid',
  'checkpoint/signature',
  'checkpoint/quorum',
  'checkpoint/stranger',
  'checkpoint/fork',
  'checkpoint/rewind',
  'checkpoint/behind',
  'log/missing',
  'log/damaged',
  'log/tile',
  'log/root',
  'leaf/invalid',
  'proof/missing',
  'proof/invalid',
  // signed metadata
  'root/chain',
  'metadata/missing',
  'metadata/damaged',
  'metadata/invalid',
  'metadata/signature',
  'metadata/version',
  'metadata/rollback',
  'metadata/reference',
  'metadata/expired',
  'metadata/unlogged',
  // serials
  'serial/order',
  'serial/previous',
  'serial/time',
  'serial/unlogged',
  'serial/unpublished',
  'serial/differs',
  // what a list is made of
  'target/missing',
  'target/damaged',
  'target/invalid',
  'state/differs',
  'tree/differs',
  'tree/missing',
  'export/missing',
  'export/differs',
  'export/signature',
  // the source itself
  'file/unknown',
  'source/failed',
] as const

export type FindingCode = (typeof FINDING_CODES)[number]

/** One thing that isn't as it must be. */
export interface Finding {
  readonly code: FindingCode
  /** The published path that it is about. */
  readonly path: string
  readonly expected: string
  readonly got: string
}

/** One sentence. */
export function printFinding({ code, path, expected, got }: Finding): string {
  return `${path}: expected ${expected}, got ${got} (${code})`
}
