import type { Command } from 'commander'
import type { Proposed } from './proposals/deeds.ts'
import { exitCodeOf } from './proposals/outcome.ts'
import { printEffect, printNotes, printProposed } from './proposals/print-proposed.ts'
import { saidTerms, type TermOptions } from './proposals/term-options.ts'
import { withDeeds } from './proposals/with-deeds.ts'
import { printJson } from './print-table.ts'

export interface AmendOptions extends Omit<TermOptions, 'urgent'> {
  readonly kind?: string
  readonly action?: string
  readonly json?: boolean
}

/** `entry amend`: proposes that entries keep value and kind and change the rest. */
export async function amendEntry(
  list: string,
  value: string,
  options: AmendOptions,
  command: Command,
): Promise<void> {
  const { kind, action, category, reference, json } = options
  const written = { value, ...(kind !== undefined && { kind }) }
  const change = {
    ...(action !== undefined && { action }),
    ...(category !== undefined && { category }),
    ...(reference !== undefined && { reference }),
  }
  const amended = await withDeeds(command, (deeds) =>
    deeds.propose({ ...saidTerms(options), list, act: 'amend', entries: [written], ...change }),
  )
  const { outcome, entries } = amended
  const { decision, proposal, state, missing, findings } = outcome
  if (json !== true) process.stderr.write(printNotes(outcome))
  process.stdout.write(
    json === true
      ? printJson({ list, decision, proposal, state, missing, findings, entries })
      : told(amended) + printProposed(amended),
  )
  process.exitCode = exitCodeOf(outcome)
}

function told(amended: Proposed): string {
  const { decision, list } = amended.outcome
  const lines = amended.entries.map(({ value, kind, action, category, reference }) => {
    const what = `${value} (${kind}, ${action}, category ${category || '-'}, reference ${reference || '-'}) on ${list}`
    return decision === null
      ? `proposed to amend ${what}\n`
      : `amended ${what}: decision ${decision}\n`
  })
  return lines.join('') + (decision === null ? '' : printEffect(amended))
}
