import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import type { ProposalTerms } from '../core/proposal.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { parseRevision } from './parse-count.ts'
import { printJson } from './print-table.ts'
import { canonicalValue } from './proposals/canonical-value.ts'
import { changeProposal, type ChangeRequest } from './proposals/change-proposal.ts'
import { openDeciding } from './proposals/open-deciding.ts'
import { exitCodeOf, printOutcome } from './proposals/outcome.ts'
import { publishSettled } from './proposals/publish-decided.ts'

export interface ChangeOptions {
  readonly revision?: string
  readonly note?: string
  readonly reason?: string
  readonly basis?: string
  readonly evidence?: string
  readonly evidenceSha256?: string
  readonly category?: string
  readonly reference?: string
  readonly action?: string
  readonly without?: readonly string[]
  readonly acknowledge?: readonly string[]
  readonly json?: boolean
}

/** `decision change`: a new revision of what is proposed. */
export async function changeDecision(
  id: string,
  options: ChangeOptions,
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  const request = requestOf(id, options)
  await withStore(
    data,
    async (store) => {
      const outcome = changeProposal(openDeciding({ data, store }, actor), request)
      await publishSettled({ data, store, actor }, outcome)
      process.stdout.write(options.json === true ? printJson(outcome) : printOutcome(outcome))
      process.exitCode = exitCodeOf(outcome)
    },
    { actor },
  )
}

function requestOf(id: string, options: ChangeOptions): ChangeRequest {
  const { category, reference, action, note = '', without = [], acknowledge = [] } = options
  const request = {
    ...{ id, expected: parseRevision(options.revision), text: note, terms: termsOf(options) },
    ...{ action, category, reference, acknowledged: acknowledge },
    without: without.map(canonicalValue),
  }
  const fields = [category, reference, action].filter((field) => field !== undefined)
  if (Object.keys(request.terms).length + fields.length + without.length > 0) return request
  throw new Fault('usage/invalid', 'expected something to change, got nothing: see --help')
}

function termsOf({
  reason,
  basis,
  evidence,
  evidenceSha256,
}: ChangeOptions): Partial<
  Pick<ProposalTerms, 'reason' | 'legalBasis' | 'evidence' | 'evidenceSha256'>
> {
  return {
    ...(reason !== undefined && { reason }),
    ...(basis !== undefined && { legalBasis: basis }),
    ...(evidence !== undefined && { evidence }),
    ...(evidenceSha256 !== undefined && { evidenceSha256 }),
  }
}
