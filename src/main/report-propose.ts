import type { Command } from 'commander'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { newReference } from './new-reference.ts'
import { printJson } from './print-table.ts'
import { openDeciding } from './proposals/open-deciding.ts'
import { exitCodeOf, printOutcome } from './proposals/outcome.ts'
import { publishSettled } from './proposals/publish-decided.ts'
import { proposeReports, type ProposedReports } from './reports/propose-reports.ts'
import { EXIT } from './run-program.ts'

export interface ProposeReportsOptions {
  readonly reason?: string
  readonly basis?: string
  readonly evidence?: string
  readonly evidenceSha256?: string
  readonly kind?: string
  readonly action?: string
  readonly category?: string
  readonly reference?: string
  readonly urgent?: boolean
  readonly acknowledge?: readonly string[]
  readonly override?: string
  readonly json?: boolean
}

/** `report propose`. */
export async function proposeReported(
  ids: readonly string[],
  options: ProposeReportsOptions,
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  const { kind, action, category, reason = '', urgent = false } = options
  await withStore(
    data,
    async (store) => {
      const deciding = openDeciding({ data, store }, actor)
      const proposed = proposeReports(deciding, {
        ...{ ids, kind, action, category, reason, urgent },
        reference: options.reference ?? newReference(),
        legalBasis: options.basis ?? '',
        evidence: options.evidence ?? '',
        evidenceSha256: options.evidenceSha256 ?? '',
        acknowledged: options.acknowledge ?? [],
        override: options.override ?? null,
      })
      const { outcome } = proposed
      const published =
        outcome === null ? null : await publishSettled({ data, store, actor }, outcome)
      process.stdout.write(
        options.json === true ? printJson({ ...proposed, published }) : told(proposed),
      )
      process.exitCode = outcome === null ? EXIT.fine : exitCodeOf(outcome)
    },
    { actor },
  )
}

function told({ list, outcome, reports, listed }: ProposedReports): string {
  return [
    ...(listed.length === 0 ? [] : [`${list} has got it meanwhile: ${listed.join(', ')}\n`]),
    ...(reports.length === 0 ? [] : [`proposed for ${list}: ${reports.join(', ')}\n`]),
    ...(outcome === null ? [] : [printOutcome(outcome)]),
  ].join('')
}
