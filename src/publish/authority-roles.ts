import { Fault } from '../core/fault.ts'
import type { LogBatch, PublishStore, SignedMetadata } from './ports.ts'
import {
  parseOwnMetadata,
  type RoleKeys,
  type RootSigned,
  type SnapshotSigned,
  type TargetsSigned,
  type TimestampSigned,
  type TopRole,
} from './tuf-metadata.ts'

/** The newest metadata of each kind, as it stands in the database. */
export interface AuthorityRoles {
  readonly root: RootSigned
  readonly targets: TargetsSigned
  readonly snapshot: SnapshotSigned
  readonly timestamp: TimestampSigned
}

/** With those of `waiting`, where it has some, in their place. Throws `data/not-found` when the authority has never been made. */
export function readRoles(store: PublishStore, waiting: LogBatch | null = null): AuthorityRoles {
  const bytesOf = (role: TopRole): Uint8Array =>
    (waiting?.metadata.findLast((signed) => signed.role === role) ?? latest(store, role)).bytes
  return {
    root: parseOwnMetadata(bytesOf('root'), 'root'),
    targets: parseOwnMetadata(bytesOf('targets'), 'targets'),
    snapshot: parseOwnMetadata(bytesOf('snapshot'), 'snapshot'),
    timestamp: parseOwnMetadata(bytesOf('timestamp'), 'timestamp'),
  }
}

function latest(store: PublishStore, role: TopRole): SignedMetadata {
  const found = store.metadata.latest(role)
  if (found !== null) return found
  throw new Fault(
    'data/not-found',
    `expected signed ${role} metadata in the database, got none: run «bailiwick init»`,
  )
}

/** Which keys a role signs with, by root for the four top roles and by targets for a list's; null for an unknown role. */
export function keysOfRole(
  { root, targets }: Pick<AuthorityRoles, 'root' | 'targets'>,
  role: string,
): RoleKeys | null {
  if (role === 'root' || role === 'targets' || role === 'snapshot' || role === 'timestamp')
    return root.roles[role]
  return targets.delegations?.roles.find(({ name }) => name === role) ?? null
}
