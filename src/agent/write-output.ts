import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Fault } from '../core/fault.ts'
import type { ExportFormat } from '../formats/render-export.ts'
import type { OutputConfig } from './config.ts'
import { createFile, type Disk, type NewFile } from './disk.ts'
import { openLineBlocks } from './line-file.ts'
import { linesPath, type Applied, type OutputState } from './list-state.ts'
import { fillCommand, type CommandRunner } from './run-command.ts'

export interface OutputDeps {
  readonly disk: Disk
  readonly run: CommandRunner
  readonly commandTimeoutMs: number
  /** Of this program: another one may print a format in another way, so the files are made again. */
  readonly version: string
}

const LF = 0x0a

/** What an output is made of, as one word. */
export function outputMark(version: string, output: OutputConfig, applied: Applied): string {
  const { format, zone = null } = output
  const made = [version, format, zone, modeOf(output, applied), applied.serial, applied.state]
  return createHash('sha256')
    .update(JSON.stringify([...made, applied.definitionSha256]))
    .digest('hex')
}

/** Whether the file that is in place is the one that `mark` stands for, untouched. */
export function isInPlace(
  output: OutputConfig,
  mark: string,
  kept: OutputState | undefined,
): boolean {
  const stat = statSync(output.path, { throwIfNoEntry: false })
  return (
    kept?.made === mark &&
    stat?.isFile() === true &&
    stat.size === kept.size &&
    Math.abs(stat.mtimeMs - kept.mtimeMs) < 1
  )
}

/**
 * Makes the file of an output beside its place, has it checked, and puts it in place in one step. When anything fails, what
 * was in place stays. The reader is told afterwards, by whoever calls. Throws `agent/output`, `agent/command`, `agent/disk`.
 */
export async function writeOutput(
  deps: OutputDeps,
  output: OutputConfig,
  applied: Applied,
  folder: string,
): Promise<OutputState> {
  // A leading dot: programs that read whole folders (dnsmasq, include globs) pass it over.
  const passing = join(dirname(output.path), `.${basename(output.path)}.new`)
  const blocks = await render(output, applied, folder)
  createFile(deps.disk, passing, modeOf(output, applied), (write) => {
    writeWhole(output.path, blocks, write)
  })
  if (output.check) {
    try {
      await deps.run(fillCommand(output.check, { file: passing }), deps.commandTimeoutMs)
    } catch (error) {
      deps.disk.remove(passing)
      throw error
    }
  }
  const { size, mtimeMs } = statSync(passing)
  deps.disk.rename(passing, output.path)
  const mark = outputMark(deps.version, output, applied)
  return { made: mark, size, mtimeMs, reloadPending: output.reload !== undefined }
}

/** Readable for the resolver, which is another user; a restricted list only for the file's group. */
function modeOf(output: OutputConfig, applied: Applied): number {
  if (output.mode !== undefined) return parseInt(output.mode, 8)
  return applied.definition.visibility === 'restricted' ? 0o640 : 0o644
}

async function render(
  output: OutputConfig,
  applied: Applied,
  folder: string,
): Promise<Iterable<Uint8Array>> {
  // Loaded when there is something to write: most pulls find nothing.
  const { renderExport } = await import('../formats/render-export.ts')
  return renderExport(output.format as ExportFormat, {
    definition: applied.definition,
    serial: applied.serial,
    state: applied.state,
    entries: applied.entries,
    ...(output.zone !== undefined && { zone: output.zone }),
    lines: openLineBlocks(linesPath(folder, applied.serial)),
  })
}

/** A file cut in its last line leaves names open in three of four resolvers: throws `agent/output` for one. */
function writeWhole(path: string, blocks: Iterable<Uint8Array>, write: NewFile['write']): void {
  let last = 0
  for (const block of blocks) {
    write(block)
    last = block.at(-1) ?? last
  }
  if (last === LF) return
  throw new Fault(
    'agent/output',
    `expected ${JSON.stringify(path)} to end with a line feed, got ${last}`,
  )
}
