import { type Command, Option } from 'commander'
import { ENTRY_ACTIONS, ENTRY_KINDS } from '../core/entry.ts'
import { Fault } from '../core/fault.ts'
import { printSuggestion } from '../core/nearest.ts'
import { IMPORT_FORMATS } from '../formats/in/import-format.ts'
import type { ConvertOptions } from './convert-lists.ts'

const EXAMPLES = `
Examples:
  bailiwick convert upstream.txt --to rpz -o upstream.rpz
  bailiwick convert a.txt b.txt --to rpz -o list.rpz --to hosts -o list.hosts --report refused.tsv
  curl -s https://lists.example/ads.txt | bailiwick convert - --to unbound > ads.conf

Reads files, or standard input as -, recognises their format, joins them, sorts and writes them.
Lines that are no entry are counted on stderr, and told in full by --report: file, line, refused or
unsupported, reason, text. What is no list at all is refused, and nothing is written.`

export function register(program: Command): void {
  program
    .command('convert')
    .description('compile lists from one format to another, with no authority and no database')
    .argument('<file...>', 'lists to read; - for standard input')
    .addOption(
      new Option('--from <format>', 'format of the files')
        .choices(FROM)
        .argParser(parseFrom)
        .default('auto'),
    )
    .requiredOption('--to <format>', 'format to write, may be given several times', append)
    .option(
      '-o, --output <file>',
      'where to write it: one for each --to, in order; default: stdout',
      append,
    )
    .addOption(new Option('--kind <kind>', 'take every name as this').choices(ENTRY_KINDS))
    .option(
      '--action <action>',
      `for lines that do not say: ${ENTRY_ACTIONS.join(', ')}; redirect=TARGET,… says where to`,
    )
    .option('--zone <origin>', 'origin of a zone that is written')
    .option('--from-zone <origin>', 'origin of a zone that is read and does not tell its own')
    .option('--title <text>', 'title in the head of what is written')
    .option('--serial <number>', 'serial in the head, and of a zone', parseSerial, 1)
    .option('--report <file>', 'write every refused and unsupported line there, tab-separated')
    .option('--strict', 'exit with 1 when a line was refused')
    .option('--json', 'print the summary on stderr as JSON')
    .option('-q, --quiet', 'print no summary')
    .addHelpText('after', EXAMPLES)
    .action(convert)
}

function append(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

const FROM = ['auto', ...IMPORT_FORMATS] as const

function parseFrom(text: string): (typeof FROM)[number] {
  const found = FROM.find((format) => format === text)
  if (found !== undefined) return found
  throw new Fault(
    'usage/invalid',
    `expected --from to be one of ${FROM.join(', ')}, got ${JSON.stringify(text)}${printSuggestion(text, FROM)}`,
  )
}

function parseSerial(text: string): number {
  const serial = /^\d{1,10}$/.test(text) ? Number(text) : NaN
  if (serial >= 1 && serial < 2 ** 32) return serial
  throw new Fault(
    'usage/invalid',
    `expected --serial to be 1 to 4294967295, got ${JSON.stringify(text)}`,
  )
}

// The work is loaded only when it is asked for: every other command starts without it.
async function convert(files: string[], options: ConvertOptions): Promise<void> {
  const { convertLists } = await import('./convert-lists.ts')
  await convertLists(files, options)
}
