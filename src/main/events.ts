import { InvalidArgumentError, type Command } from 'commander'
import { checkEvents, printEventsHeader, type EventFinding } from '../core/check-events.ts'
import type { ChainEvent, ChainHead } from '../core/event.ts'
import type { Store } from '../store/open-store.ts'
import { withEvents } from './with-events.ts'
import { addTokenOptions, globalOptions } from './global-options.ts'
import { printJson, printTable } from './print-table.ts'
import { EXIT } from './run-program.ts'

/** Adds `events`. */
export function register(program: Command): void {
  const events = program
    .command('events')
    .description(
      'the chain of decisions: everything that was done, in its order (docs/spec/events.md)',
    )
  addTokenOptions(events.command('ls'))
    .description('events, oldest first; default: the newest 50')
    .option('--from <n>', 'from this one on', parseNumber)
    .option('--limit <n>', 'at most so many', parseNumber, 50)
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick events ls --from 100 --limit 20')
    .action(listEvents)
  events
    .command('export')
    .description('write the whole chain for an auditor; it tells of restricted lists, too')
    .requiredOption('-o, --output <file>', 'where to; readable by its owner alone')
    .addHelpText('after', '\nExample:\n  bailiwick events export -o events.jsonl')
    .action(exportEvents)
  events
    .command('check [file]')
    .description(
      'find events that were edited, removed or moved: of the database with its rows, or of a file',
    )
    .option('--head <n:hash>', 'an event that must be in it, as it was seen elsewhere', parseHead)
    .option('--json', 'print what was found as JSON')
    .addHelpText(
      'after',
      `
Without a file it reads all decisions and entries: seconds for millions. Exit code 1 when something is wrong.

Examples:
  bailiwick events check
  bailiwick events check events.jsonl`,
    )
    .action(runCheck)
}

function parseNumber(text: string): number {
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a number from 1')
}

function parseHead(text: string): ChainHead {
  const [, number, hash] = /^([1-9][0-9]{0,14}):([0-9a-f]{64})$/.exec(text) ?? []
  if (number !== undefined && hash !== undefined) return { number: Number(number), hash }
  throw new InvalidArgumentError('expected a number, a colon and 64 hex digits')
}

interface ListFlags {
  readonly from?: number
  readonly limit: number
  readonly json?: boolean
}

async function listEvents({ from, limit, json }: ListFlags, command: Command): Promise<void> {
  const events = await withEvents(command, (deeds) => deeds.events({ from, limit }))
  process.stdout.write(
    json === true ? printJson(events) : printTable([HEADING, ...events.map(cells)]),
  )
}

const HEADING = ['NUMBER', 'AT', 'ACTOR', 'ACT', 'SUBJECT']

/** Reasons and names are other people's words: no line of theirs becomes one of ours. */
function cells({ number, at, actor, act, subject }: ChainEvent): string[] {
  const texts = [actor, JSON.stringify(subject)].map((text) => text.replace(/\p{Cc}/gu, '?'))
  const [who = '', what = ''] = texts
  return [String(number), at, who, act, what.length > 120 ? `${what.slice(0, 119)}…` : what]
}

async function exportEvents(
  { output }: { readonly output: string },
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  const { withStore } = await import('./find-list.ts')
  const { writeDurableBlocks } = await import('../platform/durable-file.ts')
  const { assertMay } = await import('./assert-may.ts')
  await withStore(data, async (store) => {
    assertMay(store, { actor, acts: ['read-events'] })
    // First, so that the file tells of itself.
    const subject = { format: 'events', output }
    store.write(() => store.events.append({ act: 'export', actor, subject }))
    const lines = await exportedLines(store)
    store.read(() => {
      writeDurableBlocks(output, lines, { mode: 0o600 })
    })
  })
  process.stdout.write(`wrote ${output}\nit tells of restricted lists: keep it from others\n`)
}

/** The file: a header, then a line for each event (`docs/spec/events.md` §5). To be read on one view of the database. */
async function exportedLines(store: Store): Promise<Iterable<Uint8Array>> {
  const { printEvent } = await import('../core/event.ts')
  const { sha256Hex } = await import('../publish/sign-metadata.ts')
  const { blocksOfLines } = await import('../core/hash-lines.ts')
  const root = store.metadata.find('root', 1)
  const authority = root === null ? '' : sha256Hex(root.bytes)
  function* lines(): Generator<string> {
    const head = store.events.head()
    yield printEventsHeader({ authority, head })
    for (const event of store.events.all(1, head.number)) yield printEvent(event)
  }
  return blocksOfLines(lines())
}

interface CheckFlags {
  readonly head?: ChainHead
  readonly json?: boolean
}

async function runCheck(
  file: string | undefined,
  { head, json }: CheckFlags,
  command: Command,
): Promise<void> {
  const known = head === undefined ? [] : [head]
  const findings =
    file === undefined ? await checkStore(command, known) : await checkFile(file, known)
  if (findings.length > 0) process.exitCode = EXIT.findings
  if (json === true) {
    process.stdout.write(printJson(findings))
    return
  }
  const { printEventFinding } = await import('./event-finding.ts')
  const told = findings.map((finding) => `bad   ${printEventFinding(finding)}\n`).join('')
  process.stdout.write(findings.length === 0 ? 'ok    the chain of decisions is whole\n' : told)
}

async function checkStore(command: Command, known: readonly ChainHead[]): Promise<EventFinding[]> {
  const { withStore } = await import('./find-list.ts')
  return withStore(globalOptions(command).data, (store) => store.events.check(known))
}

async function checkFile(file: string, known: readonly ChainHead[]): Promise<EventFinding[]> {
  const { readChunks } = await import('./read-chunks.ts')
  const { readEventLines } = await import('../core/read-event-lines.ts')
  return checkEvents(readEventLines(readChunks(file)), known)
}
