import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { printProposalId, readProposalId, type ProposalState } from '../core/proposal.ts'
import type { Decision } from '../store/decision-store.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import { findList, withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { parseCount } from './parse-count.ts'
import { printJson, printTable, printTime } from './print-table.ts'
import { describeProposal, type ProposalTold } from './proposals/describe-proposal.ts'
import { printMissing } from './proposals/outcome.ts'
import { publicDecision } from './public-decision.ts'

export interface DecisionListOptions {
  readonly open?: boolean
  readonly state?: ProposalState
  readonly list?: string
  readonly assigned?: string
  readonly limit: string
  readonly before?: string
  readonly json?: boolean
}

/** `decision ls`: the queue and the newest decisions; with a state, proposals alone. */
export async function listDecisions(options: DecisionListOptions, command: Command): Promise<void> {
  const state = options.open === true ? 'open' : options.state
  const wantsProposals = state !== undefined || options.assigned !== undefined
  await withStore(globalOptions(command).data, (store) => {
    const list = options.list === undefined ? null : findList(store, options.list)
    const limit = parseCount('--limit', options.limit)
    if (wantsProposals) {
      const told = store.read(() => proposalsOf(store, list, { ...options, state, limit }))
      process.stdout.write(options.json === true ? printJson(told) : printQueue(told))
      return
    }
    const decisions = decisionsOf(store, list, { before: options.before, limit })
    if (options.json === true) {
      process.stdout.write(printJson(decisions.map(publicDecision)))
      return
    }
    const queue =
      options.before === undefined
        ? store.read(() => proposalsOf(store, list, { state: 'open', limit }))
        : []
    const gap = queue.length > 0 && decisions.length > 0 ? '\n' : ''
    process.stdout.write(printQueue(queue) + gap + printDecisions(decisions))
  })
}

interface Wanted {
  readonly state?: ProposalState | undefined
  readonly assigned?: string | undefined
  readonly before?: string | undefined
  readonly limit: number
}

function proposalsOf(
  store: Store,
  list: StoredList | null,
  { state, assigned, before, limit }: Wanted,
): ProposalTold[] {
  const edge = before === undefined ? undefined : proposalBefore(before)
  return store.proposals
    .all({
      limit,
      ...(state !== undefined && { state }),
      ...(list !== null && { listRowIds: [list.rowId] }),
      ...(assigned !== undefined && { assignee: assigned }),
      ...(edge !== undefined && { before: edge }),
    })
    .map((proposal) => describeProposal(store, proposal))
}

function proposalBefore(text: string): number {
  const id = readProposalId(text)
  if (id !== null) return id
  throw new Fault(
    'usage/invalid',
    `expected the id of a proposal, such as p7, for --before, got ${JSON.stringify(text)}`,
  )
}

function decisionsOf(store: Store, list: StoredList | null, { before, limit }: Wanted): Decision[] {
  const edge = before === undefined ? undefined : parseCount('--before', before)
  return store.decisions.all({
    limit,
    ...(edge !== undefined && { before: edge }),
    ...(list !== null && { listRowId: list.rowId }),
  })
}

const QUEUE = ['ID', 'SINCE', 'LIST', 'ACT', 'ADDS', 'RETIRES', 'AMENDS', 'BY', 'STATE', 'REASON']

function printQueue(proposals: readonly ProposalTold[]): string {
  if (proposals.length === 0) return ''
  return printTable([
    QUEUE,
    ...proposals.map((told) => [
      printProposalId(told.id),
      printTime(told.openedAt),
      told.list,
      told.urgent ? `${told.act}!` : told.act,
      String(told.added),
      String(told.retired),
      String(told.amended),
      told.proposer.name,
      told.missing === null ? told.state : printMissing(told.missing),
      told.reason,
    ]),
  ])
}

const DECISIONS = ['ID', 'WHEN', 'LIST', 'ACT', 'ADDED', 'RETIRED', 'AMENDED', 'BY', 'REASON']

function printDecisions(decisions: readonly Decision[]): string {
  if (decisions.length === 0) return ''
  return printTable([
    DECISIONS,
    ...decisions.map((decision) => [
      String(decision.id),
      printTime(decision.decidedAt),
      decision.list,
      decision.urgent ? `${decision.act}!` : decision.act,
      String(decision.added),
      String(decision.retired),
      String(decision.amended),
      decision.decidedBy,
      decision.reason,
    ]),
  ])
}
