import { execFile } from 'node:child_process'
import { Fault } from '../core/fault.ts'
import type { Command } from './config.ts'

/** Runs a program to its end. Throws `agent/command` unless it ends with 0 in time. */
export type CommandRunner = (command: Command, timeoutMs: number) => Promise<void>

/** What a program may print; past this it is stopped. */
const MAX_OUTPUT_BYTES = 1024 * 1024
const TOLD_CHARACTERS = 500

/** No shell: the arguments are what they are, and no list's name or path is ever interpreted. */
export const runCommand: CommandRunner = (command, timeoutMs) => {
  const [program = '', ...args] = command
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES, windowsHide: true },
      (error, stdout, stderr) => {
        if (!error) {
          resolve()
          return
        }
        reject(failed(command, describe(error, timeoutMs), `${stderr}\n${stdout}`, error))
      },
    )
    child.stdin?.end()
  })
}

function describe(error: Error & { code?: unknown; killed?: boolean }, timeoutMs: number): string {
  if (error.killed === true) return `nothing within ${timeoutMs} ms, so it was stopped`
  if (error.code === 'ENOENT') return 'no such program'
  if (typeof error.code === 'number') return `exit code ${error.code}`
  return error.message.split('\n')[0] ?? error.message
}

function failed(command: Command, got: string, output: string, cause: Error): Fault {
  const said = output.trim().slice(-TOLD_CHARACTERS)
  return new Fault(
    'agent/command',
    `expected ${JSON.stringify(command.join(' '))} to succeed, got ${got}${said === '' ? '' : `: ${JSON.stringify(said)}`}`,
    { cause },
  )
}

/** The command with its placeholders, such as `{file}`, filled in. */
export function fillCommand(
  command: Command,
  values: Readonly<Record<string, string>>,
): readonly string[] {
  return command.map((part) =>
    part.replace(/\{([a-z]+)\}/g, (whole, name: string) => values[name] ?? whole),
  )
}
