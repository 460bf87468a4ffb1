import type { Command } from 'commander'
import type { PlainAct } from '../curation/plan-proposal-act.ts'
import { parseRevision } from './parse-count.ts'
import { printJson } from './print-table.ts'
import { plainOutcome, printOutcome } from './proposals/outcome.ts'
import { withDeeds } from './proposals/with-deeds.ts'

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
  const expected = parseRevision(revision)
  const outcome = await withDeeds(command, (deeds) =>
    deeds.act({ act, id, expected, text: reason, whom }),
  )
  process.stdout.write(json === true ? printJson(plainOutcome(outcome)) : printOutcome(outcome))
}
