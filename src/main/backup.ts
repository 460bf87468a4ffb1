import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { dataPaths } from '../platform/data-folder.ts'
import { makeFolder, writeDurableFile } from '../platform/durable-file.ts'
import type { BackupFile } from '../store/backup.ts'
import { globalOptions } from './global-options.ts'

/** Adds `backup` and `restore`. */
export function register(program: Command): void {
  program
    .command('backup <file>')
    .description('write the database, the keys as they are sealed, and root.json into one file')
    .addHelpText(
      'after',
      `
May be taken while the server runs. What is published is not in it: it is made again from the database.

Example:
  bailiwick backup /backup/bailiwick-2030-01-31.backup`,
    )
    .action(backUp)
  program
    .command('restore <file>')
    .description('make an authority again from a backup, in a folder that has none')
    .option('--new-log', 'begin a new log, where the old one had gone on after the backup')
    .addHelpText(
      'after',
      `
What lies in published/ is made again from the backup. Where that is older, its log can't be gone on with (log/forked):
with --new-log the lists go on under a new log with a new key; published/ is kept aside, as evidence.

Example:
  bailiwick --data /var/lib/bailiwick restore /backup/bailiwick-2030-01-31.backup`,
    )
    .action(restore)
}

async function backUp(file: string, _options: object, command: Command): Promise<void> {
  const { data } = globalOptions(command)
  const { withStore } = await import('./find-list.ts')
  await withStore(data, (store) => {
    store.backUp(file, companions(data))
  })
  process.stdout.write(
    `wrote ${file}\nkeep it from others, and the passphrase of the keys elsewhere\n`,
  )
}

function companions(data: string): BackupFile[] {
  const { folder, keys, root, signInKey } = dataPaths(data)
  const names = readdirSync(keys).filter((name) => name.endsWith('.json'))
  return [
    { path: 'root.json', bytes: readFileSync(root) },
    ...names
      .sort()
      .map((name) => ({ path: `keys/${name}`, bytes: readFileSync(join(folder, 'keys', name)) })),
    // Without it no second factor works any more.
    ...(existsSync(signInKey) ? [{ path: 'sign-in.key', bytes: readFileSync(signInKey) }] : []),
  ]
}

async function restore(
  file: string,
  { newLog = false }: { readonly newLog?: boolean },
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  const paths = dataPaths(data)
  const made = [paths.database, paths.keys, paths.root]
  const found = made.find((path) => existsSync(path))
  if (found !== undefined) {
    throw new Fault(
      'data/exists',
      `expected ${JSON.stringify(data)} to hold no authority, got one (${JSON.stringify(found)}): it stays as it is; name another folder with --data`,
    )
  }
  const { readBackup } = await import('../store/backup.ts')
  const wasPublished = existsSync(paths.published)
  mkdirSync(dirname(paths.database), { recursive: true })
  try {
    const companions = readBackup(file, paths.database)
    forgetLost(data)
    writeCompanions(data, companions)
    await noteRestoration(data, actor)
    if (newLog) await beginNewLog(data, actor)
    await publishAgain(data, actor)
  } catch (error) {
    // What was published before is of a lost history, and may be all that is left of it.
    const gone = [...made, paths.signInKey, ...(wasPublished ? [] : [paths.published])]
    for (const path of gone) rmSync(path, { recursive: true, force: true })
    throw error
  }
  process.stdout.write(
    `restored ${data} from ${file}\n«bailiwick doctor» compares it with the clock and with what is signed\n`,
  )
}

/** A backup is not signed: no path of it may lead out of the folder. */
const COMPANION = /^(?:root\.json|sign-in\.key|keys\/[a-z0-9-]+\.json)$/

function writeCompanions(data: string, files: readonly BackupFile[]): void {
  const { keys } = dataPaths(data)
  makeFolder(keys, 0o700)
  for (const { path, bytes } of files) {
    if (!COMPANION.test(path)) {
      throw new Fault(
        'backup/invalid',
        `expected keys and root.json in the backup, got ${JSON.stringify(path)}`,
      )
    }
    writeDurableFile(join(data, path), bytes, path === 'root.json' ? {} : { mode: 0o600 })
  }
}

/**
 * What was made of the lost history may lie there still, and goes by serials: of a serial that comes a second time it would be taken for
 * what is true now. All of it can be made again.
 */
function forgetLost(data: string): void {
  const { work, exports, zones } = dataPaths(data)
  for (const folder of [work, exports, zones]) rmSync(folder, { recursive: true, force: true })
}

/** So that secondaries which have later serials, from before the loss, are given whole zones, and take the catalogs. */
async function noteRestoration(data: string, actor: string): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  await withStore(data, (store) => store.restorations.note(new Date()), { actor })
}

/** The old log stays what it was, for everybody who has it: the new one has another key, so another name. */
async function beginNewLog(data: string, actor: string): Promise<void> {
  const { published, keys } = dataPaths(data)
  if (existsSync(published)) renameSync(published, `${published}-${Date.now()}`)
  const { withAuthority } = await import('./open-authority.ts')
  const { beginLog } = await import('../publish/begin-log.ts')
  const { LOG_KEY_USE } = await import('../publish/log-policy.ts')
  await withAuthority(
    data,
    async (authority) => {
      const old = authority.keys.all().filter(({ use }) => use === LOG_KEY_USE)
      authority.store.log.abandon()
      for (const { keyid } of old) rmSync(join(keys, `${keyid}.json`))
      await beginLog(authority)
    },
    { actor },
  )
}

async function publishAgain(data: string, actor: string): Promise<void> {
  const { withAuthority } = await import('./open-authority.ts')
  const { projectRenewed } = await import('./project-renewed.ts')
  await withAuthority(data, projectRenewed, { actor })
}
