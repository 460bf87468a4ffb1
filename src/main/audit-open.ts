import { closeSync, openSync, readSync } from 'node:fs'
import { checkOpenings } from '../audit/check-openings.ts'
import { checkEvents } from '../core/check-events.ts'
import { readEvent, type ChainEvent } from '../core/event.ts'
import { Fault } from '../core/fault.ts'
import { LOG_POLICY_TARGET } from '../core/layout.ts'
import { MAX_POLICY_BYTES, parsePolicy } from '../core/log/parse-policy.ts'
import type { LogPolicy } from '../core/log/policy.ts'
import { parseOpening, type LogOpening } from '../core/log-opening.ts'
import { readEventLines } from '../core/read-event-lines.ts'
import type { Published } from '../audit/published.ts'
import { openAuditSource, readOwnFile, type SourceFlags } from './audit-source.ts'
import { readPolicy } from './audit-verify.ts'
import { EXIT } from './run-program.ts'

export interface OpenFlags extends SourceFlags {
  readonly from: string
  readonly policy?: string
  readonly events?: string
  readonly json?: boolean
}

/** No file of openings is longer: some ten thousand serials. */
const MAX_OPENINGS_BYTES = 100_000_000

/** `audit open`: prints what an authority has opened, and what of it isn't so. */
export async function openCommitments(file: string, flags: OpenFlags): Promise<void> {
  const openings = readOpenings(file)
  const source = await openAuditSource(flags.from, flags)
  try {
    const policy =
      flags.policy === undefined ? await publishedPolicy(source) : readPolicy(flags.policy)
    const events = flags.events === undefined ? null : eventsIn(flags.events)
    const { findings, heads } = await checkOpenings({ source, policy }, openings, events)
    const chain = flags.events === undefined ? [] : checkEvents(linesIn(flags.events), heads)
    const all = [...findings, ...chain]
    if (all.length > 0) process.exitCode = EXIT.findings
    const report = { serials: openings.length, findings: all }
    process.stdout.write(
      flags.json === true ? `${JSON.stringify(report, null, 2)}\n` : told(openings, all),
    )
  } finally {
    await source.close()
  }
}

function readOpenings(file: string): LogOpening[] {
  const lines = readOwnFile(file, MAX_OPENINGS_BYTES).toString().split('\n')
  if (lines.pop() !== '' || lines.length === 0) {
    throw new Fault(
      'log/invalid',
      `expected openings in ${JSON.stringify(file)}, each on a line, got none, or a cut file`,
    )
  }
  return lines.map(parseOpening)
}

async function publishedPolicy(source: Published): Promise<LogPolicy> {
  const bytes = await source.read(LOG_POLICY_TARGET, MAX_POLICY_BYTES)
  if (bytes !== null) return parsePolicy(bytes)
  throw new Fault('log/policy', 'expected a policy of the log, got none: give --policy')
}

function* eventsIn(file: string): Generator<ChainEvent> {
  for (const line of linesIn(file)) {
    const event = line === null ? null : readEvent(line)
    if (event !== null) yield event
  }
}

function linesIn(file: string): Iterable<string | null> {
  return readEventLines(blocksOf(file))
}

function* blocksOf(file: string): Generator<Uint8Array> {
  const fd = openSync(file, 'r')
  try {
    const block = Buffer.alloc(1 << 18)
    for (let got = readSync(fd, block); got > 0; got = readSync(fd, block)) {
      yield block.subarray(0, got)
    }
  } finally {
    closeSync(fd)
  }
}

interface Told {
  readonly code: string
  readonly place: string
  readonly expected: string
  readonly got: string
}

function told(openings: readonly LogOpening[], findings: readonly Told[]): string {
  const lines = openings.map(({ manifest: { list, serial, at, entries, added, removed } }) => {
    return `${list} ${serial}  ${at}  ${entries} entries, +${added} -${removed}`
  })
  const found = findings.map(
    ({ code, place, expected, got }) => `${place}: expected ${expected}, got ${got} (${code})`,
  )
  const end = findings.length === 0 ? 'nothing found' : `${findings.length} findings`
  return `${[...lines, ...found, end].join('\n')}\n`
}
