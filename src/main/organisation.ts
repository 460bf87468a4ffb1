import type { Command } from 'commander'
import { ORGANISATION_KINDS } from '../core/person.ts'
import { addTokenOptions } from './global-options.ts'
import { withPeople } from './people/with-people.ts'
import { printJson, printTable, printTime } from './print-table.ts'

/** Adds `organisation`. */
export function register(program: Command): void {
  const organisation = program
    .command('organisation')
    .description('to whom users belong: approvals are counted by it')
  addTokenOptions(organisation.command('add <name>'))
    .description('add an organisation; it keeps its name for ever')
    .requiredOption('--kind <kind>', ORGANISATION_KINDS.join(', '))
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick organisation add "Example CERT" --kind cert')
    .action(addOrganisation)
  addTokenOptions(organisation.command('ls'))
    .description('all organisations')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick organisation ls')
    .action(listOrganisations)
}

interface JsonOption {
  readonly json?: boolean
}

async function addOrganisation(
  name: string,
  { kind, json }: JsonOption & { readonly kind: string },
  command: Command,
): Promise<void> {
  const added = await withPeople(command, (people) => people.addOrganisation({ name, kind }))
  process.stdout.write(json === true ? printJson(added) : `added ${added.name} (${added.kind})\n`)
}

async function listOrganisations({ json }: JsonOption, command: Command): Promise<void> {
  const all = await withPeople(command, (people) => people.organisations())
  const rows = all.map(({ name, kind, createdAt }) => [name, kind, printTime(createdAt)])
  process.stdout.write(
    json === true
      ? printJson({ organisations: all })
      : printTable([['NAME', 'KIND', 'ADDED'], ...rows]),
  )
}
