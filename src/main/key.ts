import { InvalidArgumentError, type Command } from 'commander'
import { changeRole, type ChangeOptions } from './key-change.ts'
import { listKeys } from './key-ls.ts'

/** Adds `key`. */
export function register(program: Command): void {
  const key = program.command('key').description('the keys that sign: show, add, replace')
  key
    .command('ls')
    .description('all keys, what they sign for, and whether they are on this host')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick key ls')
    .action(listKeys)
  const changes = [
    ['add', 'give a role one more key'],
    ['rotate', 'replace all keys of a role by new ones'],
  ] as const
  for (const [change, description] of changes) {
    key
      .command(`${change} <role>`)
      .description(description)
      .option('--threshold <n>', 'how many of its keys must sign from now on', parseThreshold)
      .option('--json', 'print what was done as JSON')
      .addHelpText('after', HELP)
      .action((role: string, options: ChangeOptions, command: Command) =>
        changeRole({ role, change }, options, command),
      )
  }
}

const HELP = `
Roles: root, targets, snapshot, timestamp, export, or a list (its id).
Agents follow by themselves: the next root is signed by the old keys and the new.

Examples:
  bailiwick key rotate timestamp
  bailiwick key add root --threshold 2`

function parseThreshold(text: string): number {
  if (/^[1-9][0-9]?$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a number from 1 to 99')
}
