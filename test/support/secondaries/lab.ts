import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAnyAnswerDns } from '../any-answer-dns.ts'
import { needsProgram } from '../needs-program.ts'

/** What the upstream of every resolver says of every name: what is open has this address. */
export const OPEN_ADDRESS = '192.0.2.7'

/** What it says of names below `ELSEWHERE`. */
export const ELSEWHERE_ADDRESS = '198.51.100.9'
export const ELSEWHERE = 'elsewhere.example'

/** How much of what a program printed a failure message shows. */
const LOG_CHARACTERS = 12_000

/** A folder for the programs of one test, and an upstream in which every name exists. */
export interface Lab {
  /** The port of the upstream. */
  readonly upstream: number
  /** The port of the one for names below `ELSEWHERE`. */
  readonly elsewhere: number
  /** An empty folder which a program of another user may write to. */
  readonly folder: (name: string) => string
  /** Starts a program in the foreground. It is stopped with the lab at the latest. */
  readonly start: (program: string, args: readonly string[], cwd: string) => Running
  /** Stops all programs, and removes all folders. */
  readonly close: () => Promise<void>
}

export interface Running {
  /** The end of what it printed. */
  readonly log: () => string
  readonly hasEnded: () => boolean
  /** Sends the signal, and waits until the program is gone. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>
}

export async function openLab(): Promise<Lab> {
  const upstream = await openAnyAnswerDns(OPEN_ADDRESS)
  const elsewhere = await openAnyAnswerDns(ELSEWHERE_ADDRESS)
  const root = mkdtempSync(join(tmpdir(), 'bailiwick-lab-'))
  chmodSync(root, 0o755)
  const started: Running[] = []
  return {
    upstream: upstream.port,
    elsewhere: elsewhere.port,
    folder: (name) => {
      const folder = join(root, name)
      mkdirSync(folder)
      chmodSync(folder, 0o777)
      return folder
    },
    start: (program, args, cwd) => {
      const running = watch(spawn(needsProgram(program), args, { cwd }))
      started.push(running)
      return running
    },
    close: async () => {
      await Promise.all(started.map((running) => running.stop('SIGKILL')))
      await Promise.all([upstream.close(), elsewhere.close()])
      rmSync(root, { recursive: true, force: true })
    },
  }
}

function watch(child: ChildProcess): Running {
  let said = ''
  const keep = (text: string): void => {
    said = `${said}${text}`.slice(-LOG_CHARACTERS)
  }
  child.stdout?.setEncoding('utf8').on('data', keep)
  child.stderr?.setEncoding('utf8').on('data', keep)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null
  return {
    log: () => said,
    hasEnded,
    stop: async (signal = 'SIGTERM') => {
      if (!hasEnded()) child.kill(signal)
      await ended
    },
  }
}
