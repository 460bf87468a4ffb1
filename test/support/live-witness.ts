import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { parseNoteKey, type NoteKey } from '../../src/core/log/note-key.ts'
import { COMMAND, runBailiwick } from './bailiwick-command.ts'

/** The folder of a witness, made by `witness init`; gone when the test ends. */
export interface WitnessHost {
  readonly folder: string
  readonly config: string
  readonly key: NoteKey
  readonly vkey: string
  /** Starts it as its own process; what changes in the configuration holds from now on. */
  readonly start: (change?: object, nodeArgs?: readonly string[]) => Promise<LiveWitness>
}

export interface LiveWitness {
  readonly url: string
  readonly pid: number
  /** Lines of its log, parsed. */
  readonly log: () => readonly Readonly<Record<string, unknown>>[]
  readonly ask: (body: string) => Promise<Response>
  /** Gives the exit code. */
  readonly stop: () => Promise<number | null>
  readonly kill: () => Promise<void>
}

/** The passphrase of none: these keys lie plain. */
export async function makeWitnessHost(
  name: string,
  logs: readonly string[],
  more: object = {},
): Promise<WitnessHost> {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-witness-'))
  const running: (() => Promise<void>)[] = []
  onTestFinished(async () => {
    for (const kill of running) await kill()
    rmSync(folder, { recursive: true, force: true })
  })
  const config = join(folder, 'witness.json')
  let settings: object = {
    ...{ listen: '127.0.0.1:0', keys: 'keys', state: 'state', logs },
    limits: { requestsPerMinute: 100_000 },
    ...more,
  }
  const write = (): void => writeFileSync(config, JSON.stringify(settings))
  write()
  const made = await runBailiwick([
    ...['witness', 'init', '--config', config, '--name', name, '--insecure-plain-keys'],
  ])
  const [, vkey = ''] = /^verifier key +(\S+)$/m.exec(made.stdout) ?? []
  if (vkey === '') throw new Error(`expected a witness to be made, got: ${made.stderr}`)
  return {
    ...{ folder, config, vkey, key: parseNoteKey(vkey) },
    start: async (change = {}, nodeArgs = []) => {
      settings = { ...settings, ...change }
      write()
      const witness = await startWitness(config, nodeArgs)
      running.push(witness.kill)
      return witness
    },
  }
}

async function startWitness(config: string, nodeArgs: readonly string[]): Promise<LiveWitness> {
  const child = spawn(process.execPath, [...nodeArgs, COMMAND, 'witness', '--config', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.once('close', () => reject(new Error(`expected the witness to run, got: ${said}`)))
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      const found = /^witnessing (\S+)\n/m.exec(printed)
      if (found) resolve(found[1] ?? '')
    })
  })
  return {
    ...{ url, pid: child.pid ?? 0 },
    log: () =>
      said
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    ask: (body) => fetch(`${url}/add-checkpoint`, { method: 'POST', body }),
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
