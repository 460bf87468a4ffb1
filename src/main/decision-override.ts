import type { Command } from 'commander'
import type { ActOptions } from './decision-act.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { parseRevision } from './parse-count.ts'
import { printJson } from './print-table.ts'
import { openDeciding } from './proposals/open-deciding.ts'
import { printOutcome } from './proposals/outcome.ts'
import { overrideProposal } from './proposals/override-proposal.ts'
import { publishSettled } from './proposals/publish-decided.ts'

/** `decision override`: the first who runs it asks, the second confirms. */
export async function overrideDecision(
  id: string,
  { revision, reason = '', json }: ActOptions,
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  const expected = parseRevision(revision)
  await withStore(
    data,
    async (store) => {
      const deciding = openDeciding({ data, store }, actor)
      const outcome = overrideProposal(deciding, { id, expected, text: reason })
      await publishSettled({ data, store, actor }, outcome)
      process.stdout.write(json === true ? printJson(outcome) : printOutcome(outcome))
    },
    { actor },
  )
}
