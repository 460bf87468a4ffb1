import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import type { Store } from '../store/open-store.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { parseRevision } from './parse-count.ts'
import { printJson } from './print-table.ts'
import { approveProposals, type Approved } from './proposals/approve-proposal.ts'
import { openDeciding } from './proposals/open-deciding.ts'
import { exitCodeOf, printOutcome, type ProposalOutcome } from './proposals/outcome.ts'
import { publishSettled } from './proposals/publish-decided.ts'
import { EXIT } from './run-program.ts'

export interface ApproveOptions {
  readonly revision?: string
  readonly acknowledge?: readonly string[]
  readonly json?: boolean
}

/** `decision approve`: one proposal, or a batch of which each stands for itself. */
export async function approveDecisions(
  ids: readonly string[],
  { revision, acknowledge = [], json }: ApproveOptions,
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  const expected = parseRevision(revision)
  if (expected !== null && ids.length > 1) {
    throw new Fault('usage/invalid', 'expected one proposal with --revision, got several')
  }
  await withStore(
    data,
    async (store) => {
      const requests = [...new Set(ids)].map((id) => ({ id, expected, acknowledged: acknowledge }))
      const approved = approveProposals(openDeciding({ data, store }, actor), requests)
      const [only] = approved
      if (only instanceof Fault && approved.length === 1) throw only
      await publishUrgentOnes({ data, store, actor }, approved)
      process.stdout.write(json === true ? printJson(toJson(requests, approved)) : told(approved))
      process.exitCode = exitCode(approved)
    },
    { actor },
  )
}

async function publishUrgentOnes(
  deps: { readonly data: string; readonly store: Store; readonly actor: string },
  approved: readonly Approved[],
): Promise<void> {
  for (const outcome of approved) {
    if (!(outcome instanceof Fault)) await publishSettled(deps, outcome)
  }
}

function toJson(requests: readonly { readonly id: string }[], approved: readonly Approved[]) {
  return approved.map((one, i) =>
    one instanceof Fault
      ? { proposal: requests[i]?.id, error: { code: one.code, message: one.message } }
      : one,
  )
}

function told(approved: readonly Approved[]): string {
  return approved
    .map((one) => (one instanceof Fault ? `${one.message} (${one.code})\n` : printOutcome(one)))
    .join('')
}

function exitCode(approved: readonly Approved[]): number {
  if (approved.some((one) => one instanceof Fault)) return EXIT.fault
  const outcomes = approved.filter((one): one is ProposalOutcome => !(one instanceof Fault))
  return Math.max(EXIT.fine, ...outcomes.map(exitCodeOf))
}
