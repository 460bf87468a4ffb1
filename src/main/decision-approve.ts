import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { parseRevision } from './parse-count.ts'
import { printJson } from './print-table.ts'
import type { Approved } from './proposals/deeds.ts'
import {
  exitCodeOf,
  plainOutcome,
  printOutcome,
  type ProposalOutcome,
} from './proposals/outcome.ts'
import { withDeeds } from './proposals/with-deeds.ts'
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
  const expected = parseRevision(revision)
  if (expected !== null && ids.length > 1) {
    throw new Fault('usage/invalid', 'expected one proposal with --revision, got several')
  }
  const requests = [...new Set(ids)].map((id) => ({ id, expected, acknowledged: acknowledge }))
  const approved = await withDeeds(command, (deeds) => deeds.approve(requests))
  const [only] = approved
  if (only instanceof Fault && approved.length === 1) throw only
  process.stdout.write(json === true ? printJson(toJson(requests, approved)) : told(approved))
  process.exitCode = exitCode(approved)
}

function toJson(requests: readonly { readonly id: string }[], approved: readonly Approved[]) {
  return approved.map((one, i) =>
    one instanceof Fault
      ? { proposal: requests[i]?.id, error: { code: one.code, message: one.message } }
      : plainOutcome(one),
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
