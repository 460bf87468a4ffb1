import { parsePolicy } from '../core/log/parse-policy.ts'
import { isTreeUse, treeUse } from '../core/layout.ts'
import { keyidOf } from '../core/tuf-key.ts'
import { readRoles } from './authority-roles.ts'
import { EXPORT_KEY_TARGET } from './init-authority.ts'
import { LOG_KEY_USE, readPolicy } from './log-policy.ts'
import type { PublishDeps } from './ports.ts'
import { lastManifest } from './prepare-tree.ts'

/** One key as `key ls` shows it. */
export interface KeyDescription {
  readonly keyid: string
  /**
   * The role that it signs for now, `export`, `log`, `tree-PLACE`, `earlier log` for one that signs beside the log's key, `earlier tree-PLACE` for one of earlier serials, or null for a key that was replaced.
   */
  readonly role: string | null
  readonly threshold: number | null
  /** How many keys the role has. */
  readonly of: number | null
  /** Whether its private part is on this host. */
  readonly isHeld: boolean
  /** The `pkcs11:` URI of a key of this host that lies in a token. */
  readonly token: string | null
  /** When what the role has signed last ends; null for exports and the log. */
  readonly expiresAt: Date | null
}

/** All keys that count now, by role, and then those that lie on this host without counting. */
export function describeKeys({
  store,
  keys,
}: Pick<PublishDeps, 'store' | 'keys'>): KeyDescription[] {
  const { root, targets } = readRoles(store)
  const held = new Map(keys.all().map(({ keyid, token }) => [keyid, token ?? null]))
  const roles = [
    ...Object.entries(root.roles).map(([name, role]) => ({ name, ...role })),
    ...(targets.delegations?.roles ?? []),
    {
      name: 'export',
      keyids: [String(targets.targets[EXPORT_KEY_TARGET]?.custom['keyid'])],
      threshold: 1,
    },
    { name: LOG_KEY_USE, keyids: logKeyids(store), threshold: 1 },
    ...treeKeys(store),
  ]
  const counting = roles.flatMap(({ name, keyids, threshold }) =>
    keyids.map((keyid) => ({
      keyid,
      role: name,
      threshold,
      of: keyids.length,
      isHeld: held.has(keyid),
      token: held.get(keyid) ?? null,
      expiresAt: store.metadata.latest(name)?.expiresAt ?? null,
    })),
  )
  const used = new Set(counting.map(({ keyid }) => keyid))
  const earlier = new Set(store.log.policies().flatMap(keyidsOf))
  const uses = new Map(keys.all().map(({ keyid, use }) => [keyid, use]))
  const replaced = [...held].filter(([keyid]) => !used.has(keyid))
  return [
    ...counting,
    ...replaced.map(([keyid, token]) => ({
      keyid,
      role: earlier.has(keyid) ? 'earlier log' : earlierTree(uses.get(keyid)),
      threshold: null,
      of: null,
      isHeld: true,
      token,
      expiresAt: null,
    })),
  ]
}

/** Without it, nothing can be proved of the serials that were made with it. */
function earlierTree(use = ''): string | null {
  return isTreeUse(use) ? `earlier ${use}` : null
}

/** The keys that the last proof trees of restricted lists were made with. */
function treeKeys(
  store: PublishDeps['store'],
): { readonly name: string; readonly keyids: readonly string[]; readonly threshold: number }[] {
  return store.lists.all().flatMap(({ rowId, place }) => {
    const vrfKey = lastManifest(store, rowId)?.vrfKey
    return vrfKey === undefined
      ? []
      : [{ name: treeUse(place), keyids: [keyidOf(vrfKey)], threshold: 1 }]
  })
}

/** The keys that the policy of the log names. */
function logKeyids(store: PublishDeps['store']): string[] {
  const policy = readPolicy(store)
  if (policy === null) return []
  return keyidsOf(policy)
}

function keyidsOf(policy: string): string[] {
  const { logs } = parsePolicy(Buffer.from(policy))
  return logs.map(({ key }) => keyidOf(Buffer.from(key.publicKey).toString('hex')))
}
