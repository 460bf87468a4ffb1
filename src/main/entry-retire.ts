import type { Command } from 'commander'
import type { EntryRow } from '../store/entry-store.ts'
import type { StoredList } from '../store/list-store.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { printJson } from './print-table.ts'
import { openDeciding } from './proposals/open-deciding.ts'
import { exitCodeOf, type ProposalOutcome } from './proposals/outcome.ts'
import { printProposed } from './proposals/print-proposed.ts'
import { proposeRetirements } from './proposals/propose-retirements.ts'
import { publishDecided, type PublishedAtOnce } from './proposals/publish-decided.ts'
import type { TermOptions } from './proposals/term-options.ts'

export interface RetireOptions extends TermOptions {
  readonly kind?: string
  readonly json?: boolean
}

/** `entry retire`: proposes a retirement; an urgent one is always one person's decision, for a wrong entry harms as long as it stands. */
export async function retireEntry(
  listId: string,
  value: string,
  options: RetireOptions,
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  await withStore(
    data,
    async (store) => {
      const deciding = openDeciding({ data, store }, actor)
      const entries = [{ value, kind: options.kind }]
      const request = { list: listId, entries, terms: options }
      const { list, rows, outcome } = proposeRetirements(deciding, request)
      const published = await publishDecided({ data, store, actor }, outcome, options)
      const { decision, proposal, state, missing } = outcome
      const decided = { list: list.id, decision, proposal, state, missing }
      process.stdout.write(
        options.json === true
          ? printJson({ ...decided, entries: rows.map((row) => row.entry), published })
          : told(list, rows, { outcome, published }) + printProposed(deciding, outcome),
      )
      process.exitCode = exitCodeOf(outcome)
    },
    { actor },
  )
}

interface Retired {
  readonly outcome: ProposalOutcome
  readonly published: PublishedAtOnce
}

function told(
  list: StoredList,
  rows: readonly EntryRow[],
  { outcome, published }: Retired,
): string {
  const { decision } = outcome
  const lines = rows.map(({ entry: { value, kind } }) =>
    decision === null
      ? `proposed to retire ${value} (${kind}) from ${list.id}\n`
      : `retired ${value} (${kind}) from ${list.id}: decision ${decision}\n`,
  )
  if (decision === null) return lines.join('')
  const next =
    published === null
      ? `«bailiwick publish ${list.id}» makes it effective\n`
      : `published ${list.id}, serial ${String(published.serial)}\n`
  return lines.join('') + next
}
