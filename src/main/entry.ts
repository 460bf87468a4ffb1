import { Option, type Command } from 'commander'
import { ENTRY_ACTIONS, ENTRY_KINDS } from '../core/entry.ts'
import type { AddOptions } from './entry-add.ts'
import type { AmendOptions } from './entry-amend.ts'
import type { ImportOptions } from './entry-import.ts'
import type { RetireOptions } from './entry-retire.ts'
import type { ShowOptions } from './entry-show.ts'
import { addTokenOptions } from './global-options.ts'
import { addOverrideOption, addTermOptions } from './proposals/term-options.ts'

/** Each verb's work is in a file of its own, which is loaded when it runs. */
export function register(program: Command): void {
  const entry = program
    .command('entry')
    .description('propose and decide what is listed, and show why')
  registerAdd(entry)
  registerRetire(entry)
  registerAmend(entry)
  registerShow(entry)
  registerImport(entry)
}

function registerAdd(entry: Command): void {
  addTokenOptions(addOverrideOption(addTermOptions(entry.command('add <list> <value>'))))
    .description('propose that a name, URL or address is listed; decides it where that is enough')
    .addOption(
      new Option('--kind <kind>', 'default: what the value looks like').choices(ENTRY_KINDS),
    )
    .option('--category <name>', "one of the list's categories")
    .option('--reference <code>', 'public code for stop pages and appeals; default: a random one')
    .addOption(new Option('--action <action>', "default: the list's action").choices(ENTRY_ACTIONS))
    .option('--urgent', 'publish the list as soon as it is decided; where its definition allows it')
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
  addTokenOptions(addTermOptions(entry.command('retire <list> <value>')))
    .description('propose that a value is no longer listed; decides it where that is enough')
    .addOption(new Option('--kind <kind>', 'default: every kind of it').choices(ENTRY_KINDS))
    .option('--urgent', 'decide alone and publish the list at once')
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

function registerAmend(entry: Command): void {
  addTokenOptions(addOverrideOption(addTermOptions(entry.command('amend <list> <value>'))))
    .description('propose that an entry keeps value and kind and gets another action or code')
    .addOption(new Option('--kind <kind>', 'default: every kind of it').choices(ENTRY_KINDS))
    .addOption(new Option('--action <action>', 'what resolvers do with it').choices(ENTRY_ACTIONS))
    .option('--category <name>', "one of the list's categories; empty for none")
    .option('--reference <code>', 'public code for stop pages and appeals')
    .option('--json', 'print what was decided as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick entry amend phishing bad.example --category malware --reason "it spreads malware now"',
    )
    .action(async (list: string, value: string, options: AmendOptions, command: Command) => {
      const { amendEntry } = await import('./entry-amend.ts')
      await amendEntry(list, value, options, command)
    })
}

function registerShow(entry: Command): void {
  addTokenOptions(entry.command('show <value>'))
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
  addOverrideOption(addTermOptions(entry.command('import <list> <file...>')))
    .description('propose whole files at once (docs/spec/import.md)')
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
    .option('--reference <code>', 'public code of this import; default: a random one')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--report <file>', 'write every refused and unsupported line there, tab-separated')
    .option('--accept-shrink <reason>', 'mirror a file that has lost a large part')
    .option('--leave-out', 'take the rest, without the new entries that a guard stops')
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
