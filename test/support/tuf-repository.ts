import { createHash, sign, type KeyObject } from 'node:crypto'
import { canonicalize } from '@tufjs/canonical-json'
import { ed25519Pair } from './ed25519-pair.ts'

/**
 * A TUF repository in memory, of which every key, threshold, version and day can be set by hand; written from the TUF specification with none
 * of the program's own code. It has two lists, and signs whatever it is told to.
 */
export interface TufRepository {
  /** Served bytes by path below the source. */
  readonly files: Map<string, Buffer>
  /** Change these, then `put` what shall be signed anew. */
  readonly roles: Readonly<Record<RoleName, Role>>
  /** The bytes of each list's one target. */
  readonly contents: Record<ListName, Buffer>
  /** Whether snapshot and timestamp name hashes and lengths. */
  hasHashes: boolean
  /** Signs the next version of each of these, in the order given. */
  put: (names: readonly RoleName[], change?: Change) => void
  /** Signs the version that the role is at once more. */
  putAgain: (name: RoleName, change?: Change) => void
  /** The bytes of a role as they are served now; of a root at a version, of the newest without one. */
  readonly bytes: (name: RoleName, version?: number) => Buffer
  /** Serves other bytes in the place of a role's newest. */
  readonly replace: (name: RoleName, change: (bytes: Buffer) => Buffer) => void
  /** Where a list's target is served. */
  readonly targetPath: (list: ListName) => string
}

export const LISTS = ['phishing', 'other'] as const
export type ListName = (typeof LISTS)[number]
const ROLES = ['root', 'targets', 'list-phishing', 'list-other', 'snapshot', 'timestamp'] as const
export type RoleName = (typeof ROLES)[number]

/** Whatever a new serial of a list signs. */
export const SERIAL: readonly RoleName[] = ['list-phishing', 'snapshot', 'timestamp']
/** What a new root needs besides itself when it has changed all the keys below it. */
export const BELOW_ROOT: readonly RoleName[] = ['targets', 'snapshot', 'timestamp']

export interface Role {
  keys: readonly TestKey[]
  /** Who signs: any keys, also such as aren't its own. */
  signers: readonly TestKey[]
  threshold: number
  version: number
  expires: string
}

export interface TestKey {
  readonly id: string
  readonly json: object
  readonly privateKey: KeyObject
}

export type Signed = Record<string, unknown>
export type Change = (signed: Signed) => void

const FUTURE = '2099-01-01T00:00:00Z'

export function createTufRepository(): TufRepository {
  const files = new Map<string, Buffer>()
  const roles = Object.fromEntries(ROLES.map((name) => [name, newRole()])) as unknown as Record<
    RoleName,
    Role
  >
  const pathOf = (name: RoleName, version = roles[name].version): string =>
    name === 'timestamp' ? 'tuf/metadata/timestamp.json' : `tuf/metadata/${version}.${name}.json`
  const bytes = (name: RoleName, version?: number): Buffer =>
    files.get(pathOf(name, version)) ?? Buffer.alloc(0)

  const repository: TufRepository = {
    files,
    roles,
    contents: { phishing: Buffer.from('phishing, first'), other: Buffer.from('other, first') },
    hasHashes: true,
    put(names, change) {
      for (const name of names) {
        roles[name].version++
        repository.putAgain(name, change)
      }
    },
    putAgain(name, change) {
      const role = roles[name]
      const signed: Signed = {
        _type: name.startsWith('list-') ? 'targets' : name,
        spec_version: '1.0.31',
        version: role.version,
        expires: role.expires,
        ...bodyOf(repository, name),
      }
      change?.(signed)
      files.set(pathOf(name), signMetadata(signed, role.signers))
    },
    bytes,
    replace: (name, change) => void files.set(pathOf(name), change(bytes(name))),
    targetPath: (list) =>
      `tuf/targets/lists/${list}/${sha256(repository.contents[list])}.snapshot.txt.gz`,
  }
  repository.put(ROLES)
  return repository
}

function bodyOf({ roles, contents, hasHashes, ...rest }: TufRepository, name: RoleName): object {
  switch (name) {
    case 'root': {
      const names = ['root', 'targets', 'snapshot', 'timestamp'] as const
      return {
        consistent_snapshot: true,
        keys: keyTable(names.flatMap((one) => roles[one].keys)),
        roles: Object.fromEntries(names.map((one) => [one, keysOf(roles[one])])),
      }
    }
    case 'targets': {
      const delegated = LISTS.map((list) => ({
        name: `list-${list}`,
        ...keysOf(roles[`list-${list}`]),
        terminating: true,
        paths: [`lists/${list}/*`],
      }))
      const keys = keyTable(LISTS.flatMap((list) => roles[`list-${list}`].keys))
      return { targets: {}, delegations: { keys, roles: delegated } }
    }
    case 'snapshot': {
      const names: readonly RoleName[] = ['targets', 'list-phishing', 'list-other']
      const meta = names.map((one) => [
        `${one}.json`,
        { version: roles[one].version, ...(hasHashes && about(rest.bytes(one))) },
      ])
      return { meta: Object.fromEntries(meta) as object }
    }
    case 'timestamp': {
      const file = {
        version: roles.snapshot.version,
        ...(hasHashes && about(rest.bytes('snapshot'))),
      }
      return { meta: { 'snapshot.json': file } }
    }
    case 'list-phishing':
    case 'list-other': {
      const list = name === 'list-phishing' ? 'phishing' : 'other'
      const target = `lists/${list}/snapshot.txt.gz`
      rest.files.set(rest.targetPath(list), contents[list])
      return { targets: { [target]: targetOf(contents[list]) } }
    }
  }
}

function newRole(): Role {
  const keys = [newTestKey()]
  return { keys, signers: keys, threshold: 1, version: 0, expires: FUTURE }
}

export function newTestKey(): TestKey {
  const { raw, privateKey } = ed25519Pair()
  const json = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: raw.toString('hex') } }
  return { id: keyId(json), json, privateKey }
}

/** TUF 1.0 §4.2. */
export function keyId(json: object): string {
  return sha256(Buffer.from(canonicalize(json)))
}

function keysOf({ keys, threshold }: Role): object {
  return { keyids: keys.map(({ id }) => id), threshold }
}

function keyTable(keys: readonly TestKey[]): object {
  return Object.fromEntries(keys.map(({ id, json }) => [id, json]))
}

/** What metadata says of a target. */
export function targetOf(bytes: Buffer): object {
  return { ...about(bytes), custom: {} }
}

function about(bytes: Buffer): object {
  return { length: bytes.length, hashes: { sha256: sha256(bytes) } }
}

function signMetadata(signed: Signed, signers: readonly TestKey[]): Buffer {
  const payload = Buffer.from(canonicalize(signed))
  const signatures = signers.map(({ id, privateKey }) => ({
    keyid: id,
    sig: sign(null, payload, privateKey).toString('hex'),
  }))
  return Buffer.from(canonicalize({ signatures, signed }))
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
