import { CommanderError, type Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { asFault } from './system-fault.ts'

/** 0 fine · 1 findings · 2 usage · 3 fault · 70 bug (`docs/errors.md` and `--help` say the same). */
export const EXIT = { fine: 0, findings: 1, usage: 2, fault: 3, bug: 70 } as const

/**
 * Runs the command line once and maps whatever it throws to an exit code and one sentence on stderr.
 * The process ends by running out of work. It is not awaited: a top-level `await` that never settles
 * would end the process with a code of Node's own.
 */
export function runProgram(program: Command, argv: readonly string[] = process.argv): void {
  const reader = watchReader()
  process.on('uncaughtException', crash)
  settle(program)
  program.parseAsync([...argv]).catch((error: unknown) => {
    process.exitCode = reader.isGone && isBrokenStream(error) ? EXIT.fine : report(error)
  })
}

/** Every command, however deep, ends by throwing and speaks of mistakes in the same way. */
export function settle(command: Command): void {
  command.exitOverride().showSuggestionAfterError(true)
  command.configureOutput({
    outputError: (text, write) => write(printUsageError(command, text)),
  })
  for (const sub of command.commands) settle(sub)
}

function printUsageError(command: Command, text: string): string {
  const [sentence = '', ...hints] = text
    .replace(/^error: /, '')
    .trimEnd()
    .split('\n')
  const hint = [...hints, `see: ${commandPath(command)} --help`].join('\n')
  return `bailiwick: ${sentence.replace(/[.]$/, '')} (usage/invalid)\n${hint}\n`
}

function commandPath(command: Command): string {
  return command.parent ? `${commandPath(command.parent)} ${command.name()}` : command.name()
}

/**
 * Notices that whoever reads stdout has left (`… | head`): that is no fault of ours and no reason to
 * say anything. The command runs to its end, so that what it was writing elsewhere is whole.
 */
function watchReader(): { readonly isGone: boolean } {
  const reader = { isGone: false }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    reader.isGone = true
    process.exitCode ??= EXIT.fine
  })
  return reader
}

function isBrokenStream(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return ['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_PREMATURE_CLOSE'].includes(code ?? '')
}

/** Says on stderr what went wrong, in one sentence, and gives the exit code of it. */
export function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // commander has written its own sentence already; --help and --version end here too.
    return error.exitCode === 0 ? EXIT.fine : EXIT.usage
  }
  const fault = asFault(error)
  if (fault instanceof Fault) {
    process.stderr.write(`bailiwick: ${fault.message} (${fault.code})\n`)
    return fault.code === 'usage/invalid' ? EXIT.usage : EXIT.fault
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`bailiwick: this is a bug, please report it with what follows\n${told}\n`)
  return EXIT.bug
}

/** What nobody caught leaves the process in a state that nobody knows. */
function crash(error: unknown): never {
  // eslint-disable-next-line no-restricted-properties -- the one place where going on is worse
  process.exit(report(error))
}
