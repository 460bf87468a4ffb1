import { canonicalize } from '@tufjs/canonical-json'
import { isObject } from '../../core/event.ts'
import { isFault } from '../../core/fault.ts'
import { LOG_POLICY_TARGET } from '../../core/layout.ts'
import { keyidOf } from '../../core/tuf-key.ts'
import type { RoleKeys, RootSigned, TargetsSigned } from '../tuf-metadata.ts'
import { EXPORT_KEY_TARGET } from '../init-authority.ts'
import { invalid, isHex, type JsonObject } from './canonical-file.ts'

/*
 * What a holder is asked to sign comes from a host that may be somebody else's by now. What isn't understood to the last member can't be
 * shown in words, so it isn't signed.
 */

/** The root of a payload, or of a file that it follows. Throws `draft/invalid`. */
export function readRoot(signed: unknown): RootSigned {
  const root = assertMembers(signed, 'root', [
    ...['_type', 'consistent_snapshot', 'expires', 'keys', 'roles', 'spec_version', 'version'],
  ])
  const { consistent_snapshot: isConsistent, keys, roles } = root
  const named = ['root', 'snapshot', 'targets', 'timestamp']
  if (
    isConsistent !== true ||
    !isObject(roles) ||
    Object.keys(roles).sort().join() !== named.join()
  ) {
    throw invalid('expected a root with its four roles, got another')
  }
  assertKeys(keys)
  for (const name of named) assertRoleKeys(name, roles[name], keys, ['keyids', 'threshold'])
  assertAllUsed(keys, Object.values(roles))
  return root as unknown as RootSigned
}

/** The targets of a payload, or of a file that it follows. Throws `draft/invalid`. */
export function readTargets(signed: unknown): TargetsSigned {
  const targets = assertMembers(signed, 'targets', [
    ...['_type', 'delegations', 'expires', 'spec_version', 'targets', 'version'],
  ])
  const { delegations, targets: files } = targets
  if (!isObject(files) || !Object.values(files).every(isFile)) {
    throw invalid('expected targets with lengths and SHA-256, got others')
  }
  // What else would lie there would count before what a list's own key has signed (TUF 1.0 §5.6.7).
  const stranger = Object.keys(files).find((name) => !KNOWN_TARGETS.has(name))
  if (stranger !== undefined) {
    throw invalid(`expected ${[...KNOWN_TARGETS].join(' and ')}, got ${JSON.stringify(stranger)}`)
  }
  const { keys, roles } = isObject(delegations) ? delegations : {}
  assertKeys(keys)
  if (!Array.isArray(roles)) throw invalid('expected the delegations of targets, got none')
  for (const role of roles as unknown[]) {
    const name = isObject(role) && typeof role['name'] === 'string' ? role['name'] : ''
    const paths = isObject(role) ? role['paths'] : null
    const isShaped =
      isObject(role) &&
      /^list-[a-z0-9-]+$/.test(name) &&
      role['terminating'] === true &&
      Array.isArray(paths) &&
      paths.length === 1 &&
      paths[0] === `lists/${name.slice('list-'.length)}/*`
    if (!isShaped) throw invalid(`expected a role for each list, got ${JSON.stringify(name)}`)
    assertRoleKeys(name, role, keys, ['keyids', 'name', 'paths', 'terminating', 'threshold'])
  }
  const names = roles.map((role: JsonObject) => role['name'])
  if (new Set(names).size < names.length) throw invalid('expected each list once, got one again')
  assertAllUsed(keys, roles)
  return targets as unknown as TargetsSigned
}

/** The files that targets themselves name: lists have theirs in roles of their own. */
const KNOWN_TARGETS: ReadonlySet<string> = new Set([EXPORT_KEY_TARGET, LOG_POLICY_TARGET])

/** Whether `text` is the one canonical text of a value (TUF 1.0 §4.1), which is what is signed. */
export function isCanonical(text: string, value: unknown): boolean {
  try {
    return canonicalize(value) === text
  } catch (error) {
    // What has a fraction, say, has no such text.
    if (isFault(error)) throw error
    return false
  }
}

function assertMembers(signed: unknown, type: string, members: readonly string[]): JsonObject {
  const isShaped =
    isObject(signed) &&
    signed['_type'] === type &&
    Object.keys(signed).sort().join() === members.join() &&
    typeof signed['spec_version'] === 'string' &&
    /^1\.0\.[0-9]{1,3}$/.test(signed['spec_version']) &&
    Number.isSafeInteger(signed['version']) &&
    typeof signed['expires'] === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(signed['expires']) &&
    !Number.isNaN(Date.parse(signed['expires']))
  if (isShaped) return signed
  throw invalid(`expected ${type} metadata and nothing else, got what this program doesn't know`)
}

function assertKeys(keys: unknown): asserts keys is JsonObject {
  if (!isObject(keys)) throw invalid('expected keys, got none')
  for (const [keyid, key] of Object.entries(keys)) {
    const value = isObject(key) && isObject(key['keyval']) ? key['keyval']['public'] : null
    const isOwn =
      isHex(value, 32) &&
      keyidOf(value) === keyid &&
      JSON.stringify(key) === JSON.stringify(canonicalKey(value, key))
    if (!isOwn)
      throw invalid(`expected an Ed25519 key under its own id, got ${JSON.stringify(keyid)}`)
  }
}

/** The members in the order that they were read in: only which there are matters. */
function canonicalKey(publicHex: string, key: unknown): unknown {
  const known: JsonObject = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: publicHex } }
  const names = isObject(key) ? Object.keys(key) : []
  return names.length === 3 ? Object.fromEntries(names.map((name) => [name, known[name]])) : null
}

function assertRoleKeys(
  name: string,
  role: unknown,
  keys: JsonObject,
  members: readonly string[],
): asserts role is JsonObject & RoleKeys {
  const { keyids, threshold } = isObject(role) ? role : {}
  const isShaped =
    isObject(role) &&
    Object.keys(role).sort().join() === members.join() &&
    Array.isArray(keyids) &&
    keyids.every((keyid) => typeof keyid === 'string' && Object.hasOwn(keys, keyid)) &&
    new Set(keyids).size === keyids.length &&
    Number.isSafeInteger(threshold) &&
    Number(threshold) >= 1 &&
    Number(threshold) <= keyids.length
  if (!isShaped)
    throw invalid(`expected known keys, each once, and a threshold of ${name}, got others`)
}

/** A key that no role has would not be shown. */
function assertAllUsed(keys: JsonObject, roles: readonly unknown[]): void {
  const used = new Set((roles as readonly RoleKeys[]).flatMap(({ keyids }) => keyids))
  const idle = Object.keys(keys).find((keyid) => !used.has(keyid))
  if (idle !== undefined) throw invalid(`expected keys of roles, got ${idle}, which is of none`)
}

function isFile(file: unknown): boolean {
  if (!isObject(file) || Object.keys(file).sort().join() !== 'custom,hashes,length') return false
  const { hashes, length, custom } = file
  return (
    Number.isSafeInteger(length) &&
    Number(length) >= 0 &&
    isObject(hashes) &&
    Object.keys(hashes).join() === 'sha256' &&
    isHex(hashes['sha256'], 32) &&
    isObject(custom)
  )
}
