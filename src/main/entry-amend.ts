import type { Command } from 'commander'
import type { Entry } from '../core/entry.ts'
import type { StoredList } from '../store/list-store.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { printJson } from './print-table.ts'
import { openDeciding } from './proposals/open-deciding.ts'
import { exitCodeOf } from './proposals/outcome.ts'
import { printNotes, printProposed } from './proposals/print-proposed.ts'
import { proposeAmendments } from './proposals/propose-amendments.ts'
import type { TermOptions } from './proposals/term-options.ts'

export interface AmendOptions extends Omit<TermOptions, 'urgent'> {
  readonly kind?: string
  readonly action?: string
  readonly json?: boolean
}

/** `entry amend`: proposes that entries keep value and kind and change the rest. */
export async function amendEntry(
  listId: string,
  value: string,
  options: AmendOptions,
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  await withStore(data, (store) => {
    const deciding = openDeciding({ data, store }, actor)
    const { list, entries, outcome } = proposeAmendments(deciding, {
      ...{ list: listId, entries: [{ value, kind: options.kind }] },
      ...{ change: options, terms: options },
    })
    const { decision, proposal, state, missing, findings } = outcome
    const decided = { list: list.id, decision, proposal, state, missing, findings }
    if (options.json !== true) process.stderr.write(printNotes(outcome))
    process.stdout.write(
      options.json === true
        ? printJson({ ...decided, entries })
        : told(list, entries, decision) + printProposed(deciding, outcome),
    )
    process.exitCode = exitCodeOf(outcome)
  })
}

function told(list: StoredList, entries: readonly Entry[], decision: number | null): string {
  const lines = entries.map(({ value, kind, action, category, reference }) => {
    const what = `${value} (${kind}, ${action}, category ${category || '-'}, reference ${reference || '-'}) on ${list.id}`
    return decision === null
      ? `proposed to amend ${what}\n`
      : `amended ${what}: decision ${decision}\n`
  })
  const next = decision === null ? '' : `«bailiwick publish ${list.id}» makes it effective\n`
  return lines.join('') + next
}
