import { InvalidArgumentError, Option, type Command } from 'commander'
import { ENTRY_ACTIONS, ENTRY_KINDS } from '../core/entry.ts'
import type { AddOptions } from './entry-add.ts'
import type { ImportOptions } from './entry-import.ts'
import type { RetireOptions } from './entry-retire.ts'
import type { ShowOptions } from './entry-show.ts'

/** Each verb's work is in a file of its own, which is loaded when it runs. */
export function register(program: Command): void {
  const entry = program.command('entry').description('decide what is listed, and show why')
  registerAdd(entry)
  registerRetire(entry)
  registerShow(entry)
  registerImport(entry)
}

function registerAdd(entry: Command): void {
  entry
    .command('add <list> <value>')
    .description('decide that a name, URL or address is listed')
    .addOption(
      new Option('--kind <kind>', 'default: what the value looks like').choices(ENTRY_KINDS),
    )
    .requiredOption('--reason <text>', 'why; kept, never published', parseReason)
    .option('--category <name>', "one of the list's categories")
    .option('--basis <text>', "legal basis; default: the list's")
    .option('--reference <code>', 'public code for stop pages and appeals; default: a random one')
    .addOption(new Option('--action <action>', "default: the list's action").choices(ENTRY_ACTIONS))
    .option('--evidence <text>', 'where the evidence lies; kept, never published')
    .option('--override <reason>', 'add it although a guard stops it', parseReason)
    .option('--json', 'print what was decided as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick entry add phishing login.bad.example --kind host --category phishing --reason "imitates a bank"',
    )
    .action(async (list: string, value: string, options: AddOptions, command: Command) => {
      const { addEntry } = await import('./entry-add.ts')
      await addEntry(list, value, options, command)
    })
}

function registerRetire(entry: Command): void {
  entry
    .command('retire <list> <value>')
    .description('decide that a value is no longer listed')
    .addOption(new Option('--kind <kind>', 'default: every kind of it').choices(ENTRY_KINDS))
    .requiredOption('--reason <text>', 'why; kept, never published', parseReason)
    .option('--urgent', 'publish the list at once')
    .option('--json', 'print what was decided as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick entry retire phishing bad.example --reason "cleaned, ticket 17" --urgent',
    )
    .action(async (list: string, value: string, options: RetireOptions, command: Command) => {
      const { retireEntry } = await import('./entry-retire.ts')
      await retireEntry(list, value, options, command)
    })
}

function registerShow(entry: Command): void {
  entry
    .command('show <value>')
    .description('on which lists a value is or was, since when, why; entries that cover it too')
    .option('--list <list>', 'on this list alone')
    .option('--at <serial|date>', 'what held at that serial, or at that time (ISO 8601)')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick entry show www.bad.example --at 2030-01-31')
    .action(async (value: string, options: ShowOptions, command: Command) => {
      const { showEntry } = await import('./entry-show.ts')
      await showEntry(value, options, command)
    })
}

function registerImport(entry: Command): void {
  entry
    .command('import <list> <file...>')
    .description('decide on whole files at once (docs/spec/import.md)')
    .option('--format <format>', 'default: recognised by content', 'auto')
    .addOption(
      new Option('--mode <mode>', 'mirror also retires what the files lack')
        .choices(['add', 'mirror'])
        .default('add'),
    )
    .addOption(
      new Option('--kind <kind>', 'for all names, instead of what the format means').choices(
        ENTRY_KINDS,
      ),
    )
    .option('--category <name>', 'for entries whose line has none')
    .option('--from-zone <origin>', 'origin of a zone that is read and does not tell its own')
    .requiredOption('--reason <text>', 'why; kept, never published', parseReason)
    .option('--basis <text>', "legal basis; default: the list's")
    .option('--reference <code>', 'public code of this import; default: a random one')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--report <file>', 'write every refused and unsupported line there, tab-separated')
    .option('--accept-shrink <reason>', 'mirror a file that has lost a large part')
    .option('--override <reason>', 'take all of it although guards stop it', parseReason)
    .option('--leave-out', 'take it without the new entries that guards stop')
    .option('--json', 'print what was decided as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick entry import malware upstream.txt --mode mirror --reason "daily mirror"',
    )
    .action(async (list: string, files: string[], options: ImportOptions, command: Command) => {
      const { importEntries } = await import('./entry-import.ts')
      await importEntries(list, files, options, command)
    })
}

/** It will stand in the history for ever; nothing at all explains nothing. */
function parseReason(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('expected a reason, got nothing.')
  return text
}
