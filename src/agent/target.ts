import { Fault } from '../core/fault.ts'
import { SNAPSHOT_FILE } from '../core/layout.ts'
import { isRecord } from './metadata-bytes.ts'

/** One signed target: what its bytes must be. */
export interface Target {
  /** As in the metadata: `lists/<place>/<file>`. */
  readonly path: string
  /** In bytes. */
  readonly length: number
  readonly sha256: string
  readonly custom: Readonly<Record<string, unknown>>
}

/** The newest serial of a list: `docs/spec/snapshot.md` §4. */
export interface SnapshotTarget extends Target {
  readonly list: string
  readonly serial: number
  readonly state: string
  readonly entries: number
  /** Bytes after decompression. */
  readonly rawLength: number
}

/** A step from one serial to another: `docs/spec/delta.md` §3. */
export interface DeltaTarget extends Target {
  readonly list: string
  readonly from: number
  readonly to: number
  readonly fromState: string
  readonly toState: string
  /** Bytes after decompression. */
  readonly rawLength: number
}

/** The target at `path` of verified metadata. Signed nonsense is still nonsense: throws `trust/invalid`. */
export function parseTarget(path: string, value: unknown): Target {
  const { length, hashes, custom } = isRecord(value) ? value : {}
  return {
    path,
    length: assertCount(path, 'length', length, 0),
    sha256: assertDigest(path, 'sha256', isRecord(hashes) ? hashes['sha256'] : undefined),
    custom: isRecord(custom) ? custom : {},
  }
}

/** The newest snapshot among the targets of a list. Throws `snapshot/not-found`, `trust/invalid`. */
export function snapshotTarget(targets: ReadonlyMap<string, Target>): SnapshotTarget {
  const target = targets.get(SNAPSHOT_FILE)
  if (!target)
    throw new Fault('snapshot/not-found', 'expected a snapshot among the signed targets, got none')
  const { path, custom } = target
  return {
    ...target,
    list: String(custom['list']),
    serial: assertCount(path, 'serial', custom['serial'], 1),
    state: assertDigest(path, 'state', custom['state']),
    entries: assertCount(path, 'entries', custom['entries'], 0),
    rawLength: assertCount(path, 'rawLength', custom['rawLength'], 0),
  }
}

/** All deltas among the targets of a list. Throws `trust/invalid`. */
export function deltaTargets(targets: ReadonlyMap<string, Target>): DeltaTarget[] {
  return [...targets]
    .filter(([file]) => /^delta-\d+-\d+\.txt\.gz$/.test(file))
    .map(([, target]) => parseDeltaTarget(target))
}

function parseDeltaTarget(target: Target): DeltaTarget {
  const { path, custom } = target
  return {
    ...target,
    list: String(custom['list']),
    from: assertCount(path, 'from', custom['from'], 1),
    to: assertCount(path, 'to', custom['to'], 1),
    fromState: assertDigest(path, 'fromState', custom['fromState']),
    toState: assertDigest(path, 'toState', custom['toState']),
    rawLength: assertCount(path, 'rawLength', custom['rawLength'], 0),
  }
}

function assertCount(path: string, name: string, value: unknown, least: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value
  throw new Fault(
    'trust/invalid',
    `expected ${name} of ${JSON.stringify(path)} to be a whole number from ${least}, got ${JSON.stringify(value)}`,
  )
}

function assertDigest(path: string, name: string, value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value
  throw new Fault(
    'trust/invalid',
    `expected ${name} of ${JSON.stringify(path)} to be a SHA-256 in lower-case hex, got ${JSON.stringify(value)}`,
  )
}
