import { Option, type Command } from 'commander'
import { APPEAL_STATES } from '../core/appeal.ts'
import type { AcceptOptions, AnswerOptions } from './appeal-answer.ts'
import type { ListAppealsOptions } from './appeal-ls.ts'
import { addTokenOptions } from './global-options.ts'
import { parseNumber } from './parse-number.ts'
import { parseReason } from './proposals/term-options.ts'

/** Each verb's work is in a file of its own, which is loaded when it runs. */
export function register(program: Command): void {
  const appeal = program
    .command('appeal')
    .description('what people say who are blocked wrongly (docs/spec/appeals.md)')
  registerReading(appeal)
  registerAnswers(appeal)
}

function registerReading(appeal: Command): void {
  addTokenOptions(appeal.command('ls'))
    .description('appeals that you may see; open ones oldest first')
    .addOption(new Option('--state <state>', 'in this state alone').choices(APPEAL_STATES))
    .option('--limit <n>', 'at most so many', parseNumber, 50)
    .option('--after <id>', 'those that follow this one in the order in which they are shown')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick appeal ls --state open')
    .action(async (options: ListAppealsOptions, command: Command) => {
      const { printAppeals } = await import('./appeal-ls.ts')
      await printAppeals(options, command)
    })
  addTokenOptions(appeal.command('show <id>'))
    .description('one appeal, the entries that it may be about, and what was done')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick appeal show a7')
    .action(async (id: string, options: { readonly json?: boolean }, command: Command) => {
      const { showAppeal } = await import('./appeal-show.ts')
      await showAppeal(id, options, command)
    })
  addTokenOptions(appeal.command('statistics'))
    .description(
      'how many appeals there are, and how long an outcome takes: what everybody may know',
    )
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick appeal statistics --json')
    .action(async (options: { readonly json?: boolean }, command: Command) => {
      const { printAppealStatistics } = await import('./appeal-statistics.ts')
      await printAppealStatistics(options, command)
    })
}

function registerAnswers(appeal: Command): void {
  answering(appeal, 'answer <id>', 'write to the appellant, or a note among those who decide')
    .option('--note', 'a note: the appellant is not told')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick appeal answer a7 --list phishing --text "which page is it about?"',
    )
    .action(async (id: string, options: AnswerOptions, command: Command) => {
      const { writeAnswer } = await import('./appeal-answer.ts')
      await writeAnswer(id, options, command)
    })
  answering(appeal, 'accept <id>', 'retire entries of a list at once, and say so')
    .option('--value <value...>', 'which entries; default: all of the list that fit')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick appeal accept a7 --list phishing --text "the page is clean"',
    )
    .action(async (id: string, options: AcceptOptions, command: Command) => {
      const { accept } = await import('./appeal-answer.ts')
      await accept(id, options, command)
    })
  answering(appeal, 'refuse <id>', 'refuse, with a reason for the appellant')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick appeal refuse a7 --list phishing --text "it still imitates a bank"',
    )
    .action(async (id: string, options: AnswerOptions, command: Command) => {
      const { refuse } = await import('./appeal-answer.ts')
      await refuse(id, options, command)
    })
}

function answering(appeal: Command, usage: string, description: string): Command {
  return addTokenOptions(appeal.command(usage))
    .description(description)
    .requiredOption('--text <text>', 'what is said', parseReason)
    .option('--list <list>', 'for which list; default: the one that has an entry which fits')
    .option('--json', 'print the appeal as JSON')
}
