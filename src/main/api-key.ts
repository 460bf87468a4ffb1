import { randomBytes } from 'node:crypto'
import { InvalidArgumentError, type Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { holdsRole, printGrant, ROLES, type Person, type RoleGrant } from '../core/person.ts'
import type { ApiKey } from '../store/api-key-store.ts'
import type { Store } from '../store/open-store.ts'
import { actingUser } from './acting-person.ts'
import { assertMay } from './assert-may.ts'
import { globalOptions } from './global-options.ts'
import { printJson, printTable, printTime } from './print-table.ts'
import { publicKey } from './user-views.ts'

const DAYS = 90
const MAX_DAYS = 366

/** Adds `api-key`. */
export function register(program: Command): void {
  const key = program
    .command('api-key')
    .description('keys with which programs act for a user, each in one role for one list')
  key
    .command('make <name>')
    .description('make a key that acts for you, the actor; prints it, this once')
    .requiredOption('--role <role>', `one that you have: ${ROLES.join(', ')}`)
    .option('--list <id>', 'the list that it is for')
    .option('--all-lists', 'for an administrator or an auditor: all lists')
    .option('--days <n>', `how long it works, at most ${MAX_DAYS}`, parseDays, DAYS)
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick --actor bela api-key make hotline-import --role reporter --list phishing --days 365',
    )
    .action(makeKey)
  key
    .command('ls')
    .description('all keys, also those that have ended; never what opens')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick api-key ls')
    .action(listKeys)
  key
    .command('revoke <name>')
    .description('refuse a key from now on')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick api-key revoke hotline-import')
    .action(revokeKey)
}

function parseDays(text: string): number {
  const days = Number(text)
  if (/^[1-9]\d*$/.test(text) && days <= MAX_DAYS) return days
  throw new InvalidArgumentError(`expected days from 1 to ${MAX_DAYS}.`)
}

interface MakeOptions {
  readonly role: string
  readonly list?: string
  readonly allLists?: boolean
  readonly days: number
  readonly json?: boolean
}

async function makeKey(text: string, options: MakeOptions, command: Command): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  const { parseUserName } = await import('../curation/parse-person.ts')
  const { API_KEY_PREFIX, hashToken, printToken, TOKEN_BYTES } =
    await import('../platform/http-auth.ts')
  const name = parseUserName(text)
  const secret = printToken(randomBytes(TOKEN_BYTES), API_KEY_PREFIX)
  const { data, actor } = globalOptions(command)
  const at = new Date()
  const expiresAt = new Date(at.getTime() + options.days * 86_400_000)
  const grant = (store: Store): Promise<RoleGrant> => grantOf(store, options)
  await withStore(
    data,
    async (store) => {
      const wanted = await grant(store)
      const key = store.write(() => {
        const user = actingUser(store, actor)
        assertHeld(user, wanted)
        const terms = { name, userId: user.id, grant: wanted, expiresAt, at }
        return store.apiKeys.make({ ...terms, keyHash: hashToken(secret) })
      })
      process.stdout.write(
        options.json === true
          ? printJson({ ...publicKey(key), key: secret })
          : `made ${name} for ${actor}, ${printGrant(wanted)}, until ${printTime(expiresAt)}\nkey, told this once: ${secret}\n`,
      )
    },
    { actor },
  )
}

async function grantOf(
  store: Store,
  { role, list, allLists }: Pick<MakeOptions, 'role' | 'list' | 'allLists'>,
): Promise<RoleGrant> {
  const { parseGrants } = await import('./user-terms.ts')
  const lists = { ...(list !== undefined && { list: [list] }), ...(allLists && { allLists }) }
  const [grant] = parseGrants(store, { role, ...lists })
  if (grant === undefined) throw new Error('expected a role for one list, got none')
  return grant
}

function assertHeld(user: Person, wanted: RoleGrant): void {
  if (holdsRole(user.roles, wanted)) return
  throw new Fault(
    'user/invalid',
    `expected a role that ${JSON.stringify(user.name)} has, got ${printGrant(wanted)}: a key can't do more than its user`,
  )
}

async function listKeys({ json }: { readonly json?: boolean }, command: Command): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  await withStore(globalOptions(command).data, (store) => {
    const all = store.apiKeys.all()
    process.stdout.write(
      json === true
        ? printJson({ apiKeys: all.map(publicKey) })
        : printTable([HEADING, ...all.map(cells)]),
    )
  })
}

const HEADING = ['NAME', 'USER', 'FOR', 'EXPIRES', 'LAST USED', 'STATE']

function cells({ name, user, grant, expiresAt, lastUsedAt, revokedAt }: ApiKey): string[] {
  const used = lastUsedAt === null ? 'never' : printTime(lastUsedAt)
  return [
    name,
    user,
    printGrant(grant),
    printTime(expiresAt),
    used,
    printState(revokedAt, expiresAt),
  ]
}

function printState(revokedAt: Date | null, expiresAt: Date): string {
  if (revokedAt !== null) return `revoked ${printTime(revokedAt)}`
  return expiresAt > new Date() ? 'active' : 'expired'
}

async function revokeKey(
  name: string,
  { json }: { readonly json?: boolean },
  command: Command,
): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  const { data, actor } = globalOptions(command)
  await withStore(
    data,
    (store) => {
      const key = store.apiKeys.all().find((one) => one.name === name)
      if (key !== undefined && key.user !== actor) {
        assertMay(store, { actor, acts: ['manage-users'], lists: [key.grant.list] })
      }
      const revoked = store.apiKeys.revoke(name, new Date())
      process.stdout.write(json === true ? printJson(publicKey(revoked)) : `revoked ${name}\n`)
    },
    { actor },
  )
}
