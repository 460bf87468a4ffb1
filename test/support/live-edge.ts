import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { COMMAND } from './bailiwick-command.ts'

/** The folder and the configuration of an edge; gone when the test ends. */
export interface EdgeHost {
  readonly folder: string
  readonly state: string
  /** Starts it as its own process; what changes in the configuration holds from now on. */
  readonly start: (change?: Readonly<Record<string, unknown>>) => Promise<LiveEdge>
  /** Starts it and kills it after so many milliseconds, whatever it is doing. */
  readonly startAndKill: (afterMs: number) => Promise<void>
}

export interface LiveEdge {
  readonly url: string
  readonly dns: { readonly host: string; readonly port: number }
  /** Lines of its log, parsed. */
  readonly log: readonly Readonly<Record<string, unknown>>[]
  /** Asks until the answer is true, for some seconds; throws when it never is. */
  readonly until: (what: string, ask: () => Promise<boolean> | boolean) => Promise<void>
  /** Waits until it serves this serial of the list by HTTP and its zone by DNS where it has one. */
  readonly untilSerial: (list: string, serial: number, token?: string) => Promise<void>
  readonly stop: () => Promise<void>
  readonly kill: () => Promise<void>
}

/** An edge that looks at its source every second. */
export function makeEdgeHost(
  source: string,
  rootFile: string,
  more: Readonly<Record<string, unknown>> = {},
): EdgeHost {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-live-edge-'))
  const running: (() => Promise<void>)[] = []
  onTestFinished(async () => {
    for (const kill of running) await kill()
    rmSync(folder, { recursive: true, force: true })
  })
  let config: Record<string, unknown> = {
    ...{ source, root: rootFile, state: 'state', schedule: '* * * * * *', jitterSeconds: 0 },
    ...{ http: '127.0.0.1:0', dns: ['127.0.0.1:0'], logLevel: 'warn' },
    timeouts: { connect: 2, idle: 2, metadata: 2, list: 5 },
    ...more,
  }
  const file = join(folder, 'edge.json')
  const write = (): void => writeFileSync(file, JSON.stringify(config))
  return {
    folder,
    state: join(folder, 'state'),
    start: async (change = {}) => {
      config = { ...config, ...change }
      write()
      const edge = await startEdge(file)
      running.push(edge.kill)
      return edge
    },
    startAndKill: async (afterMs) => {
      write()
      const child = spawn(process.execPath, [COMMAND, 'edge', '--config', file], {
        stdio: 'ignore',
      })
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      await Promise.race([sleep(afterMs), ended])
      child.kill('SIGKILL')
      await ended
    },
  }
}

const PATIENCE_MS = 15_000

async function startEdge(file: string): Promise<LiveEdge> {
  const child = spawn(process.execPath, [COMMAND, 'edge', '--config', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const log: Record<string, unknown>[] = []
  let said = ''
  const [dns = '', url = ''] = await new Promise<string[]>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
      for (const line of said.split('\n').slice(log.length, -1))
        log.push(line.startsWith('{') ? (JSON.parse(line) as Record<string, unknown>) : { line })
    })
    child.once('exit', () => reject(new Error(`expected the edge to run, got: ${said}`)))
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      const found = /answering dns:\/\/(\S+)[^]*serving (http:\S+)\n/.exec(printed)
      if (found) resolve(found.slice(1))
    })
  })
  const until: LiveEdge['until'] = async (what, ask) => {
    const end = Date.now() + PATIENCE_MS
    while (!(await ask())) {
      if (Date.now() > end) throw new Error(`expected ${what}, got: ${said}`)
      await sleep(50)
    }
  }
  return {
    ...{ url, log, until },
    dns: { host: '127.0.0.1', port: Number(dns.slice(dns.lastIndexOf(':') + 1)) },
    untilSerial: (list, serial, token) =>
      until(`serial ${serial} of ${list}`, async () => {
        const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
        const answer = await fetch(`${url}/v1/lists/${list}`, { headers })
        return ((await answer.json()) as { serial?: number }).serial === serial
      }),
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
