import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { addTokenOptions } from './global-options.ts'
import type { ToldPasskey } from './people/people-deeds.ts'
import { withPeople } from './people/with-people.ts'
import { printJson, printTable, printTime } from './print-table.ts'

/** Adds `user passkey`. */
export function registerPasskeys(user: Command): void {
  const passkey = user.command('passkey').description('what a user signs in with beside a password')
  addTokenOptions(passkey.command('ls <name>'))
    .description('the passkeys of a user')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick user passkey ls anna')
    .action(listPasskeys)
  addTokenOptions(passkey.command('rm <name> <number>'))
    .description('remove a lost passkey; ends all sessions that passkeys of the user began')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick user passkey rm anna 3')
    .action(removePasskey)
}

interface JsonOption {
  readonly json?: boolean
}

async function listPasskeys(name: string, { json }: JsonOption, command: Command): Promise<void> {
  print(await withPeople(command, (people) => people.passkeys(name)), json)
}

async function removePasskey(
  name: string,
  text: string,
  { json }: JsonOption,
  command: Command,
): Promise<void> {
  if (!/^[1-9]\d{0,14}$/.test(text)) {
    throw new Fault(
      'usage/invalid',
      `expected the number of a passkey, got ${JSON.stringify(text)}: «bailiwick user passkey ls ${name}» shows them`,
    )
  }
  const left = await withPeople(command, (people) => people.removePasskey(name, Number(text)))
  if (json === true) print(left, json)
  else process.stdout.write(`removed passkey ${text} of ${name}\n`)
}

function print(passkeys: readonly ToldPasskey[], json = false): void {
  const rows = passkeys.map(({ passkey, name, createdAt, lastUsedAt }) => [
    ...[String(passkey), name, printTime(createdAt)],
    lastUsedAt === null ? 'never' : printTime(lastUsedAt),
  ])
  const head = ['NUMBER', 'NAME', 'ADDED', 'LAST USED']
  process.stdout.write(json ? printJson({ passkeys }) : printTable([head, ...rows]))
}
