import type { Command } from 'commander'
import type { PlainAct } from '../curation/plan-proposal-act.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { parseRevision } from './parse-count.ts'
import { printJson } from './print-table.ts'
import { actOnProposal } from './proposals/act-on-proposal.ts'
import { openDeciding } from './proposals/open-deciding.ts'
import { printOutcome } from './proposals/outcome.ts'

export interface ActOptions {
  readonly revision?: string
  readonly reason?: string
  readonly whom?: string | null
  readonly json?: boolean
}

/** `decision reject`, `withdraw`, `unapprove`, `comment`, `assign`. */
export async function actOnDecision(
  act: PlainAct,
  { id, revision, reason = '', whom = null, json }: ActOptions & { readonly id: string },
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  const expected = parseRevision(revision)
  await withStore(data, (store) => {
    const request = { act, id, expected, text: reason, whom }
    const outcome = actOnProposal(openDeciding({ data, store }, actor), request)
    process.stdout.write(json === true ? printJson(outcome) : printOutcome(outcome))
  })
}
