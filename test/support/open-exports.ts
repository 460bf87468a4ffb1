import { join } from 'node:path'
import { openPublishFolder } from '../../src/platform/publish-folder.ts'
import type { ExportDeps } from '../../src/publish/make-export.ts'
import type { Authority } from '../../src/main/open-authority.ts'

/** What `makeExport` is handed: the authority, with the folder of exports. */
export function openExports({ store, keys, cache, now, paths }: Authority): ExportDeps {
  const exports = openPublishFolder(paths.exports, join(paths.staging, 'exports'))
  return { store, keys, cache, now, exports }
}
