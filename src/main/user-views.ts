import type { Command } from 'commander'
import { printGrant } from '../core/person.ts'
import { addTokenOptions } from './global-options.ts'
import type { ToldIdentity, ToldUser } from './people/people-deeds.ts'
import { withPeople } from './people/with-people.ts'
import { printJson, printTable, printTime } from './print-table.ts'

/** Adds `user ls` and `user show`. */
export function registerUserViews(user: Command): void {
  addTokenOptions(user.command('ls'))
    .description('all users, also the disabled')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick user ls')
    .action(listUsers)
  addTokenOptions(user.command('show <name>'))
    .description('one user with roles and API keys')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick user show anna')
    .action(showUser)
}

interface JsonOption {
  readonly json?: boolean
}

async function listUsers({ json }: JsonOption, command: Command): Promise<void> {
  const users = await withPeople(command, (people) => people.users())
  const rows = users.map((user) => [
    user.name,
    user.organisation,
    printState(user),
    user.roles.map(printGrant).join(', '),
  ])
  process.stdout.write(
    json === true
      ? printJson({ users })
      : printTable([['NAME', 'ORGANISATION', 'STATE', 'ROLES'], ...rows]),
  )
}

async function showUser(name: string, { json }: JsonOption, command: Command): Promise<void> {
  const { user, apiKeys, identities } = await withPeople(command, (people) => people.user(name))
  process.stdout.write(
    json === true
      ? printJson({ ...user, apiKeys, identities })
      : printTable([
          ['name', user.name],
          ['organisation', user.organisation],
          ['email', user.email ?? '-'],
          ['state', printState(user)],
          ['added', printTime(user.createdAt)],
          ['second factor', user.hasSecondFactor ? 'yes' : 'no'],
          ['identities', identities.map(printIdentity).join(', ') || 'none'],
          ['roles', user.roles.map(printGrant).join(', ')],
          ['API keys', apiKeys.map((key) => key.name).join(', ') || 'none'],
        ]),
  )
}

function printIdentity({ issuer, subject }: ToldIdentity): string {
  return `${JSON.stringify(subject)} of ${issuer}`
}

/** How a user stands, in words. */
function printState({ status, disabledAt, hasPassword, invitedUntil }: ToldUser): string {
  if (status === 'disabled') return `disabled ${disabledAt === null ? '' : printTime(disabledAt)}`
  if (hasPassword) return 'active'
  return invitedUntil === null ? 'no password' : `invited until ${printTime(invitedUntil)}`
}
