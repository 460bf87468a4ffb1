import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../core/fault.ts'
import { replaceFile, type Disk } from './disk.ts'
import { isRecord } from './metadata-bytes.ts'

/** What an agent remembers of the log: the whole of it is replaced in one step. Its being there says that a policy was seen. */
export interface KeptLog {
  readonly format: typeof FORMAT
  /** What the source itself has named, and the log has proven; null while only a configured policy was used. */
  readonly policy: KeptPolicy | null
  /** Under which policy `proven` was found: the SHA-256 of its bytes. */
  readonly provenUnder: string
  /** By role: the metadata file that needs no proof any more. */
  readonly proven: Readonly<Record<string, ProvenFile>>
  /** One for each origin; the one that was verified last is the last. */
  readonly checkpoints: readonly KeptCheckpoint[]
}

export interface KeptPolicy {
  readonly sha256: string
  /** The file, in base64. */
  readonly bytes: string
}

export interface ProvenFile {
  readonly version: number
  readonly sha256: string
}

/** The largest tree that a log has shown to this host, verified under the policy. */
export interface KeptCheckpoint {
  readonly origin: string
  readonly size: number
  /** In base64. */
  readonly root: string
  /** The note, byte for byte. */
  readonly note: string
  /** Who cosigned it, by the names of the policy. */
  readonly witnesses: readonly string[]
  /** ISO 8601: when this host verified it. */
  readonly checkedAt: string
}

const FORMAT = 'bailiwick-agent-log/1'

/** A policy has no more logs (`MAX_POLICY_ITEMS`): more origins are left behind by policies of before. */
const MAX_ORIGINS = 64

/** Nothing remembered yet. */
export const NEW_LOG: KeptLog = {
  format: FORMAT,
  policy: null,
  provenUnder: '',
  proven: {},
  checkpoints: [],
}

/**
 * What the state folder remembers; null when nothing. It is written in one step, so that no crash spoils it: a file that cannot be read is
 * not taken for nothing, for then whoever spoils it would be forgiven a rewound log. Throws `agent/damaged`.
 */
export function readKeptLog(stateFolder: string): KeptLog | null {
  const path = keptLogPath(stateFolder)
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (isKeptLog(value)) return value
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new Fault(
    'agent/damaged',
    `expected what this host remembers of the log in ${JSON.stringify(path)}, got something else`,
  )
}

/** As far as it is relied upon without being looked at again. */
function isKeptLog(value: unknown): value is KeptLog {
  if (!isRecord(value) || value['format'] !== FORMAT) return false
  const { policy, provenUnder, proven, checkpoints } = value
  return (
    (policy === null || (isRecord(policy) && typeof policy['bytes'] === 'string')) &&
    typeof provenUnder === 'string' &&
    isRecord(proven) &&
    Object.values(proven).every(isRecord) &&
    Array.isArray(checkpoints) &&
    (checkpoints as unknown[]).every(isKeptCheckpoint)
  )
}

function isKeptCheckpoint(value: unknown): boolean {
  return (
    isRecord(value) &&
    Number.isSafeInteger(value['size']) &&
    ['origin', 'root', 'note', 'checkedAt'].every((name) => typeof value[name] === 'string') &&
    Array.isArray(value['witnesses'])
  )
}

/** The commit point of what is trusted of the log; a list is applied behind it. */
export function writeKeptLog(disk: Disk, stateFolder: string, kept: KeptLog): void {
  const bytes = Buffer.from(JSON.stringify(kept, null, 2) + '\n')
  replaceFile(disk, keptLogPath(stateFolder), bytes, 0o644)
}

/** `kept` with `checkpoint` as the last one, in the place of the one of its origin. */
export function withCheckpoint(kept: KeptLog, checkpoint: KeptCheckpoint): KeptLog {
  const others = kept.checkpoints.filter(({ origin }) => origin !== checkpoint.origin)
  return { ...kept, checkpoints: [...others, checkpoint].slice(-MAX_ORIGINS) }
}

function keptLogPath(stateFolder: string): string {
  return join(stateFolder, 'log.json')
}
