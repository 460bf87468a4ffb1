import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { ROLES } from '../core/person.ts'
import type { Store } from '../store/open-store.ts'
import type { User } from '../store/user-store.ts'
import { assertMay } from './assert-may.ts'
import { globalOptions } from './global-options.ts'
import { printJson } from './print-table.ts'
import { collectIds, type ListOptions } from './user-lists.ts'
import { registerRoles } from './user-role.ts'
import { findUser, publicUser, registerUserViews } from './user-views.ts'

/** Adds `user`. */
export function register(program: Command): void {
  const user = program.command('user').description('who may do what here')
  registerAdd(user)
  user
    .command('set <name>')
    .description('change the address or the organisation of a user')
    .option('--email <address>', "for single sign-on; '' takes it away")
    .option('--organisation <name>', 'to whom the user belongs from now on')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick user set anna --email anna@cert.example')
    .action(setUser)
  registerOne(user, 'disable', 'end all sessions and API keys of a user, and let none begin')
  registerOne(user, 'enable', 'let a disabled user sign in again; API keys stay revoked')
  user
    .command('invite <name>')
    .description(
      'take password, second factor and sessions away, and print a code to choose a new password with',
    )
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      '\nFor a lost password or device.\n\nExample:\n  bailiwick user invite anna',
    )
    .action(inviteUser)
  registerRoles(user)
  registerUserViews(user)
}

function registerAdd(user: Command): void {
  user
    .command('add <name>')
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
  user
    .command(`${verb} <name>`)
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
  text: string,
  options: JsonOption &
    ListOptions & { readonly organisation: string; readonly role: string; readonly email?: string },
  command: Command,
): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  const { isForAllLists, parseEmail, parseUserName } = await import('../curation/parse-person.ts')
  const { findOrganisation, newInvitation, newUserId, parseGrants, printInvitation } =
    await import('./user-terms.ts')
  const name = parseUserName(text)
  const email = options.email === undefined ? null : parseEmail(options.email)
  const { data, actor } = globalOptions(command)
  await withStore(
    data,
    (store) => {
      // Without a list named, roles by which nothing is decided are for all of them.
      const isForAll = options.list === undefined && isForAllLists(options.role)
      const roles = parseGrants(store, isForAll ? { ...options, allLists: true } : options)
      assertMay(store, { actor, acts: ['manage-users'], lists: roles.map(({ list }) => list) })
      const organisation = findOrganisation(store, options.organisation)
      const at = new Date()
      const { code, invitation } = newInvitation(at)
      const terms = { name, email, roles, invitation, organisationId: organisation.id, at }
      const user = store.users.add({ id: newUserId(), ...terms })
      process.stdout.write(
        options.json === true
          ? printJson({ ...publicUser(user), code })
          : `added ${name} of ${organisation.name}\n${printInvitation(code, invitation.until)}`,
      )
    },
    { actor },
  )
}

async function setUser(
  name: string,
  { json, ...options }: JsonOption & { readonly email?: string; readonly organisation?: string },
  command: Command,
): Promise<void> {
  const { parseEmail } = await import('../curation/parse-person.ts')
  const { findOrganisation } = await import('./user-terms.ts')
  const { email } = options
  if (email === undefined && options.organisation === undefined) {
    throw new Fault('usage/invalid', 'expected --email or --organisation, got neither')
  }
  const contact = email === undefined ? {} : { email: email === '' ? null : parseEmail(email) }
  await withManaged(name, command, (store) => {
    const organisation =
      options.organisation === undefined
        ? {}
        : { organisationId: findOrganisation(store, options.organisation).id }
    const user = store.users.change(name, { ...contact, ...organisation, at: new Date() })
    process.stdout.write(json === true ? printJson(publicUser(user)) : `changed ${name}\n`)
  })
}

async function switchUser(
  verb: 'disable' | 'enable',
  name: string,
  { json }: JsonOption,
  command: Command,
): Promise<void> {
  await withManaged(name, command, (store) => {
    const user = store.users[verb](name, new Date())
    process.stdout.write(json === true ? printJson(publicUser(user)) : `${verb}d ${name}\n`)
  })
}

async function inviteUser(name: string, { json }: JsonOption, command: Command): Promise<void> {
  const { newInvitation, printInvitation } = await import('./user-terms.ts')
  await withManaged(name, command, (store) => {
    const at = new Date()
    const { code, invitation } = newInvitation(at)
    const user = store.users.invite(name, invitation, at)
    process.stdout.write(
      json === true
        ? printJson({ ...publicUser(user), code })
        : printInvitation(code, invitation.until),
    )
  })
}

/** With a user whom the actor may manage: a user stands under whoever administers all of its lists. */
async function withManaged(
  name: string,
  command: Command,
  work: (store: Store, user: User) => void,
): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  const { data, actor } = globalOptions(command)
  await withStore(
    data,
    (store) => {
      const user = findUser(store, name)
      const lists = user.roles.map(({ list }) => list)
      assertMay(store, { actor, acts: ['manage-users'], lists })
      work(store, user)
    },
    { actor },
  )
}
