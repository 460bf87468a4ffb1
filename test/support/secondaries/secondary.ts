import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { needsProgram } from '../needs-program.ts'
import { askAll } from './ask.ts'
import { OPEN_ADDRESS, type Running } from './lab.ts'

/** A busy machine takes long; what never comes is waited for in failing tests only. */
const PATIENCE_MS = 20_000
const PAUSE_MS = 40

/** Options of a test that waits for programs several times: longer than the first of its failures takes. */
export const PATIENT = { timeout: 120_000 }

/** A real program that takes zones from a primary. */
export interface Secondary {
  readonly program: string
  readonly port: number
  /** The serial of the zone as it holds it; null when it has none. */
  readonly serialOf: (zone: string) => Promise<number | null>
  /** The zone as it holds it, in the form of a zone file. */
  readonly zoneText: (zone: string) => Promise<string>
  /** Starts it again, with what it kept. */
  readonly start: () => Promise<void>
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>
  /** The end of what it printed. */
  readonly log: () => string
}

/** Blocked names answer with this. */
export const BLOCKED = 'NXDOMAIN'
export const OPEN = `NOERROR ${OPEN_ADDRESS}`

/** What a resolver answers to a question: `name` or `name TYPE`. */
export type Answers = Readonly<Record<string, string>>

/** Asks the resolver until its answers are these; throws with its last ones and its log when they never are. */
export async function untilAnswers(resolver: Secondary, expected: Answers): Promise<void> {
  const want = Object.entries(expected)
  await until(`${resolver.program} to answer ${JSON.stringify(expected)}`, resolver, async () => {
    const got = await askAll(resolver.port, Object.keys(expected))
    const wrong = want.filter(([question], i) => got[i] !== expected[question])
    return (
      wrong.length === 0 || JSON.stringify(Object.fromEntries(want.map(([q], i) => [q, got[i]])))
    )
  })
}

export function untilBlocked(resolver: Secondary, ...names: readonly string[]): Promise<void> {
  return untilAnswers(resolver, Object.fromEntries(names.map((name) => [name, BLOCKED])))
}

export function untilOpen(resolver: Secondary, ...names: readonly string[]): Promise<void> {
  return untilAnswers(resolver, Object.fromEntries(names.map((name) => [name, OPEN])))
}

/** Waits until it holds the zone at this serial; `null`: until it has no such zone. */
export async function untilSerial(
  secondary: Secondary,
  zone: string,
  serial: number | null,
): Promise<void> {
  await until(`${secondary.program} to hold ${zone} at ${serial}`, secondary, async () => {
    const got = await secondary.serialOf(zone)
    return got === serial || String(got)
  })
}

/** Tries until it is true; anything else is what was got instead. Throws what `watched` printed with the failure. */
export async function until(
  what: string,
  watched: Pick<Secondary, 'log'>,
  isDone: () => Promise<true | string>,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const got = await isDone()
    if (got === true) return
    if (Date.now() > deadline) throw new Error(`expected ${what}, got ${got}\n${watched.log()}`)
    await sleep(PAUSE_MS)
  }
}

/** Waits until a program that was started does its work; throws what it printed when it ends instead. */
export async function untilReady(running: Running, isReady: () => Promise<boolean>): Promise<void> {
  await until('the program to start', running, async () => {
    if (running.hasEnded()) throw new Error(`expected the program to run, got\n${running.log()}`)
    return (await isReady()) || 'no answer'
  })
}

export interface Told {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end; whoever calls decides what its code means. */
export function tell(program: string, args: readonly string[], stdin?: string): Promise<Told> {
  return new Promise((resolve) => {
    const options = { encoding: 'utf8', maxBuffer: 1 << 28 } as const
    const child = execFile(needsProgram(program), args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr })
    })
    // One that reads no further says why by its end.
    if (stdin !== undefined) child.stdin?.on('error', () => undefined).end(stdin)
  })
}
