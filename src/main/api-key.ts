import { InvalidArgumentError, type Command } from 'commander'
import { printGrant, ROLES } from '../core/person.ts'
import { addTokenOptions } from './global-options.ts'
import type { ToldKey } from './people/people-deeds.ts'
import { withPeople } from './people/with-people.ts'
import { printJson, printTable, printTime } from './print-table.ts'
import { MAX_KEY_DAYS } from '../console/limits.ts'

const DAYS = 90

/** Adds `api-key`. */
export function register(program: Command): void {
  const key = program
    .command('api-key')
    .description('keys with which programs act for a user, each in one role for one list')
  addTokenOptions(key.command('make <name>'))
    .description('make a key that acts for you, the actor; prints it, this once')
    .requiredOption('--role <role>', `one that you have: ${ROLES.join(', ')}`)
    .option('--list <id>', 'the list that it is for')
    .option('--all-lists', 'for an administrator or an auditor: all lists')
    .option('--days <n>', `how long it works, at most ${MAX_KEY_DAYS}`, parseDays, DAYS)
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick --actor bela api-key make hotline-import --role reporter --list phishing --days 365',
    )
    .action(makeKey)
  addTokenOptions(key.command('ls'))
    .description('all keys, also those that have ended; never what opens')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick api-key ls')
    .action(listKeys)
  addTokenOptions(key.command('revoke <name>'))
    .description('refuse a key from now on')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick api-key revoke hotline-import')
    .action(revokeKey)
}

function parseDays(text: string): number {
  const days = Number(text)
  if (/^[1-9]\d*$/.test(text) && days <= MAX_KEY_DAYS) return days
  throw new InvalidArgumentError(`expected days from 1 to ${MAX_KEY_DAYS}.`)
}

interface MakeOptions {
  readonly role: string
  readonly list?: string
  readonly allLists?: boolean
  readonly days: number
  readonly json?: boolean
}

async function makeKey(
  name: string,
  { json, role, list, allLists, days }: MakeOptions,
  command: Command,
): Promise<void> {
  const lists = { ...(list !== undefined && { list }), ...(allLists !== undefined && { allLists }) }
  const { key, secret } = await withPeople(command, (people) =>
    people.makeKey({ name, role, days, ...lists }),
  )
  process.stdout.write(
    json === true
      ? printJson({ ...key, key: secret })
      : `made ${key.name} for ${key.user}, ${printGrant(key.grant)}, until ${printTime(key.expiresAt)}\nkey, told this once: ${secret}\n`,
  )
}

async function listKeys({ json }: { readonly json?: boolean }, command: Command): Promise<void> {
  const all = await withPeople(command, (people) => people.keys())
  process.stdout.write(
    json === true ? printJson({ apiKeys: all }) : printTable([HEADING, ...all.map(cells)]),
  )
}

const HEADING = ['NAME', 'USER', 'FOR', 'EXPIRES', 'LAST USED', 'STATE']

function cells({ name, user, grant, expiresAt, lastUsedAt, revokedAt }: ToldKey): string[] {
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
  const revoked = await withPeople(command, (people) => people.revokeKey(name))
  process.stdout.write(json === true ? printJson(revoked) : `revoked ${name}\n`)
}
