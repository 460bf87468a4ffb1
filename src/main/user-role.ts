import type { Command } from 'commander'
import { ROLES } from '../core/person.ts'
import { assertMay } from './assert-may.ts'
import { globalOptions } from './global-options.ts'
import { printJson } from './print-table.ts'
import { collectIds, type ListOptions } from './user-lists.ts'
import { findUser, publicUser } from './user-views.ts'

const VERBS = {
  give: { method: 'giveRole', told: 'given to' },
  take: { method: 'takeRole', told: 'taken from' },
} as const

/** Adds `user role`. */
export function registerRoles(user: Command): void {
  const role = user.command('role').description('give and take roles')
  for (const verb of ['give', 'take'] as const) {
    role
      .command(`${verb} <name> <role>`)
      .description(`${verb} a role: ${ROLES.join(', ')}`)
      .option('--list <ids>', 'ids of lists, separated by commas; may be given again', collectIds)
      .option('--all-lists', 'of an administrator or an auditor: all lists, also those to come')
      .option('--json', 'print as JSON')
      .addHelpText(
        'after',
        `\nExample:\n  bailiwick user role ${verb} bela approver --list phishing`,
      )
      .action((name: string, role: string, options: RoleOptions, command: Command) =>
        changeRole(verb, { name, role }, options, command),
      )
  }
}

interface RoleOptions extends ListOptions {
  readonly json?: boolean
}

async function changeRole(
  verb: keyof typeof VERBS,
  { name, role }: { readonly name: string; readonly role: string },
  options: RoleOptions,
  command: Command,
): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  const { parseGrants } = await import('./user-terms.ts')
  const { method, told } = VERBS[verb]
  const { data, actor } = globalOptions(command)
  await withStore(
    data,
    (store) => {
      findUser(store, name)
      const grants = parseGrants(store, { ...options, role })
      assertMay(store, { actor, acts: ['manage-users'], lists: grants.map(({ list }) => list) })
      store.write(() => {
        for (const grant of grants) store.users[method](name, grant)
      })
      const user = findUser(store, name)
      process.stdout.write(
        options.json === true ? printJson(publicUser(user)) : `${role} ${told} ${name}\n`,
      )
    },
    { actor },
  )
}
