import type { Command } from 'commander'
import type { ActOptions } from './decision-act.ts'
import { parseRevision } from './parse-count.ts'
import { printJson } from './print-table.ts'
import { plainOutcome, printOutcome } from './proposals/outcome.ts'
import { withDeeds } from './proposals/with-deeds.ts'

/** `decision override`: the first who runs it asks, the second confirms. */
export async function overrideDecision(
  id: string,
  { revision, reason = '', json }: ActOptions,
  command: Command,
): Promise<void> {
  const expected = parseRevision(revision)
  const outcome = await withDeeds(command, (deeds) =>
    deeds.override({ id, expected, text: reason }),
  )
  process.stdout.write(json === true ? printJson(plainOutcome(outcome)) : printOutcome(outcome))
}
