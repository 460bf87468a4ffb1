import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { Fault } from '../core/fault.ts'
import { dataPaths, type DataPaths } from '../platform/data-folder.ts'
import { makeFolder, writeDurableFile } from '../platform/durable-file.ts'
import { createKeyFolder } from '../platform/key-folder.ts'
import { readPassphrase } from '../platform/passphrase.ts'
import { isRunning } from '../platform/running-process.ts'
import { commitLogged } from '../publish/commit-logged.ts'
import { finishBatch } from '../publish/finish-batch.ts'
import { initAuthority } from '../publish/init-authority.ts'
import { projectPublished } from '../publish/project-published.ts'
import { sha256Hex } from '../publish/sign-metadata.ts'
import type { StoredAct } from '../store/event-store.ts'
import { openStore, OWN_ACTOR } from '../store/open-store.ts'
import { withAuthority } from './open-authority.ts'
import { openKeys } from './open-keys.ts'

export interface NewAuthority {
  readonly data: string
  /** Its name for people, one line; may be empty. */
  readonly authority: string
  /** The name of its log; empty for one that is made of its key. */
  readonly origin: string
  readonly hasPlainKeys: boolean
  readonly actor?: string
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
 * again when it fails half-way. What a killed run left behind is finished where its metadata were committed, and else made anew.
 *
 * Throws `data/exists` when something is there, and `key/passphrase-missing`.
 */
export async function makeAuthority({
  data,
  authority,
  origin,
  hasPlainKeys,
  actor = OWN_ACTOR,
  env,
  now,
}: NewAuthority): Promise<MadeAuthority> {
  const paths = dataPaths(data)
  const isBegun = existsSync(paths.begun)
  if (isBegun) assertAbandoned(paths)
  else assertUnused(paths)
  if (!hasPlainKeys) assertPassphrase(env)
  if (isBegun) {
    const root = committedRoot(paths)
    if (root !== null) return finish(paths, root, { env, now })
    // Nothing is published before the commit: these keys have been in use, and their database was lost since.
    if (existsSync(paths.published)) assertUnused(paths)
    removeAll(paths)
  }
  try {
    return await make(paths, { authority, origin, hasPlainKeys, actor, env, now })
  } catch (error) {
    removeAll(paths)
    throw error
  }
}

function removeAll(paths: DataPaths): void {
  const { database, keys, root, published, staging, begun } = paths
  const databaseFiles = [database, `${database}-wal`, `${database}-shm`]
  // Last the mark that all of it was never finished.
  for (const path of [...databaseFiles, keys, root, published, staging, begun]) {
    rmSync(path, { recursive: true, force: true })
  }
}

/** The root of a run that was killed after it stood in the log: agents may have it already, through whoever used the authority since. */
function committedRoot({ database }: DataPaths): Uint8Array | null {
  if (!existsSync(database)) return null
  // That run may have been killed before there was a table in it.
  const store = openStore(database, { create: true })
  try {
    const waiting = store.log.batch()?.metadata.find(({ role }) => role === 'root')
    return (store.metadata.find('root', 1) ?? waiting)?.bytes ?? null
  } finally {
    store.close()
  }
}

/** Another `init` may be at work this very moment. */
function assertAbandoned({ folder, begun }: DataPaths): void {
  const pid = Number(readFileSync(begun, 'utf8'))
  if (!Number.isSafeInteger(pid) || pid <= 0 || !isRunning(pid)) return
  throw new Fault(
    'data/exists',
    `expected ${JSON.stringify(folder)} to be nobody's, got process ${pid} making an authority there: wait for it, or remove ${JSON.stringify(begun)} if that is another program`,
  )
}

async function make(
  paths: DataPaths,
  { authority, origin, hasPlainKeys, actor, env, now }: Required<Omit<NewAuthority, 'data'>>,
): Promise<MadeAuthority> {
  makeFolder(paths.folder)
  writeDurableFile(paths.begun, Buffer.from(`${process.pid}\n`))
  createKeyFolder(paths.keys, { isPlain: hasPlainKeys })
  const keys = openKeys(paths.keys, env)
  const at = now()
  const first = await initAuthority(keys, { authority, origin }, at)
  const acts = keys.all().map(({ use, keyid }): StoredAct => {
    return { act: 'key-made', subject: { keyids: [keyid], role: use } }
  })
  const root = first.metadata.find(({ role }) => role === 'root')?.bytes ?? Buffer.alloc(0)
  openStore(paths.database, { create: true, actor, now }).close()
  await withAuthority(paths.folder, (made) => commitLogged(made, { ...first, acts, at }), {
    ...{ keys, actor, env, now: () => at },
  })
  return finish(paths, root, { env, now })
}

async function finish(
  paths: DataPaths,
  root: Uint8Array,
  { env, now }: Pick<NewAuthority, 'env' | 'now'>,
): Promise<MadeAuthority> {
  await withAuthority(
    paths.folder,
    async (authority) => {
      await finishBatch(authority)
      await projectPublished(authority, { isThorough: true })
    },
    { env, now },
  )
  // Last, so that where it lies the authority is whole.
  writeDurableFile(paths.root, root)
  rmSync(paths.begun)
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
