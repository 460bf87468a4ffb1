import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { printSuggestion } from '../core/nearest.ts'
import { printGrant } from '../core/person.ts'
import type { ApiKey } from '../store/api-key-store.ts'
import type { Store } from '../store/open-store.ts'
import type { User } from '../store/user-store.ts'
import { globalOptions } from './global-options.ts'
import { printJson, printTable, printTime } from './print-table.ts'

/** Adds `user ls` and `user show`. */
export function registerUserViews(user: Command): void {
  user
    .command('ls')
    .description('all users, also the disabled')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick user ls')
    .action(listUsers)
  user
    .command('show <name>')
    .description('one user with roles and API keys')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick user show anna')
    .action(showUser)
}

/** Throws `user/not-found`, with the nearest. */
export function findUser({ users }: Pick<Store, 'users'>, name: string): User {
  const found = users.find(name)
  if (found !== null) return found
  const known = users.all().map((one) => one.name)
  throw new Fault(
    'user/not-found',
    `expected the name of a user, got ${JSON.stringify(name)}${printSuggestion(name, known)}`,
  )
}

/** A user as it is shown outside. */
export function publicUser(user: User): object {
  return { ...user, id: undefined, organisation: user.organisation.name }
}

interface JsonOption {
  readonly json?: boolean
}

async function listUsers({ json }: JsonOption, command: Command): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  await withStore(globalOptions(command).data, (store) => {
    const all = store.users.all()
    const rows = all.map((user) => [
      user.name,
      user.organisation.name,
      printState(user),
      user.roles.map(printGrant).join(', '),
    ])
    process.stdout.write(
      json === true
        ? printJson({ users: all.map(publicUser) })
        : printTable([['NAME', 'ORGANISATION', 'STATE', 'ROLES'], ...rows]),
    )
  })
}

async function showUser(name: string, { json }: JsonOption, command: Command): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  await withStore(globalOptions(command).data, (store) => {
    const user = findUser(store, name)
    const keys = store.apiKeys.all().filter((key) => key.userId === user.id)
    process.stdout.write(
      json === true
        ? printJson({ ...publicUser(user), apiKeys: keys.map(publicKey) })
        : printTable([
            ['name', user.name],
            ['organisation', user.organisation.name],
            ['email', user.email ?? '-'],
            ['state', printState(user)],
            ['added', printTime(user.createdAt)],
            ['second factor', user.hasSecondFactor ? 'yes' : 'no'],
            ['roles', user.roles.map(printGrant).join(', ')],
            ['API keys', keys.map((key) => key.name).join(', ') || 'none'],
          ]),
    )
  })
}

/** A key as it is shown outside; what it opens with is stored nowhere. */
export function publicKey(key: ApiKey): object {
  return { ...key, userId: undefined }
}

/** How a user stands, in words. */
function printState({ status, disabledAt, hasPassword, invitedUntil }: User): string {
  if (status === 'disabled') return `disabled ${disabledAt === null ? '' : printTime(disabledAt)}`
  if (hasPassword) return 'active'
  return invitedUntil === null ? 'no password' : `invited until ${printTime(invitedUntil)}`
}
