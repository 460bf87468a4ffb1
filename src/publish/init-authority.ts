import { LOG_POLICY_TARGET } from '../core/layout.ts'
import type { AuthorityRoles } from './authority-roles.ts'
import { firstPolicy, LOG_KEY_USE, originOf, policyTarget } from './log-policy.ts'
import { printExportKey } from './sign-minisign.ts'
import type { HeldKey, KeyRing, SignedMetadata } from './ports.ts'
import { expiryOf } from './role-life.ts'
import { sealMetadata, signTargets } from './seal-metadata.ts'
import { sha256Hex, signMetadata } from './sign-metadata.ts'
import {
  printExpires,
  SPEC_VERSION,
  TOP_ROLES,
  type RootSigned,
  type TargetFile,
} from './tuf-metadata.ts'
import { tufKey } from '../core/tuf-key.ts'

/** The target path of the minisign key that signs exports. */
export const EXPORT_KEY_TARGET = 'keys/export.pub'

/** What an authority begins with, to be committed by `commitLogged`. */
export interface FirstChange {
  readonly metadata: readonly SignedMetadata[]
  readonly policy: string
}

/** What a new authority is called: for people, one line or empty; and by its log, empty for a name made of its key. */
export interface AuthorityNames {
  readonly authority: string
  readonly origin: string
}

/**
 * The first metadata of an authority: version 1 of root, targets and snapshot. Makes one key for each top role, one for exports, and one
 * for the log. All thresholds are 1 until `key add` and `key rotate` raise them.
 */
export async function initAuthority(
  keys: KeyRing,
  { authority, origin }: AuthorityNames,
  at: Date,
): Promise<FirstChange> {
  const made = new Map<string, HeldKey>()
  for (const use of [...TOP_ROLES, 'export', LOG_KEY_USE]) made.set(use, await keys.make(use))
  const keyOf = (use: string): HeldKey => made.get(use) ?? unreachable(use)
  const root: RootSigned = {
    _type: 'root',
    spec_version: SPEC_VERSION,
    version: 1,
    expires: printExpires(expiryOf('root', at)),
    consistent_snapshot: true,
    keys: Object.fromEntries(
      TOP_ROLES.map((role) => [keyOf(role).keyid, tufKey(keyOf(role).publicHex)]),
    ),
    roles: {
      root: { keyids: [keyOf('root').keyid], threshold: 1 },
      snapshot: { keyids: [keyOf('snapshot').keyid], threshold: 1 },
      targets: { keyids: [keyOf('targets').keyid], threshold: 1 },
      timestamp: { keyids: [keyOf('timestamp').keyid], threshold: 1 },
    },
  }
  const roles = { root, ...emptyRoles(at) }
  const signedRoot = await signMetadata(keys, root, { role: 'root', keys: [root.roles.root] })
  const logKey = keyOf(LOG_KEY_USE)
  const policy = firstPolicy(origin === '' ? originOf(logKey) : origin, logKey)
  const targets = await signTargets(keys, roles, 'targets', {
    version: 1,
    targets: {
      [EXPORT_KEY_TARGET]: exportKeyTarget(keyOf('export'), authority),
      [LOG_POLICY_TARGET]: policyTarget(policy),
    },
    delegations: { keys: {}, roles: [] },
    at,
  })
  const change = { root: signedRoot, targets: [targets] }
  return { metadata: await sealMetadata(keys, roles, change, at), policy }
}

/** The metadata of the target `keys/export.pub`; its keyid tells us which of our keys it is. */
export function exportKeyTarget(key: HeldKey, authority: string): TargetFile {
  const bytes = printExportKey(key, authority)
  return {
    length: bytes.length,
    hashes: { sha256: sha256Hex(bytes) },
    custom: { authority, keyid: key.keyid },
  }
}

/** What version 1 of each role follows: a version 0 that says nothing. */
function emptyRoles(at: Date): Pick<AuthorityRoles, 'targets' | 'snapshot'> {
  const base = { spec_version: SPEC_VERSION, version: 0, expires: printExpires(at) }
  return {
    targets: { _type: 'targets', ...base, targets: {} },
    snapshot: { _type: 'snapshot', ...base, meta: {} },
  }
}

function unreachable(use: string): never {
  throw new Error(`no key was made for ${use}`)
}
