import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { Fault } from '../core/fault.ts'

/** What every command understands, before or after its noun. */
export interface GlobalOptions {
  /** The authority's folder, absolute. */
  readonly data: string
  /** Who decides: recorded with every decision and publication. */
  readonly actor: string
}

/** A server that is asked instead of a folder. */
export interface ServerOptions {
  /** Its origin. */
  readonly server: string
  readonly token: string
}

/** Adds `--data`, `--actor` and `--server` to the program. */
export function addGlobalOptions(program: Command): void {
  program
    .addOption(
      new Option('--data <dir>', "the authority's folder").env('BAILIWICK_DATA').default('./var'),
    )
    .addOption(
      new Option('--actor <name>', 'who decides; default: the user of this system').env(
        'BAILIWICK_ACTOR',
      ),
    )
    .addOption(
      new Option('--server <url>', 'ask the server there instead of a folder').env(
        'BAILIWICK_SERVER',
      ),
    )
}

/** Adds the key for `--server` to a command that can be asked of one: elsewhere the names mean other things. */
export function addTokenOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--token <key>', 'with --server: an API key, which others may see here').env(
        'BAILIWICK_TOKEN',
      ),
    )
    .option('--token-file <file>', 'with --server: the file with an API key')
}

/**
 * The global options as they were given for `command`, from its line or from the environment. Throws `usage/invalid` where a server was named: a
 * command that goes by these works on a folder alone.
 */
export function globalOptions(command: Command): GlobalOptions {
  const { data, actor, server } = command.optsWithGlobals<Given>()
  if (server === undefined) return { data: resolve(data), actor: actor ?? systemUser() }
  throw new Fault(
    'usage/invalid',
    `expected a command that can be asked of a server, got «${pathOf(command)}» with --server or BAILIWICK_SERVER: ${whyNot(pathOf(command))}run it at the authority's folder`,
  )
}

/** Why no server does it, by the command or its noun. */
const WHY_NOT: Readonly<Record<string, string>> = {
  'list apply': 'definitions are files of the authority, which no API changes; ',
  'entry import': 'upload the file in the console, or by POST /v1/imports; ',
  'review run': 'a server does that by itself; ',
  'review registrations': 'the API takes no file of registrations; ',
  'events export': 'the API tells events page by page («bailiwick events ls»), not as a file; ',
  'events check': 'it reads the rows of the database beside the chain; ',
  key: 'keys never leave the authority; ',
  backup: 'it copies the folder itself; ',
  restore: 'it makes the folder itself; ',
}

function whyNot(path: string): string {
  return WHY_NOT[path] ?? WHY_NOT[path.split(' ')[0] ?? ''] ?? ''
}

interface Given {
  readonly data: string
  readonly actor?: string
  readonly server?: string
  readonly token?: string
  readonly tokenFile?: string
}

/** The server that `command` is to ask; null for none. Throws `usage/invalid`. */
export function serverOptions(command: Command): ServerOptions | null {
  const { server, token, tokenFile } = command.optsWithGlobals<Given>()
  if (server === undefined) return null
  assertServer(server)
  const given = tokenFile === undefined ? token : readFileSync(tokenFile, 'utf8').trim()
  if (given !== undefined && given !== '') return { server, token: given }
  throw new Fault(
    'usage/invalid',
    'expected an API key for --server in --token-file, --token or BAILIWICK_TOKEN, got none: «bailiwick api-key make» makes one',
  )
}

/** The key would be read by everybody on the way. Throws `usage/invalid`. */
function assertServer(server: string): void {
  const isOrigin = URL.canParse(server) && new URL(server).origin === server
  const { protocol, hostname } = isOrigin ? new URL(server) : { protocol: '', hostname: '' }
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))) return
  throw new Fault(
    'usage/invalid',
    `expected a server as https://lists.cert.example, or one on this host, got ${JSON.stringify(server)}`,
  )
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** As it is typed, without the program. */
function pathOf(command: Command): string {
  const { parent } = command
  return parent?.parent ? `${pathOf(parent)} ${command.name()}` : command.name()
}

function systemUser(): string {
  try {
    return userInfo().username
  } catch {
    // A user id without a name, as containers have them.
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}
