import type { Command } from 'commander'
import type { Proposed } from './proposals/deeds.ts'
import { exitCodeOf } from './proposals/outcome.ts'
import { printEffect, printProposed } from './proposals/print-proposed.ts'
import { saidTerms, type TermOptions } from './proposals/term-options.ts'
import { withDeeds } from './proposals/with-deeds.ts'
import { printJson } from './print-table.ts'

export interface RetireOptions extends TermOptions {
  readonly kind?: string
  readonly json?: boolean
}

/** `entry retire`: proposes a retirement; an urgent one is always one person's decision, for a wrong entry harms as long as it stands. */
export async function retireEntry(
  list: string,
  value: string,
  options: RetireOptions,
  command: Command,
): Promise<void> {
  const { kind, json } = options
  const written = { value, ...(kind !== undefined && { kind }) }
  const retired = await withDeeds(command, (deeds) =>
    deeds.propose({ ...saidTerms(options), list, act: 'retire', entries: [written] }),
  )
  const { outcome, entries, published } = retired
  const { decision, proposal, state, missing } = outcome
  process.stdout.write(
    json === true
      ? printJson({ list, decision, proposal, state, missing, entries, published })
      : told(retired) + printProposed(retired),
  )
  process.exitCode = exitCodeOf(outcome)
}

function told(retired: Proposed): string {
  const { decision, list } = retired.outcome
  const lines = retired.entries.map(({ value, kind }) =>
    decision === null
      ? `proposed to retire ${value} (${kind}) from ${list}\n`
      : `retired ${value} (${kind}) from ${list}: decision ${decision}\n`,
  )
  return lines.join('') + (decision === null ? '' : printEffect(retired))
}
