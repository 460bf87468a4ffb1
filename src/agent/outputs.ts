import { Fault } from '../core/fault.ts'
import type { AgentConfig, Command, OutputConfig } from './config.ts'
import type { ListWork } from './list-work.ts'
import type { PullDeps } from './pull-deps.ts'
import { fillCommand } from './run-command.ts'
import { isInPlace, outputMark, writeOutput } from './write-output.ts'

/** Whether every output of a list is in place as it was made, of the applied serial. */
export function areInPlace(deps: PullDeps, work: ListWork): boolean {
  return work.list.outputs.every((output) => isCurrent(deps, work, output))
}

function isCurrent(deps: PullDeps, work: ListWork, output: OutputConfig): boolean {
  const { applied, outputs } = work.state
  if (!applied) return true
  return isInPlace(output, outputMark(deps.version, output, applied), outputs[output.path])
}

/**
 * Makes every output that is not in place: of a new serial, of a new definition, or because its file is missing or was altered. One
 * that fails does not stop the next.
 */
export async function writeOutputs(
  deps: PullDeps,
  config: AgentConfig,
  work: ListWork,
  attempt: (act: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const { applied } = work.state
  const wanted = work.list.outputs.filter((output) => !isCurrent(deps, work, output))
  forgetOutputs(work)
  if (!applied || wanted.length === 0) return
  if (!work.isIntact(false)) {
    throw new Fault(
      'agent/damaged',
      `expected the lines of serial ${applied.serial} to have the state ${applied.state}, got others`,
    )
  }
  const outputDeps = { ...deps, commandTimeoutMs: config.timeouts.command * 1000 }
  for (const output of wanted) {
    await attempt(async () => {
      const made = await writeOutput(outputDeps, output, applied, work.folder)
      work.update({ outputs: { ...work.state.outputs, [output.path]: made } })
      work.written.push(output.path)
    })
  }
  // A crash before this: the files are in place, but nothing says so; the next pull makes them once more and reloads.
  work.save()
}

/** Outputs that are no longer configured are no longer ours; their files stay. */
function forgetOutputs(work: ListWork): void {
  const paths = new Set(work.list.outputs.map((output) => output.path))
  const kept = Object.entries(work.state.outputs).filter(([path]) => paths.has(path))
  work.update({ outputs: Object.fromEntries(kept) })
}

interface Reload {
  readonly command: Command
  readonly outputs: { readonly work: ListWork; readonly path: string }[]
}

/**
 * Tells the readers of new files, each command once however many files it is for. One that fails stays pending and is tried again
 * at the next pull: the file is in place already.
 */
export async function reloadOutputs(
  deps: PullDeps,
  config: AgentConfig,
  works: readonly ListWork[],
  attempt: (work: ListWork, act: () => Promise<void>) => Promise<void>,
): Promise<void> {
  for (const { command, outputs } of pendingReloads(works)) {
    const ran = deps.run(command, config.timeouts.command * 1000)
    for (const { work, path } of outputs) {
      await attempt(work, async () => {
        await ran
        reloaded(work, path)
      })
    }
  }
}

function pendingReloads(works: readonly ListWork[]): Iterable<Reload> {
  const reloads = new Map<string, Reload>()
  for (const work of works) {
    for (const { path, reload } of work.list.outputs) {
      if (!reload || work.state.outputs[path]?.reloadPending !== true) continue
      const command = fillCommand(reload, { file: path })
      const key = JSON.stringify(command)
      const known = reloads.get(key) ?? { command, outputs: [] }
      known.outputs.push({ work, path })
      reloads.set(key, known)
    }
  }
  return reloads.values()
}

function reloaded(work: ListWork, path: string): void {
  const output = work.state.outputs[path]
  if (!output) return
  work.update({ outputs: { ...work.state.outputs, [path]: { ...output, reloadPending: false } } })
}
