import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Authority } from '../../src/main/open-authority.ts'
import { openKeyFolder, type FolderKey } from '../../src/platform/key-folder.ts'
import { printSortedJson } from '../../src/core/sorted-json.ts'
import { payloadOf } from '../../src/publish/sign-metadata.ts'
import type { RootSigned } from '../../src/publish/tuf-metadata.ts'

/** Somebody with some of an authority's keys, and with the web server that readers ask. */
export interface KeyThief {
  /** What readers get: a copy of what was published. */
  readonly mirror: string
  /** Takes the newest published files, and shows them as they are. */
  readonly showTruth: () => void
  /** The signed part of the newest published metadata of a role. */
  readonly read: (role: string) => Stolen
  /** Shows this as the newest metadata of the role, signed by the stolen keys that were made for `uses`. */
  readonly show: (role: string, signed: Stolen, ...uses: string[]) => Promise<Buffer>
  readonly showFile: (path: string, bytes: string | Uint8Array) => void
  /** A stolen key. */
  readonly key: (use: string) => FolderKey
  readonly sign: (use: string, bytes: Uint8Array) => Promise<string>
}

/** Signed metadata in TUF's own names, for whoever changes what he shouldn't. */
export interface Stolen {
  _type: string
  version: number
  expires: string
  meta: Record<string, { version: number; length?: number; hashes?: { sha256: string } }>
  targets: Record<string, { length: number; hashes: { sha256: string }; custom: object }>
  delegations: { keys: RootSigned['keys']; roles: { name: string; keyids: string[] }[] }
  keys: RootSigned['keys']
  roles: RootSigned['roles']
}

/** Steals all keys as they lie there now; gone when the test ends. */
export function stealKeys({ paths }: Authority): KeyThief {
  const folder = mkdtempSync(join(tmpdir(), 'thief-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(paths.keys, join(folder, 'keys'), { recursive: true })
  const keys = openKeyFolder(join(folder, 'keys'), () => null)
  const mirror = join(folder, 'mirror')
  const showTruth = (): void => {
    rmSync(mirror, { recursive: true, force: true })
    cpSync(paths.published, mirror, { recursive: true })
  }
  showTruth()
  const path = (role: string, version: number): string =>
    join(
      mirror,
      'tuf/metadata',
      role === 'timestamp' ? 'timestamp.json' : `${version}.${role}.json`,
    )
  const signedIn = (file: string): Stolen =>
    (JSON.parse(readFileSync(file, 'utf8')) as { signed: Stolen }).signed
  const newest = (role: string): number => {
    if (role === 'timestamp') return 0
    const snapshot = signedIn(path('timestamp', 0)).meta['snapshot.json']?.version ?? 0
    if (role === 'snapshot') return snapshot
    if (role !== 'root')
      return signedIn(path('snapshot', snapshot)).meta[`${role}.json`]?.version ?? 0
    let version = 1
    for (; isThere(path('root', version + 1)); version++);
    return version
  }
  const key = (use: string): FolderKey => {
    const found = keys.all().find((one) => one.use === use)
    if (found === undefined) throw new Error(`no key of ${use} was stolen`)
    return found
  }
  return {
    ...{ mirror, showTruth, key },
    read: (role) => signedIn(path(role, newest(role))),
    show: async (role, signed, ...uses) => {
      const payload = payloadOf(signed as never)
      const signatures = []
      for (const use of uses)
        signatures.push(await (await keys.signer(key(use).keyid)).sign(payload))
      const sorted = signatures.sort((a, b) => (a.keyid < b.keyid ? -1 : 1))
      const bytes = Buffer.from(printSortedJson({ signatures: sorted, signed }))
      writeFileSync(path(role, signed.version), bytes)
      return bytes
    },
    showFile: (name, bytes) => writeFileSync(join(mirror, name), bytes),
    sign: async (use, bytes) => (await (await keys.signer(key(use).keyid)).sign(bytes)).sig,
  }
}

function isThere(path: string): boolean {
  try {
    readFileSync(path)
    return true
  } catch {
    return false
  }
}
