import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import type { Passkey } from '../store/passkey-store.ts'
import { globalOptions } from './global-options.ts'
import { managing } from './people/managing.ts'
import { printJson, printTable, printTime } from './print-table.ts'
import { findUser } from './user-views.ts'

/** Adds `user passkey`. */
export function registerPasskeys(user: Command): void {
  const passkey = user.command('passkey').description('what a user signs in with beside a password')
  passkey
    .command('ls <name>')
    .description('the passkeys of a user')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick user passkey ls anna')
    .action(listPasskeys)
  passkey
    .command('rm <name> <number>')
    .description('remove a lost passkey; ends all sessions that passkeys of the user began')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick user passkey rm anna 3')
    .action(removePasskey)
}

interface JsonOption {
  readonly json?: boolean
}

async function listPasskeys(name: string, { json }: JsonOption, command: Command): Promise<void> {
  const { withStore } = await import('./find-list.ts')
  await withStore(globalOptions(command).data, (store) => {
    const all = store.passkeys.ofUser(findUser(store, name).id)
    const rows = all.map(({ number, name: own, createdAt, lastUsedAt }) => [
      ...[String(number), own, printTime(createdAt)],
      lastUsedAt === null ? 'never' : printTime(lastUsedAt),
    ])
    process.stdout.write(
      json === true
        ? printJson({ passkeys: all.map(publicPasskey) })
        : printTable([['NUMBER', 'NAME', 'ADDED', 'LAST USED'], ...rows]),
    )
  })
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
  const { removePasskey: remove } = await import('./people/manage-users.ts')
  await managing(command, (deps) => {
    const removed = remove(deps, name, Number(text))
    return json === true
      ? printJson(publicPasskey(removed))
      : `removed passkey ${text} of ${name}\n`
  })
}

/** A passkey as it is shown outside. */
function publicPasskey({ number, name, createdAt, lastUsedAt }: Passkey): object {
  return { passkey: number, name, createdAt, lastUsedAt }
}
