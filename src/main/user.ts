import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { ROLES } from '../core/person.ts'
import { addTokenOptions } from './global-options.ts'
import type { NewUserRequest, UserChange } from './people/manage-users.ts'
import type { InvitedUser } from './people/people-deeds.ts'
import { withPeople } from './people/with-people.ts'
import { printJson, printTime } from './print-table.ts'
import { collectIds } from './user-lists.ts'
import { registerPasskeys } from './user-passkey.ts'
import { registerIdentities } from './user-identity.ts'
import { registerRoles } from './user-role.ts'
import { registerUserViews } from './user-views.ts'

/** Adds `user`. */
export function register(program: Command): void {
  const user = program.command('user').description('who may do what here')
  registerAdd(user)
  addTokenOptions(user.command('set <name>'))
    .description('change the address or the organisation of a user')
    .option('--email <address>', "for single sign-on; '' takes it away")
    .option('--organisation <name>', 'to whom the user belongs from now on')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick user set anna --email anna@cert.example')
    .action(setUser)
  registerOne(user, 'disable', 'end all sessions and API keys of a user, and let none begin')
  registerOne(user, 'enable', 'let a disabled user sign in again; API keys stay revoked')
  addTokenOptions(user.command('invite <name>'))
    .description(
      'take password, second factor, passkeys and sessions away, and print a code to choose a new password with',
    )
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      '\nFor a lost password or device.\n\nExample:\n  bailiwick user invite anna',
    )
    .action(inviteUser)
  registerRoles(user)
  registerPasskeys(user)
  registerIdentities(user)
  registerUserViews(user)
}

function registerAdd(user: Command): void {
  addTokenOptions(user.command('add <name>'))
    .description('add a user with a role; prints, this once, a code to choose a password with')
    .requiredOption('--organisation <name>', 'to whom the user belongs')
    .requiredOption('--role <role>', ROLES.join(', '))
    .option('--list <ids>', 'ids of lists, separated by commas; may be given again', collectIds)
    .option('--all-lists', 'all lists, also those to come; default for administrator and auditor')
    .option('--email <address>', 'for single sign-on')
    .option('--json', 'print as JSON')
    .addHelpText('after', ADD_HELP)
    .action(addUser)
}

const ADD_HELP = `
The first user must be an administrator of all lists. From then on every command that changes something
asks who acts: name yourself with --actor or BAILIWICK_ACTOR.

Examples:
  bailiwick organisation add "Example CERT" --kind cert
  bailiwick user add anna --organisation "Example CERT" --role administrator --all-lists
  bailiwick user add bela --organisation "Example CERT" --role curator --list phishing,malware`

function registerOne(user: Command, verb: 'disable' | 'enable', description: string): void {
  addTokenOptions(user.command(`${verb} <name>`))
    .description(description)
    .option('--json', 'print as JSON')
    .addHelpText('after', `\nExample:\n  bailiwick user ${verb} anna`)
    .action((name: string, options: JsonOption, command: Command) =>
      switchUser(verb, name, options, command),
    )
}

interface JsonOption {
  readonly json?: boolean
}

async function addUser(
  name: string,
  { json, ...request }: JsonOption & Omit<NewUserRequest, 'name'>,
  command: Command,
): Promise<void> {
  const invited = await withPeople(command, (people) =>
    people.addUser({ ...termsOf(request), name }),
  )
  const { user, code } = invited
  process.stdout.write(
    json === true
      ? printJson({ ...user, code })
      : `added ${user.name} of ${user.organisation}\n${printInvitation(invited)}`,
  )
}

async function setUser(
  name: string,
  { json, ...change }: JsonOption & UserChange,
  command: Command,
): Promise<void> {
  if (change.email === undefined && change.organisation === undefined) {
    throw new Fault('usage/invalid', 'expected --email or --organisation, got neither')
  }
  const { email, organisation } = change
  const wanted = {
    ...(email !== undefined && { email }),
    ...(organisation !== undefined && { organisation }),
  }
  const user = await withPeople(command, (people) => people.changeUser({ ...wanted, name }))
  process.stdout.write(json === true ? printJson(user) : `changed ${name}\n`)
}

async function switchUser(
  verb: 'disable' | 'enable',
  name: string,
  { json }: JsonOption,
  command: Command,
): Promise<void> {
  const user = await withPeople(command, (people) => people.switchUser(verb, name))
  process.stdout.write(json === true ? printJson(user) : `${verb}d ${name}\n`)
}

async function inviteUser(name: string, { json }: JsonOption, command: Command): Promise<void> {
  const invited = await withPeople(command, (people) => people.inviteUser(name))
  const { user, code } = invited
  process.stdout.write(json === true ? printJson({ ...user, code }) : printInvitation(invited))
}

/** Without how to reach the server. */
function termsOf({
  organisation,
  role,
  list,
  allLists,
  email,
}: Omit<NewUserRequest, 'name'>): Omit<NewUserRequest, 'name'> {
  return {
    ...{ organisation, role },
    ...(list !== undefined && { list }),
    ...(allLists !== undefined && { allLists }),
    ...(email !== undefined && { email }),
  }
}

function printInvitation({ code, until }: InvitedUser): string {
  return `code, told this once: ${code}\nwith it a password is chosen until ${printTime(until)}, at /v1/session/invitation (docs/spec/api.md)\n`
}
