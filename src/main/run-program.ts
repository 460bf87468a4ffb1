import { CommanderError, type Command } from 'commander'
import { Fault } from '../core/fault.ts'

/** 0 fine · 1 findings · 2 usage · 3 fault · 70 bug (`docs/spec` and `--help` say the same). */
export const EXIT = { fine: 0, findings: 1, usage: 2, fault: 3, bug: 70 } as const

/**
 * Runs the command line once and maps whatever it throws to an exit code and one sentence on stderr.
 * The process ends by running out of work, never by `process.exit`.
 */
export async function runProgram(program: Command, argv: readonly string[] = process.argv): Promise<void> {
  exitOverrideAll(program)
  try {
    await program.parseAsync([...argv])
  } catch (error) {
    process.exitCode = report(error)
  }
}

function exitOverrideAll(command: Command): void {
  command.exitOverride()
  command.showSuggestionAfterError(true)
  for (const sub of command.commands) exitOverrideAll(sub)
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // commander has written its own sentence already; --help and --version end here too.
    return error.exitCode === 0 ? EXIT.fine : EXIT.usage
  }
  if (error instanceof Fault) {
    process.stderr.write(`bailiwick: ${error.message} (${error.code})\n`)
    return error.code === 'usage/invalid' ? EXIT.usage : EXIT.fault
  }
  process.stderr.write(`bailiwick: this is a bug, please report it\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return EXIT.bug
}
