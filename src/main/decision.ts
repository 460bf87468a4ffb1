import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import type { Decision } from '../store/decision-store.ts'
import { globalOptions } from './global-options.ts'
import { printJson, printTable, printTime } from './print-table.ts'

export function register(program: Command): void {
  const decision = program.command('decision').description('what was decided, by whom and why')
  decision
    .command('ls')
    .description('decisions, newest first')
    .option('--list <list>', 'of this list alone')
    .option('--limit <n>', 'at most so many', '50')
    .option('--before <id>', 'older than this one')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick decision ls --list phishing --limit 10')
    .action(listDecisions)
}

interface ListOptions {
  readonly list?: string
  readonly limit: string
  readonly before?: string
  readonly json?: boolean
}

async function listDecisions(options: ListOptions, command: Command): Promise<void> {
  const limit = parseCount('--limit', options.limit)
  const before = options.before === undefined ? null : parseCount('--before', options.before)
  const { findList, withStore } = await import('./find-list.ts')
  await withStore(globalOptions(command).data, (store) => {
    const decisions = store.decisions.all({
      limit,
      ...(before !== null && { before }),
      ...(options.list !== undefined && { listRowId: findList(store, options.list).rowId }),
    })
    if (options.json === true) process.stdout.write(printJson(decisions.map(publicDecision)))
    else if (decisions.length > 0) {
      process.stdout.write(printTable([HEADING, ...decisions.map(cells)]))
    }
  })
}

/** A decision as it is shown outside: its list by the id, and not by a number that means nothing there. */
export function publicDecision(decision: Decision): Omit<Decision, 'listRowId'> {
  return { ...decision, listRowId: undefined } as Omit<Decision, 'listRowId'>
}

function parseCount(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new Fault(
    'usage/invalid',
    `expected a number from 1 for ${name}, got ${JSON.stringify(text)}`,
  )
}

const HEADING = ['ID', 'WHEN', 'LIST', 'ACT', 'ADDED', 'RETIRED', 'AMENDED', 'BY', 'REASON']

function cells(decision: Decision): string[] {
  const { id, decidedAt, list, act, added, retired, amended, decidedBy, reason, urgent } = decision
  return [
    String(id),
    printTime(decidedAt),
    list,
    urgent ? `${act}!` : act,
    String(added),
    String(retired),
    String(amended),
    decidedBy,
    reason,
  ]
}
