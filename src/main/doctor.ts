import type { Command } from 'commander'
import { globalOptions } from './global-options.ts'
import { printJson } from './print-table.ts'
import { EXIT } from './run-program.ts'

/** Adds `doctor`. */
export function register(program: Command): void {
  program
    .command('doctor')
    .description(
      'check the whole data folder: database, history, keys, what is published, disk, clock',
    )
    .option('--repair', 'make published files that are missing or wrong again, then check')
    .option('--json', 'print the checks as JSON')
    .addHelpText(
      'after',
      `
Without --repair changes nothing. Reads everything: minutes for millions of entries. Exit code 1 when something is wrong.

Example:
  bailiwick doctor`,
    )
    .action(doctor)
}

interface DoctorOptions {
  readonly repair?: boolean
  readonly json?: boolean
}

async function doctor(options: DoctorOptions, command: Command): Promise<void> {
  const { data } = globalOptions(command)
  const { checkAuthority, repairPublished } = await import('./check-authority.ts')
  if (options.repair === true) await repairPublished(data)
  const checks = await checkAuthority(data, { env: process.env, now: () => new Date() })
  if (checks.some(({ findings }) => findings.length > 0)) process.exitCode = EXIT.findings
  if (options.json === true) {
    process.stdout.write(printJson(checks))
    return
  }
  for (const { check, findings } of checks) {
    const told = findings.map((finding) => `bad   ${check}: ${finding}\n`)
    process.stdout.write(findings.length === 0 ? `ok    ${check}\n` : told.join(''))
  }
}
