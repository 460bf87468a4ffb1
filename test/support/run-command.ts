import { Command } from 'commander'
import { addGlobalOptions } from '../../src/main/global-options.ts'
import { nounsFor } from '../../src/main/nouns.ts'
import { EXIT, report, settle } from '../../src/main/run-program.ts'
import type { Ran, RunOptions } from './bailiwick-command.ts'

/** Runs one command to its end in this process, as the program would, with these variables: for tests of many. One at a time. */
export async function runCommand(
  args: readonly string[],
  { env = {} }: Pick<RunOptions, 'env'> = {},
): Promise<Ran> {
  const restore = setVariables(env)
  const program = new Command('bailiwick')
  addGlobalOptions(program)
  for (const noun of nounsFor(args[0])) (await noun()).register(program)
  settle(program)
  const out = hold(process.stdout)
  const err = hold(process.stderr)
  const before = process.exitCode
  process.exitCode = undefined
  try {
    await program.parseAsync([...args], { from: 'user' })
    return { code: exitCode(), stdout: out.text(), stderr: err.text() }
  } catch (error) {
    return { code: report(error), stdout: out.text(), stderr: err.text() }
  } finally {
    process.exitCode = before
    restore()
    out.release()
    err.release()
  }
}

/** Gives back what sets them to what they were. */
function setVariables(env: Readonly<Record<string, string | undefined>>): () => void {
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const)
  for (const [name, value] of Object.entries(env)) setVariable(name, value)
  return () => {
    for (const [name, value] of before) setVariable(name, value)
  }
}

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name)
  else process.env[name] = value
}

/** What the command has set, by a way that the compiler doesn't see. */
function exitCode(): number {
  const { exitCode: code } = process as { readonly exitCode?: number }
  return code ?? EXIT.fine
}

/** Keeps what is written from going where it would. */
function hold(stream: NodeJS.WriteStream): {
  readonly text: () => string
  readonly release: () => void
} {
  let text = ''
  const write = stream.write.bind(stream)
  stream.write = (piece: string | Uint8Array): boolean => {
    text += typeof piece === 'string' ? piece : Buffer.from(piece).toString()
    return true
  }
  return { text: () => text, release: () => void (stream.write = write) }
}
