import type { Command } from 'commander'
import { printJson } from './print-table.ts'
import { exitCodeOf, printOutcome } from './proposals/outcome.ts'
import type { ProposeReportsAsked } from './reports/report-deeds.ts'
import { withReports } from './reports/with-reports.ts'
import type { ProposedReports } from './reports/propose-reports.ts'
import { EXIT } from './run-program.ts'

export interface ProposeReportsOptions extends Omit<ProposeReportsAsked, 'reports'> {
  readonly json?: boolean
}

/** `report propose`. */
export async function proposeReported(
  ids: readonly string[],
  options: ProposeReportsOptions,
  command: Command,
): Promise<void> {
  const proposed = await withReports(command, (reports) =>
    reports.propose({ ...saidOf(options), reports: ids }),
  )
  const { outcome } = proposed
  process.stdout.write(options.json === true ? printJson(proposed) : told(proposed))
  process.exitCode = outcome === null ? EXIT.fine : exitCodeOf(outcome)
}

const SAID = [
  ...(['reason', 'basis', 'evidence', 'evidenceSha256', 'kind', 'action', 'category'] as const),
  ...(['reference', 'urgent', 'acknowledge', 'override'] as const),
] as const

/** What was given of what a proposal says. */
function saidOf(options: ProposeReportsOptions): Omit<ProposeReportsAsked, 'reports'> {
  return Object.fromEntries(
    SAID.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  )
}

function told({ list, outcome, reports, listed }: ProposedReports): string {
  return [
    ...(listed.length === 0 ? [] : [`${list} has got it meanwhile: ${listed.join(', ')}\n`]),
    ...(reports.length === 0 ? [] : [`proposed for ${list}: ${reports.join(', ')}\n`]),
    ...(outcome === null ? [] : [printOutcome(outcome)]),
  ].join('')
}
