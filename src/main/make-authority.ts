import { existsSync, readdirSync, rmSync } from 'node:fs'
import { Fault } from '../core/fault.ts'
import { dataPaths, type DataPaths } from '../platform/data-folder.ts'
import { makeFolder, writeDurableFile } from '../platform/durable-file.ts'
import { createKeyFolder, openKeyFolder } from '../platform/key-folder.ts'
import { readPassphrase } from '../platform/passphrase.ts'
import { initAuthority } from '../publish/init-authority.ts'
import { projectPublished } from '../publish/project-published.ts'
import { sha256Hex } from '../publish/sign-metadata.ts'
import { openStore } from '../store/open-store.ts'
import { withAuthority } from './open-authority.ts'

export interface NewAuthority {
  readonly data: string
  /** Its name for people, one line; may be empty. */
  readonly authority: string
  readonly hasPlainKeys: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: () => Date
}

export interface MadeAuthority {
  readonly root: string
  /** SHA-256 of root.json: what an agent's owner compares by another way. */
  readonly fingerprint: string
}

/**
 * Makes an authority in an empty or absent folder: database, keys, first metadata, all published. Everything it made is taken away
 * again when it fails half-way.
 *
 * Throws `data/exists` when something is there, and `key/passphrase-missing`.
 */
export async function makeAuthority({
  data,
  authority,
  hasPlainKeys,
  env,
  now,
}: NewAuthority): Promise<MadeAuthority> {
  const paths = dataPaths(data)
  assertUnused(paths)
  if (!hasPlainKeys) assertPassphrase(env)
  try {
    return await make(paths, { authority, hasPlainKeys, env, now })
  } catch (error) {
    for (const path of [
      paths.database,
      `${paths.database}-wal`,
      `${paths.database}-shm`,
      paths.keys,
      paths.root,
      paths.published,
      paths.staging,
    ]) {
      rmSync(path, { recursive: true, force: true })
    }
    throw error
  }
}

async function make(
  paths: DataPaths,
  { authority, hasPlainKeys, env, now }: Omit<NewAuthority, 'data'>,
): Promise<MadeAuthority> {
  makeFolder(paths.folder)
  createKeyFolder(paths.keys, { isPlain: hasPlainKeys })
  const keys = openKeyFolder(paths.keys, () => readPassphrase(env))
  const signed = await initAuthority(keys, authority, now())
  const root = signed.find(({ role }) => role === 'root')?.bytes ?? Buffer.alloc(0)
  const store = openStore(paths.database, { create: true })
  try {
    store.metadata.commit(signed)
  } finally {
    store.close()
  }
  await withAuthority(
    paths.folder,
    (authority) => projectPublished(authority, { isThorough: true }),
    { env, now },
  )
  // Last, so that where it lies the authority is whole.
  writeDurableFile(paths.root, root)
  return { root: paths.root, fingerprint: sha256Hex(root) }
}

function assertUnused({ folder, database, keys, root, published }: DataPaths): void {
  const found = [database, keys, root, published].find((path) => existsSync(path))
  if (found === undefined) return
  const isEmptyMount = found === keys && readdirSync(keys).length === 0
  if (isEmptyMount) return
  throw new Fault(
    'data/exists',
    `expected ${JSON.stringify(folder)} to hold no authority yet, got one (${JSON.stringify(found)}): it stays as it is; name another folder with --data`,
  )
}

function assertPassphrase(env: NewAuthority['env']): void {
  if (readPassphrase(env) !== null) return
  throw new Fault(
    'key/passphrase-missing',
    'expected a passphrase for the new keys, got none: set BAILIWICK_PASSPHRASE, or give systemd the credential bailiwick-passphrase; only to try things out, --insecure-plain-keys does without',
  )
}
