import type { Command } from 'commander'
import type { ProposalView } from '../console/ports/proposals.ts'
import type { ProposalState } from '../core/proposal.ts'
import { parseCount } from './parse-count.ts'
import { printJson, printTable, printTime } from './print-table.ts'
import { printMissing } from './proposals/outcome.ts'
import { withDeeds } from './proposals/with-deeds.ts'
import type { ToldDecision } from './public-decision.ts'

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
  const { list, assigned, before } = options
  const limit = parseCount('--limit', options.limit)
  if (state === undefined && assigned === undefined) {
    await listAll({ ...options, limit }, command)
    return
  }
  const queue = await withDeeds(command, (deeds) =>
    deeds.queue({
      limit,
      ...(state !== undefined && { state }),
      ...(list !== undefined && { list }),
      ...(assigned !== undefined && { assignee: assigned }),
      ...(before !== undefined && { before }),
    }),
  )
  process.stdout.write(options.json === true ? printJson(queue) : printQueue(queue))
}

async function listAll(
  { list, before, limit, json }: Omit<DecisionListOptions, 'limit'> & { readonly limit: number },
  command: Command,
): Promise<void> {
  const edge = before === undefined ? undefined : parseCount('--before', before)
  await withDeeds(command, async (deeds) => {
    const decisions = await deeds.decisions({ list, before: edge, limit })
    if (json === true) {
      process.stdout.write(printJson(decisions))
      return
    }
    const open = { state: 'open', limit, ...(list !== undefined && { list }) } as const
    const queue = before === undefined ? await deeds.queue(open) : []
    const gap = queue.length > 0 && decisions.length > 0 ? '\n' : ''
    process.stdout.write(printQueue(queue) + gap + printDecisions(decisions))
  })
}

const QUEUE = ['ID', 'SINCE', 'LIST', 'ACT', 'ADDS', 'RETIRES', 'AMENDS', 'BY', 'STATE', 'REASON']

function printQueue(proposals: readonly ProposalView[]): string {
  if (proposals.length === 0) return ''
  return printTable([
    QUEUE,
    ...proposals.map((told) => [
      told.proposal,
      printTime(new Date(told.openedAt)),
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

function printDecisions(decisions: readonly ToldDecision[]): string {
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
