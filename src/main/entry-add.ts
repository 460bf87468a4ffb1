import type { Command } from 'commander'
import type { Proposed } from './proposals/deeds.ts'
import { exitCodeOf } from './proposals/outcome.ts'
import { printEffect, printNotes, printProposed } from './proposals/print-proposed.ts'
import { saidTerms, type TermOptions } from './proposals/term-options.ts'
import { withDeeds } from './proposals/with-deeds.ts'
import { printJson } from './print-table.ts'

export interface AddOptions extends TermOptions {
  readonly kind?: string
  readonly action?: string
  readonly json?: boolean
}

/** `entry add`: proposes an addition, and decides it where one word is enough; durable when the command ends. */
export async function addEntry(
  list: string,
  value: string,
  options: AddOptions,
  command: Command,
): Promise<void> {
  const { kind, action, category, reference, json } = options
  const written = {
    value,
    ...(kind !== undefined && { kind }),
    ...(action !== undefined && { action }),
    ...(category !== undefined && { category }),
    ...(reference !== undefined && { reference }),
  }
  const added = await withDeeds(command, (deeds) =>
    deeds.propose({ ...saidTerms(options), list, act: 'add', entries: [written] }),
  )
  const { outcome, entries, coveredBy, published } = added
  const { proposal, decision, state, missing, findings } = outcome
  const decided = { list, decision, proposal, state, missing, findings }
  if (json !== true) process.stderr.write(printNotes(outcome))
  process.stdout.write(
    json === true
      ? printJson({ ...decided, entry: entries[0], coveredBy, published })
      : told(added) + printProposed(added),
  )
  process.exitCode = exitCodeOf(outcome)
}

function told(added: Proposed): string {
  const { outcome, entries, coveredBy } = added
  const { list, decision } = outcome
  const [nearest] = coveredBy
  const note =
    nearest === undefined
      ? ''
      : `it was covered already by the ${nearest.kind} ${nearest.value} on this list\n`
  return entries
    .map(({ value, kind, action, reference }) => {
      const what = `${value} (${kind}, ${action})`
      return decision === null
        ? `proposed to add ${what} to ${list}, reference ${reference}\n${note}`
        : `added ${what} to ${list}: decision ${decision}, reference ${reference}\n${note}${printEffect(added)}`
    })
    .join('')
}
