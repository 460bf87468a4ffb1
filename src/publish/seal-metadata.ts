import { keysOfRole, type AuthorityRoles } from './authority-roles.ts'
import type { KeyRing, SignedMetadata } from './ports.ts'
import { expiryOf } from './role-life.ts'
import { sha256Hex, signMetadata } from './sign-metadata.ts'
import {
  printExpires,
  SPEC_VERSION,
  type RootSigned,
  type SnapshotSigned,
  type TargetsSigned,
  type TimestampSigned,
} from './tuf-metadata.ts'

/** What a publication, a new list, a rotation or a refresh signs anew, before snapshot and timestamp. */
export interface RoleChange {
  readonly root?: SignedMetadata
  /** `targets` and list roles. */
  readonly targets: readonly SignedMetadata[]
}

/**
 * Everything that must be committed together for `change` to be seen, but the timestamp, which is signed last: the change itself, and a
 * snapshot that names its versions. `roles` are what holds after the change (its root decides whose keys sign).
 */
export async function sealMetadata(
  keys: KeyRing,
  roles: Pick<AuthorityRoles, 'root' | 'snapshot'>,
  change: RoleChange,
  at: Date,
): Promise<SignedMetadata[]> {
  const snapshot = await signMetadata(keys, nextSnapshot(roles.snapshot, change.targets, at), {
    role: 'snapshot',
    keys: [roles.root.roles.snapshot],
  })
  return [...(change.root === undefined ? [] : [change.root]), ...change.targets, snapshot]
}

/** The timestamp behind version `before`, over `snapshot`. */
export async function signTimestamp(
  keys: KeyRing,
  { root, before }: Pick<AuthorityRoles, 'root'> & { readonly before: number },
  snapshot: Pick<SignedMetadata, 'version' | 'bytes'>,
  at: Date,
): Promise<SignedMetadata> {
  const signed: TimestampSigned = {
    _type: 'timestamp',
    spec_version: SPEC_VERSION,
    version: before + 1,
    expires: printExpires(expiryOf('timestamp', at)),
    meta: {
      'snapshot.json': {
        version: snapshot.version,
        length: snapshot.bytes.length,
        hashes: { sha256: sha256Hex(snapshot.bytes) },
      },
    },
  }
  return signMetadata(keys, signed, { role: 'timestamp', keys: [root.roles.timestamp] })
}

function nextSnapshot(
  before: SnapshotSigned,
  changed: readonly SignedMetadata[],
  at: Date,
): SnapshotSigned {
  const versions = changed.map(({ role, version }) => [`${role}.json`, { version }] as const)
  return {
    _type: 'snapshot',
    spec_version: SPEC_VERSION,
    version: before.version + 1,
    expires: printExpires(expiryOf('snapshot', at)),
    // A role that was ever in it stays in it (TUF 1.0 §5.5.5).
    meta: { ...before.meta, ...Object.fromEntries(versions) },
  }
}

/** The next version of targets or of a list role, signed by the keys that `roles` gives it. */
export async function signTargets(
  keys: KeyRing,
  roles: Pick<AuthorityRoles, 'root' | 'targets'>,
  role: string,
  { version, targets, delegations, at }: NextTargets,
): Promise<SignedMetadata> {
  const needed = keysOfRole(roles, role)
  if (needed === null) throw new Error(`no keys are known for the role ${role}`)
  const signed: TargetsSigned = {
    _type: 'targets',
    spec_version: SPEC_VERSION,
    version,
    expires: printExpires(expiryOf(role, at)),
    targets,
    ...(delegations === undefined ? {} : { delegations }),
  }
  return signMetadata(keys, signed, { role, keys: [needed] })
}

export interface NextTargets {
  readonly version: number
  readonly targets: TargetsSigned['targets']
  readonly delegations?: TargetsSigned['delegations'] | undefined
  readonly at: Date
}

/** The next version of root, to be signed by the keys of both. */
export function nextRoot(
  before: RootSigned,
  change: Partial<Pick<RootSigned, 'keys' | 'roles'>>,
  at: Date,
): RootSigned {
  return {
    ...before,
    ...change,
    version: before.version + 1,
    expires: printExpires(expiryOf('root', at)),
  }
}

/** The next version of targets, with what `change` has of them anew. */
export function nextTargets(
  before: TargetsSigned,
  change: Partial<Pick<TargetsSigned, 'targets' | 'delegations'>>,
  at: Date,
): TargetsSigned {
  return {
    ...before,
    ...change,
    version: before.version + 1,
    expires: printExpires(expiryOf('targets', at)),
  }
}
