import { verify } from 'node:crypto'
import { Fault } from '../core/fault.ts'
import { ed25519Key } from '../core/minisign.ts'
import { isRecord, type SignedFile } from './parse-signed.ts'

/** Whose signatures count for a role. */
export interface RoleKeys {
  readonly threshold: number
  /** The 32 bytes of each key in hex, by its id. */
  readonly keys: ReadonlyMap<string, string>
}

/** The keys that root gives one of the four roles. Throws `trust/invalid`. */
export function keysByRoot(root: SignedFile, role: string): RoleKeys {
  const { roles, keys } = root.signed
  return readRoleKeys(isRecord(roles) ? roles[role] : undefined, keys, role)
}

/** The keys that targets give to each list's role, by role. Throws `trust/invalid`. */
export function keysByTargets(targets: SignedFile): ReadonlyMap<string, RoleKeys> {
  const { delegations } = targets.signed
  const { roles, keys } = isRecord(delegations) ? delegations : {}
  const found = new Map<string, RoleKeys>()
  for (const role of Array.isArray(roles) ? (roles as unknown[]) : []) {
    const { name, paths, terminating } = isRecord(role) ? role : {}
    const place = typeof name === 'string' ? /^list-([a-z0-9-]{1,40})$/.exec(name)?.[1] : undefined
    // docs/spec/http.md §4: no role but a list's own speaks for its files.
    const isOwn =
      Array.isArray(paths) && paths.length === 1 && paths[0] === `lists/${place}/*` && terminating
    if (place === undefined || isOwn !== true || found.has(`list-${place}`)) {
      throw new Fault(
        'trust/invalid',
        `expected one delegation for each list, of its own files alone, got ${JSON.stringify(role).slice(0, 200)}`,
      )
    }
    found.set(`list-${place}`, readRoleKeys(role, keys, `list-${place}`))
  }
  return found
}

/**
 * The ids of the keys that signed. Throws `trust/signature` where they are fewer than the threshold, and where one of the
 * signatures is wrong or of a key that none of `by` knows: the authority makes no such thing.
 */
export function verifySignatures(file: SignedFile, by: readonly RoleKeys[]): void {
  const good = new Set<string>()
  for (const { keyid, sig } of file.signatures) {
    const key = by.map(({ keys }) => keys.get(keyid)).find((one) => one !== undefined)
    const isGood = key !== undefined && sig.length === 128 && isSignedBy(key, file.payload, sig)
    if (!isGood || good.has(keyid)) {
      throw new Fault(
        'trust/signature',
        `expected good signatures by keys of ${file.role}, each once, got another one of ${JSON.stringify(keyid.slice(0, 64))}`,
      )
    }
    good.add(keyid)
  }
  for (const { keys, threshold } of by) {
    const count = [...keys.keys()].filter((id) => good.has(id)).length
    if (count >= threshold) continue
    throw new Fault(
      'trust/signature',
      `expected ${threshold} signatures of ${keys.size} keys of ${file.role}, got ${count}`,
    )
  }
}

function isSignedBy(publicHex: string, payload: Uint8Array, sig: string): boolean {
  return verify(null, payload, ed25519Key(Buffer.from(publicHex, 'hex')), Buffer.from(sig, 'hex'))
}

function readRoleKeys(role: unknown, all: unknown, name: string): RoleKeys {
  const { keyids, threshold } = isRecord(role) ? role : {}
  const isWhole =
    Array.isArray(keyids) &&
    Number.isSafeInteger(threshold) &&
    (threshold as number) > 0 &&
    new Set(keyids).size === keyids.length
  if (!isWhole) {
    throw new Fault('trust/invalid', `expected keys and a threshold for ${name}, got others`)
  }
  const keys = new Map(
    (keyids as unknown[]).map((id) => [String(id), keyHex(all, String(id), name)]),
  )
  return { threshold: threshold as number, keys }
}

function keyHex(all: unknown, id: string, name: string): string {
  const key = isRecord(all) ? all[id] : undefined
  const { keytype, scheme, keyval } = isRecord(key) ? key : {}
  const hex = isRecord(keyval) ? keyval['public'] : undefined
  const isKey =
    keytype === 'ed25519' &&
    scheme === 'ed25519' &&
    typeof hex === 'string' &&
    /^[0-9a-f]{64}$/.test(hex)
  if (isKey) return hex
  throw new Fault(
    'trust/invalid',
    `expected an Ed25519 key of ${name} under ${JSON.stringify(id.slice(0, 64))}, got another`,
  )
}
