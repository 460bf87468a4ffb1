import { Option, type Command } from 'commander'
import { REPORT_STATES } from '../core/report.ts'
import { addTokenOptions } from './global-options.ts'
import type { AddReportOptions } from './report-add.ts'
import type { AnswerOptions } from './report-answer.ts'
import type { ListReportsOptions } from './report-ls.ts'
import type { ProposeReportsOptions } from './report-propose.ts'
import { parseNumber } from './parse-number.ts'
import { parseCodes, parseReason } from './proposals/term-options.ts'

/** Each verb's work is in a file of its own, which is loaded when it runs. */
export function register(program: Command): void {
  const report = program
    .command('report')
    .description('what hotlines and partners want listed (docs/spec/reports.md)')
  registerAdd(report)
  registerImport(report)
  registerReading(report)
  registerPropose(report)
  registerAnswers(report)
}

function registerAdd(report: Command): void {
  addTokenOptions(report.command('add <value>'))
    .description('report a name, URL or address')
    .requiredOption('--reason <text>', 'why it should be listed', parseReason)
    .option('--id <text>', 'your own id of it; the same again is the same report')
    .option('--list <list>', 'for which list; default: the one that takes its category')
    .option('--kind <kind>', 'domain, host, subdomains, url or ip; default: by the value')
    .option('--category <name>', "one of the list's categories")
    .option('--evidence <text>', 'where the evidence lies; never the evidence')
    .option('--evidence-sha256 <hex>', 'SHA-256 of the evidence')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick report add login.bad.example --list phishing --id T-4711 --reason "imitates a bank"',
    )
    .action(async (value: string, options: AddReportOptions, command: Command) => {
      const { addReport } = await import('./report-add.ts')
      await addReport(value, options, command)
    })
}

function registerImport(report: Command): void {
  addTokenOptions(report.command('import <file>'))
    .description('report everything in a file of JSON Lines; each line has its own outcome')
    .option('--json', 'print the outcomes as JSON')
    .addHelpText(
      'after',
      '\nA line is an object: externalId, value, reason; list, kind, category, evidence, evidenceSha256.\n\nExample:\n  bailiwick report import reports.jsonl',
    )
    .action(async (file: string, options: { readonly json?: boolean }, command: Command) => {
      const { importReports } = await import('./report-import.ts')
      await importReports(file, options, command)
    })
}

function registerReading(report: Command): void {
  addTokenOptions(report.command('ls'))
    .description('reports that you may see; open ones oldest first')
    .addOption(new Option('--state <state>', 'of this state alone').choices(REPORT_STATES))
    .option('--list <list>', 'of this list alone')
    .option('--id <text>', 'the one that has this id of yours')
    .option('--limit <n>', 'at most so many', parseNumber, 50)
    .option('--after <id>', 'those that follow this one in the order in which they are shown')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick report ls --state open --list phishing')
    .action(async (options: ListReportsOptions, command: Command) => {
      const { printReports } = await import('./report-ls.ts')
      await printReports(options, command)
    })
  addTokenOptions(report.command('show <id>'))
    .description('one report, and what became of it')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick report show r12')
    .action(async (id: string, options: { readonly json?: boolean }, command: Command) => {
      const { showReport } = await import('./report-show.ts')
      await showReport(id, options, command)
    })
}

function registerPropose(report: Command): void {
  addTokenOptions(report.command('propose <id...>'))
    .description('make one proposal of open reports; those of others that ask the same go with it')
    .option('--reason <text>', 'why; default: what the reports say', parseReason)
    .option('--basis <text>', "legal basis; default: the list's")
    .option('--evidence <text>', 'where the evidence lies; default: as reported')
    .option('--evidence-sha256 <hex>', 'SHA-256 of the evidence')
    .option('--kind <kind>', 'domain, host or subdomains, for all names')
    .option('--action <action>', "what a resolver does; default: the list's")
    .option('--category <name>', 'another category, for all')
    .option('--reference <code>', 'public code of the entries; default: a new one')
    .option('--urgent', 'publish as soon as it is decided, where the list allows that')
    .option('--acknowledge <codes>', 'warnings that were seen, by code', parseCodes)
    .option('--override <reason>', 'list it although a guard stops it', parseReason)
    .option('--json', 'print what was proposed as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick report propose r12 r13 --reason "one campaign"')
    .action(async (ids: string[], options: ProposeReportsOptions, command: Command) => {
      const { proposeReported } = await import('./report-propose.ts')
      await proposeReported(ids, options, command)
    })
}

function registerAnswers(report: Command): void {
  addTokenOptions(report.command('reject <id...>'))
    .description('reject open reports; the reporters see the reason')
    .requiredOption('--reason <text>', 'why', parseReason)
    .option('--json', 'print what was done as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick report reject r12 --reason "a parked page"')
    .action(async (ids: string[], options: AnswerOptions, command: Command) => {
      const { rejectReported } = await import('./report-answer.ts')
      await rejectReported(ids, options, command)
    })
  addTokenOptions(report.command('withdraw <id...>'))
    .description('take back what your organisation has reported, while it waits')
    .option('--reason <text>', 'why', parseReason)
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick report withdraw r12 --reason "a mistake of ours"',
    )
    .action(async (ids: string[], options: AnswerOptions, command: Command) => {
      const { withdrawReported } = await import('./report-answer.ts')
      await withdrawReported(ids, options, command)
    })
}
