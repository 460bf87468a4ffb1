import { InvalidArgumentError, type Command } from 'commander'
import type { PopularFacts } from '../curation/guards/popular-sites.ts'
import { globalOptions } from './global-options.ts'
import { printJson, printTable } from './print-table.ts'

/** Adds `popular`. */
export function register(program: Command): void {
  const noun = program
    .command('popular')
    .description('the file of top sites that guards compare with (docs/spec/guards.md)')
  noun
    .command('load <file>')
    .description('read a ranking (CSV: rank,name), and keep what guards need of it')
    .option('--source <text>', 'who made it; default: the name of the file')
    .option(
      '--date <day>',
      'the day it is of, YYYY-MM-DD; default: when the file was last changed',
      parseDay,
    )
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      `
Nothing is fetched by itself. https://tranco-list.eu/, Umbrella and Majestic publish such files; unpack them first. The first
1000000 names are taken. Load a new one every month.

Example:
  bailiwick popular load top-1m.csv --source "Tranco ABCD1" --date 2030-01-31`,
    )
    .action(loadRanking)
  noun
    .command('show')
    .description(
      'which file is loaded, and how old it is; exit code 1 when there is none, or an old one',
    )
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick popular show')
    .action(showRanking)
}

function parseDay(text: string): string {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : NaN
  if (!Number.isNaN(at) && new Date(at).toISOString().startsWith(text)) return text
  throw new InvalidArgumentError('expected a day such as 2030-01-31.')
}

interface LoadFlags {
  readonly source?: string
  readonly date?: string
  readonly json?: boolean
}

async function loadRanking(file: string, options: LoadFlags, command: Command): Promise<void> {
  const { assertMay } = await import('./assert-may.ts')
  const { withStore } = await import('./find-list.ts')
  const { loadPopular } = await import('./load-popular.ts')
  const { data, actor } = globalOptions(command)
  const { facts, refused, isCut } = await withStore(data, (store) => {
    assertMay(store, { actor, acts: ['manage-register'] })
    return loadPopular(data, file, options)
  })
  if (options.json === true) {
    process.stdout.write(printJson({ ...facts, refused, isCut }))
    return
  }
  const rest = isCut ? '; what is behind them was left' : ''
  process.stdout.write(
    `loaded ${facts.names} sites of ${facts.source}, ${facts.date}; ${refused} lines were no name${rest}\n`,
  )
}

async function showRanking(options: { readonly json?: boolean }, command: Command): Promise<void> {
  const { openPopular } = await import('./guard-deps.ts')
  const { ageInDays, checkPopularFile } = await import('../curation/guards/check-popular.ts')
  const { GUARD_LIMITS } = await import('../curation/guards/guard-limits.ts')
  const { EXIT } = await import('./run-program.ts')
  const { printFinding } = await import('./told-guards.ts')
  const popular = openPopular(globalOptions(command).data)
  const today = new Date().toISOString().slice(0, 10)
  const findings = checkPopularFile(popular, today, GUARD_LIMITS)
  if (findings.length > 0) process.exitCode = EXIT.findings
  const facts = popular?.facts ?? null
  if (options.json === true) {
    const days = facts === null ? null : ageInDays(facts, today)
    process.stdout.write(printJson({ loaded: facts, days, findings }))
    return
  }
  if (facts !== null) process.stdout.write(told(facts, ageInDays(facts, today)))
  for (const finding of findings) process.stdout.write(`${printFinding(finding)}\n`)
}

function told({ source, date, names, sha256 }: PopularFacts, days: number): string {
  return printTable([
    ['source', source],
    ['date', `${date}, ${days} days ago`],
    ['sites', String(names)],
    ['sha256', sha256],
  ])
}
