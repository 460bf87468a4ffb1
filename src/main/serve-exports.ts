import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExportFile, ExportMaker } from '../distribute/ports.ts'

/** Exports made by `makeExport`, whose paths are relative to `folder`, and kept there: `<place>/<serial>/`. */
export function openExportMaker(makeExport: ExportMaker['make'], folder: string): ExportMaker {
  const within = (file: ExportFile): ExportFile => ({ ...file, path: join(folder, file.path) })
  const withinOrNull = (file: ExportFile | null): ExportFile | null => file && within(file)
  /** The serials that each place keeps; what is removed is looked up here at the last moment. */
  const wanted = new Map<string, readonly number[]>()
  return {
    make: async (list, format, serial) => {
      const made = await makeExport(list, format, serial)
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
