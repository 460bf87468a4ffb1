import { InvalidArgumentError, type Command } from 'commander'
import { acceptFiles } from './key-accept.ts'
import { changeRoles, type ChangeOptions } from './key-change.ts'
import { registerDrafts } from './key-drafts.ts'
import { forgetKey } from './key-forget.ts'
import { registerHolder } from './key-holder.ts'
import { listKeys } from './key-ls.ts'
import { renew } from './key-renew.ts'

/** Adds `key`. */
export function register(program: Command): void {
  const key = program.command('key').description('the keys that sign: show, add, replace')
  key
    .command('ls')
    .description('all keys, what they sign for, whether they are on this host, and what waits')
    .option('--json', 'print the keys as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick key ls')
    .action(listKeys)
  const changes = [
    ['add', 'give a role more keys'],
    ['rotate', 'replace all keys of a role by new ones'],
  ] as const
  for (const [change, description] of changes) {
    key
      .command(`${change} <role...>`)
      .description(description)
      .option('--threshold <n>', 'how many of its keys must sign from now on', parseThreshold)
      .option('--public <file...>', 'public files of keys that others hold («bailiwick key make»)')
      .option('--token <uri>', 'make the new keys in a PKCS#11 token: its pkcs11: URI')
      .option('--existing', 'take the key that --token names, and make none')
      .option('--json', 'print what was done as JSON')
      .addHelpText('after', change === 'add' ? ADD_HELP : ROTATE_HELP + TOKEN_HELP)
      .action((roles: string[], options: ChangeOptions, command: Command) =>
        changeRoles({ roles, change }, options, command),
      )
  }
  registerRest(key)
  registerDrafts(key)
  registerHolder(key)
}

function registerRest(key: Command): void {
  key
    .command('renew <role>')
    .description('sign root or targets again, as they are, before they expire')
    .option('--json', 'print what was done as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick key renew root')
    .action(renew)
  key
    .command('accept <file...>')
    .description('take signatures that holders have made; commit what has enough of them')
    .option('--json', 'print what was done as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick key accept alice.signatures.json')
    .action(acceptFiles)
  key
    .command('forget <key>')
    .description('remove the file of a replaced key from this host')
    .addHelpText(
      'after',
      `
Of the log, this ends the time in which the old key signs beside the new one: readers and witnesses that know the old one alone
stop then.

Example:
  bailiwick key forget 1a2b3c4d5e6f7a8b`,
    )
    .action(forgetKey)
}

const WHERE = `
Where the keys that must sign are not all on this host, nothing is signed: it becomes a draft for their holders
(«bailiwick key drafts»).`

const ADD_HELP = `
Roles: root, targets, snapshot, timestamp, or a list (its id).
Agents follow by themselves: the next root is signed by the old keys and the new.
${WHERE}

Examples:
  bailiwick key add root --threshold 2
  bailiwick key add root --public alice.json bob.json --threshold 2`

const ROTATE_HELP = `
Roles: root, targets, snapshot, timestamp, export, log, or a list (its id).
Several of root, targets, snapshot and timestamp are changed in one root.
Agents follow by themselves: the next root is signed by the old keys and the new.
${WHERE}

Examples:
  bailiwick key rotate snapshot timestamp
  bailiwick key rotate root --public alice.json bob.json carol.json --threshold 2`

const TOKEN_HELP = `
  bailiwick key rotate timestamp --token 'pkcs11:token=online?module-path=/usr/lib/softhsm/libsofthsm2.so'

The PIN of a token comes from BAILIWICK_PIN, the systemd credential bailiwick-pin, or the file of pin-source in the URI.`

function parseThreshold(text: string): number {
  if (/^[1-9][0-9]?$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a number from 1 to 99')
}
