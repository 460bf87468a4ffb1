import { Fault } from '../core/fault.ts'
import { metadataPath } from '../core/layout.ts'
import { metadataLeaf, type MetadataLeaf } from '../core/log-leaf.ts'
import type { FindingCode } from './finding.ts'
import type { FindingLog } from './finding-log.ts'
import { isRecord, isVersion, parseSigned, typeOf, type SignedFile } from './parse-signed.ts'
import { keysByRoot, keysByTargets, verifySignatures, type RoleKeys } from './role-keys.ts'
import { orTell } from './read-file.ts'

/** The last version of a role that the log has. */
export interface LastVersion {
  readonly version: number
  readonly leaf: MetadataLeaf
  /** Null where it can't be seen or read. */
  readonly file: SignedFile | null
}

/**
 * Follows the roles of TUF through the log: every version of every role, in the order in which they were signed, each under the keys
 * that counted then.
 */
export class MetadataAudit {
  readonly #findings: FindingLog
  readonly #last = new Map<string, LastVersion>()
  readonly #firsts = new Map<string, number>()
  #delegated: ReadonlyMap<string, RoleKeys> = new Map()
  /** While the log begins, roles may begin above their first version. */
  isBeginning = true
  /** What the newest snapshot role names, by role. */
  #named: ReadonlyMap<string, number> = new Map()

  constructor(findings: FindingLog) {
    this.#findings = findings
  }

  /** The last version of each role. */
  get last(): ReadonlyMap<string, LastVersion> {
    return this.#last
  }

  /** Whether the log has this version. */
  isLogged(role: string, version: number): boolean {
    const first = this.#firsts.get(role)
    const last = this.#last.get(role)
    return first !== undefined && last !== undefined && version >= first && version <= last.version
  }

  /**
   * Takes the file of the next metadata leaf: null where there is none, which is a finding unless it is only not shown to this
   * auditor. Gives it where it can be believed.
   */
  take(leaf: MetadataLeaf, bytes: Uint8Array | null, isHidden: boolean): SignedFile | null {
    const { role, version } = leaf
    const path = metadataPath(role, version)
    this.#checkVersion(path, leaf)
    if (bytes === null && !isHidden) this.#tell('metadata/missing', path, 'the file', 'none')
    const file = bytes && this.#check(path, leaf, bytes)
    const known = this.#last.get(role)
    if (known === undefined || known.version < version)
      this.#last.set(role, { version, leaf, file })
    if (file !== null) this.#learn(path, file)
    return file
  }

  /** Whether bytes that the log doesn't have are signed all the same, by the keys that count now. */
  isSigned(role: string, bytes: Uint8Array): boolean {
    try {
      const file = parseSigned(bytes, role)
      verifySignatures(file, this.#keysOf(file))
      return true
    } catch (error) {
      if (error instanceof Fault) return false
      throw error
    }
  }

  /** Verifies a file that is never in the log: the timestamp. Throws `trust/…`. */
  verify(role: string, bytes: Uint8Array): SignedFile {
    const file = parseSigned(bytes, role)
    verifySignatures(file, this.#keysOf(file))
    return file
  }

  #checkVersion(path: string, { role, version }: MetadataLeaf): void {
    const last = this.#last.get(role)
    if (last === undefined) {
      this.#firsts.set(role, version)
      if (version === 1 || this.isBeginning) return
      this.#tell('metadata/version', path, `version 1 of ${role} in the log first`, `${version}`)
      return
    }
    if (version === last.version + 1) return
    const got = version <= last.version ? `version ${version} again` : `version ${version}`
    this.#tell('metadata/version', path, `version ${last.version + 1} of ${role} in the log`, got)
  }

  #check(path: string, leaf: MetadataLeaf, bytes: Uint8Array): SignedFile | null {
    const { role, version, length, sha256 } = leaf
    const got = metadataLeaf(role, version, bytes)
    if (got.sha256 !== sha256 || got.length !== length) {
      // Signed and another than in the log: two versions for two readers.
      const isSigned = this.isSigned(role, bytes)
      this.#tell(
        isSigned ? 'metadata/unlogged' : 'metadata/damaged',
        path,
        `${length} bytes with the SHA-256 ${sha256} as in the log`,
        `${got.length} with ${got.sha256}${isSigned ? ', validly signed' : ''}`,
      )
      return null
    }
    const file = orTell(
      () => parseSigned(bytes, role),
      (fault) => this.#tell('metadata/invalid', path, 'metadata', fault),
    )
    if (file === null) return null
    if (file.version !== version) {
      this.#tell('metadata/invalid', path, `version ${version}`, `version ${file.version}`)
      return null
    }
    const isGood = orTell(
      () => {
        verifySignatures(file, this.#keysOf(file))
        return true
      },
      (fault) =>
        this.#tell(
          role === 'root' ? 'root/chain' : 'metadata/signature',
          path,
          `signatures by a threshold of the keys of ${role}`,
          fault,
        ),
    )
    return isGood === null ? null : file
  }

  /** Of root: both of its own and of the one before it (TUF 1.0 §5.3.4). Throws `trust/signature`. */
  #keysOf(file: SignedFile): readonly RoleKeys[] {
    const { role } = file
    const root = this.#last.get('root')?.file ?? null
    if (role === 'root') {
      const own = keysByRoot(file, 'root')
      return root === null ? [own] : [keysByRoot(root, 'root'), own]
    }
    const isTop = role === 'targets' || role === 'snapshot' || role === 'timestamp'
    const keys = isTop ? root && keysByRoot(root, role) : (this.#delegated.get(role) ?? null)
    if (keys !== null) return [keys]
    throw new Fault('trust/signature', `expected keys for the role ${role}, got none so far`)
  }

  #learn(path: string, file: SignedFile): void {
    if (file.role === 'targets') {
      const delegated = orTell(
        () => keysByTargets(file),
        (fault) => this.#tell('metadata/invalid', path, 'a delegation for each list', fault),
      )
      if (delegated !== null) this.#delegated = delegated
    }
    if (typeOf(file.role) === 'snapshot' && !this.isBeginning) this.#checkNamed(path, file)
  }

  /** A snapshot role names the last version of each role that is in the log before it, and never fewer than the one before it. */
  #checkNamed(path: string, file: SignedFile): void {
    const named = orTell(
      () => namedVersions(file),
      (fault) => this.#tell('metadata/invalid', path, 'versions of roles', fault),
    )
    if (named === null) return
    for (const [role, version] of this.#named) {
      const now = named.get(role)
      if (now !== undefined && now >= version) continue
      const got = now === undefined ? 'none' : `version ${now}`
      this.#tell('metadata/rollback', path, `version ${version} of ${role} or a later one`, got)
    }
    for (const [role, version] of named) {
      const last = this.#last.get(role)?.version
      if (last === version) continue
      const expected = `the last version of ${role} in the log, ${last ?? 'none'}`
      this.#tell('metadata/reference', path, expected, `version ${version}`)
    }
    for (const [role, { version }] of this.#last) {
      if (typeOf(role) !== 'targets' || named.has(role)) continue
      this.#tell('metadata/reference', path, `version ${version} of ${role}`, 'none')
    }
    this.#named = named
  }

  #tell(code: FindingCode, path: string, expected: string, got: string | Fault): void {
    this.#findings.add(code, path, expected, got)
  }
}

/** The versions that a snapshot role names, by role. Throws `trust/invalid`. */
export function namedVersions(snapshot: SignedFile): ReadonlyMap<string, number> {
  const { meta } = snapshot.signed
  return new Map(
    Object.entries(isRecord(meta) ? meta : {}).map(([name, about]) => {
      const role = /^([a-z0-9-]{1,64})\.json$/.exec(name)?.[1]
      const version = isRecord(about) ? about['version'] : undefined
      if (role !== undefined && isVersion(version)) return [role, version]
      throw new Fault(
        'trust/invalid',
        `expected a role and its version, got ${JSON.stringify(name.slice(0, 100))}`,
      )
    }),
  )
}
