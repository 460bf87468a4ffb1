import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExportFile, ExportMaker } from '../distribute/ports.ts'
import type { Work } from './serve-work.ts'

/** Exports made by `work` and kept in `folder`, `<place>/<serial>/`. */
export function openExportMaker(work: Pick<Work, 'makeExport'>, folder: string): ExportMaker {
  const within = (file: ExportFile): ExportFile => ({ ...file, path: join(folder, file.path) })
  const withinOrNull = (file: ExportFile | null): ExportFile | null => file && within(file)
  /** The serials that each place keeps; what is removed is looked up here at the last moment. */
  const wanted = new Map<string, readonly number[]>()
  return {
    make: async (list, format, serial) => {
      const made = await work.makeExport(list.id, format, serial)
      return {
        plain: within(made.plain),
        gzip: withinOrNull(made.gzip),
        br: withinOrNull(made.br),
        signature: withinOrNull(made.signature),
      }
    },
    keepOnly: async ({ place }, serials) => {
      wanted.set(place, serials)
      for (const name of await readdir(join(folder, place)).catch(() => [])) {
        const kept = wanted.get(place) ?? []
        // A serial that is newer than all of them has only just come.
        if (kept.includes(Number(name)) || Number(name) > Math.max(...kept)) continue
        await rm(join(folder, place, name), { recursive: true, force: true })
      }
    },
  }
}
