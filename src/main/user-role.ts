import type { Command } from 'commander'
import { ROLES } from '../core/person.ts'
import { addTokenOptions } from './global-options.ts'
import { withPeople } from './people/with-people.ts'
import { printJson } from './print-table.ts'
import { collectIds, type ListOptions } from './user-lists.ts'

/** Adds `user role`. */
export function registerRoles(user: Command): void {
  const role = user.command('role').description('give and take roles')
  for (const verb of ['give', 'take'] as const) {
    addTokenOptions(role.command(`${verb} <name> <role>`))
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
  verb: 'give' | 'take',
  { name, role }: { readonly name: string; readonly role: string },
  { json, list, allLists }: RoleOptions,
  command: Command,
): Promise<void> {
  const lists = { ...(list !== undefined && { list }), ...(allLists !== undefined && { allLists }) }
  const user = await withPeople(command, (people) =>
    people.changeRoles(verb, { ...lists, name, role }),
  )
  const told = verb === 'give' ? 'given to' : 'taken from'
  process.stdout.write(json === true ? printJson(user) : `${role} ${told} ${name}\n`)
}
