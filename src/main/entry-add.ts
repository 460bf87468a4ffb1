import type { Command } from 'commander'
import type { Entry } from '../core/entry.ts'
import type { StoredList } from '../store/list-store.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { printJson } from './print-table.ts'
import { openDeciding } from './proposals/open-deciding.ts'
import { exitCodeOf, type ProposalOutcome } from './proposals/outcome.ts'
import { proposeAdditions } from './proposals/propose-additions.ts'
import { publishDecided, type PublishedAtOnce } from './proposals/publish-decided.ts'
import { printNotes, printProposed } from './proposals/print-proposed.ts'
import type { TermOptions } from './proposals/term-options.ts'

export interface AddOptions extends TermOptions {
  readonly kind?: string
  readonly action?: string
  readonly json?: boolean
}

/** `entry add`: proposes an addition, and decides it where one word is enough; durable when the command ends. */
export async function addEntry(
  listId: string,
  value: string,
  options: AddOptions,
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  const { kind, action, category, reference } = options
  const written = { value, kind, action, category, ...(reference !== undefined && { reference }) }
  await withStore(
    data,
    async (store) => {
      const deciding = openDeciding({ data, store }, actor)
      const added = proposeAdditions(deciding, { list: listId, entries: [written], terms: options })
      const { list, outcome, covered } = added
      const [entry] = added.entries
      if (entry === undefined) throw new Error('expected the entry that was added')
      const published = await publishDecided({ data, store, actor }, outcome, options)
      const { proposal, decision, state, missing, findings } = outcome
      const decided = { list: list.id, decision, proposal, state, missing, findings }
      if (options.json !== true) process.stderr.write(printNotes(outcome))
      process.stdout.write(
        options.json === true
          ? printJson({ ...decided, entry, coveredBy: covered, published })
          : told(list, entry, { ...added, published }) + printProposed(deciding, outcome),
      )
      process.exitCode = exitCodeOf(outcome)
    },
    { actor },
  )
}

interface Added {
  readonly outcome: ProposalOutcome
  readonly covered: readonly Entry[]
  readonly published: PublishedAtOnce
}

function told(
  list: StoredList,
  { value, kind, action, reference }: Entry,
  { outcome, covered, published }: Added,
): string {
  const [nearest] = covered
  const note =
    nearest === undefined
      ? ''
      : `it was covered already by the ${nearest.kind} ${nearest.value} on this list\n`
  const what = `${value} (${kind}, ${action})`
  if (outcome.decision === null) {
    return `proposed to add ${what} to ${list.id}, reference ${reference}\n${note}`
  }
  const next =
    published === null
      ? `«bailiwick publish ${list.id}» makes it effective\n`
      : `published ${list.id}, serial ${String(published.serial)}\n`
  return `added ${what} to ${list.id}: decision ${outcome.decision}, reference ${reference}\n${note}${next}`
}
