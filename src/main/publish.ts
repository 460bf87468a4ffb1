import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { EXIT } from './run-program.ts'
import { addTokenOptions } from './global-options.ts'
import { printJson } from './print-table.ts'
import { TREE_REKEYED } from './tree-rekeyed.ts'
import type { PublishReport } from './publish-deeds.ts'
import { withPublishing } from './with-publishing.ts'

/** Adds `publish`. */
export function register(program: Command): void {
  addTokenOptions(program.command('publish [list...]'))
    .description('sign and publish the next serial of each list that has changes')
    .option(
      '--dry-run',
      'say what would be published, and write nothing; exit code 1 if the guard would stop it',
    )
    .option(
      '--override <reason>',
      'publish although the circuit breaker (guard) stops it; kept with the serial',
    )
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      `
Examples:
  bailiwick publish                     all lists that have changes
  bailiwick publish phishing --dry-run
  bailiwick publish phishing --override "upstream really lost 40 %, see ticket 17"`,
    )
    .action(publish)
}

interface PublishFlags {
  readonly dryRun?: boolean
  readonly override?: string
  readonly json?: boolean
}

async function publish(ids: string[], flags: PublishFlags, command: Command): Promise<void> {
  const isDryRun = flags.dryRun === true
  const override = overrideOf(flags)
  const reports: readonly PublishReport[] = await withPublishing(command, (publishing) =>
    isDryRun ? publishing.plan(ids) : publishing.publish(ids, override),
  )
  if (flags.json === true) process.stdout.write(printJson(reports.map(jsonOf)))
  else process.stdout.write(reports.map((report) => told(report, isDryRun)).join(''))
  for (const report of reports) {
    if (report.outcome !== 'refused') {
      if (isDryRun && report.findings.length > 0) process.exitCode = EXIT.findings
      continue
    }
    process.stderr.write(`bailiwick: ${report.fault.message} (${report.fault.code})\n`)
    process.exitCode = EXIT.fault
  }
}

function overrideOf({ override }: PublishFlags): string | null {
  if (override === undefined) return null
  if (override.trim() !== '') return override.trim()
  throw new Fault('usage/invalid', 'expected a reason after --override, got nothing')
}

function jsonOf(report: PublishReport): object {
  if (report.outcome !== 'refused') return report
  const { list, outcome, fault } = report
  return { list, outcome, code: fault.code, message: fault.message }
}

function told(report: PublishReport, isDryRun: boolean): string {
  if (report.outcome === 'refused') return ''
  const { list, outcome, serial, entries, added, removed, isRedefined, findings } = report
  if (outcome === 'unchanged') {
    return `${list}: nothing to publish${serial === null ? '' : `, serial ${serial} stands`}\n`
  }
  const verb = isDryRun ? 'would be' : 'is'
  const definition = isRedefined ? ', new definition' : ''
  const breaker = findings.map((text) => `  the circuit breaker: it would ${text}\n`).join('')
  const tree = report.isTreeRekeyed ? `  ${TREE_REKEYED}\n` : ''
  return `${list}: serial ${serial ?? 0} ${verb} published: ${entries} entries, +${added} -${removed}${definition}\n${breaker}${tree}`
}
