import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { linesPath } from '../agent/list-state.ts'
import { copyFolder, type CopiedList } from '../agent/copy-note.ts'
import { Fault } from '../core/fault.ts'
import type { PublicDefinition } from '../core/list-definition.ts'
import type { ExportFiles, ExportMaker } from '../distribute/ports.ts'
import { keepPrivate, makeFolder } from '../platform/durable-file.ts'
import type { EdgeConfig } from './edge-config.ts'
import { openExportMaker } from './serve-exports.ts'
import { openThread } from './serve-thread.ts'

/** What the thread is asked. */
export interface EdgeExportQuestion {
  readonly place: string
  readonly definition: PublicDefinition
  readonly serial: number
  readonly state: string
  readonly entries: number
  readonly format: string
  /** Null when the lines of that serial are not there any more, or its definition is not: then only what was made before is given. */
  readonly linesPath: string | null
  /** The text of `keys/export.pub`. */
  readonly exportKey: string | null
  /** Whether the source may be asked for a signature now. */
  readonly mayAsk: boolean
}

export interface EdgeExportReply extends ExportFiles {
  /** Why there is no signature. */
  readonly signatureFault: string | null
}

export interface EdgeExportsDeps {
  readonly config: EdgeConfig
  readonly version: string
  readonly copied: (rowId: number) => CopiedList | null
  readonly exportKey: () => string | null
  readonly now: () => Date
  readonly onUnsigned: (fields: Readonly<Record<string, unknown>>) => void
}

export interface EdgeExports {
  readonly maker: ExportMaker
  readonly close: () => Promise<void>
}

/** A source that had no signature is not asked again before: a reader waits for the answer. */
const ASK_AGAIN_MS = 30_000

/** Exports, made from the copy by a thread of its own and kept in the state folder. */
export function openEdgeExports(deps: EdgeExportsDeps): EdgeExports {
  const folder = join(deps.config.state, 'exports')
  // Restricted lists are among them, and only this program hands them out.
  makeFolder(folder, 0o700)
  keepPrivate(folder)
  const exports = { folder, staging: join(folder, '.staging') }
  const { config, version } = deps
  const thread = openThread(new URL('./edge-export-thread.js', import.meta.url), {
    workerData: { config, version, exports },
  })
  const failedAt = new Map<string, number>()
  async function makeExport(
    rowId: number,
    format: string,
    serial: number,
  ): Promise<EdgeExportReply> {
    const question = questionOf(deps, rowId, { format, serial })
    const key = `${question.place} ${serial} ${format}`
    const nowMs = deps.now().getTime()
    const mayAsk = nowMs - (failedAt.get(key) ?? 0) >= ASK_AGAIN_MS
    const made = (await thread.ask({ ...question, mayAsk })) as EdgeExportReply
    if (made.signatureFault === null) failedAt.delete(key)
    else if (mayAsk) {
      failedAt.set(key, nowMs)
      deps.onUnsigned({ list: question.definition.id, serial, format, why: made.signatureFault })
    }
    return made
  }
  return {
    maker: openExportMaker(
      (list, format, serial) => makeExport(list.rowId, format, serial),
      folder,
    ),
    close: () => thread.close(0),
  }
}

function questionOf(
  { config, copied, exportKey }: EdgeExportsDeps,
  rowId: number,
  { format, serial }: { readonly format: string; readonly serial: number },
): EdgeExportQuestion {
  const list = copied(rowId)
  const found = list?.serials.find((one) => one.serial === serial)
  if (!list || !found) {
    throw new Fault('snapshot/not-found', `expected a serial that this edge has, got ${serial}`)
  }
  const path = linesPath(copyFolder(config.state, list.place), serial)
  const isThere = found.definitionSha256 === list.definitionSha256 && existsSync(path)
  const { place, definition } = list
  const { state, entries } = found
  return {
    ...{ place, definition, serial, state, entries, format, exportKey: exportKey() },
    ...{ linesPath: isThere ? path : null, mayAsk: true },
  }
}
