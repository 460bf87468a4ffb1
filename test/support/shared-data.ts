import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

const FOLDER =
  process.env['BAILIWICK_DATA_SHARED'] ??
  fileURLToPath(new URL('../../../shared/data', import.meta.url))

/**
 * The path of a file or folder of the optional data set of real lists and other people's vectors, or null
 * when it is not there; then says aloud what is skipped and why. `BAILIWICK_DATA_SHARED` names another place.
 */
export function sharedData(name: string): string | null {
  const path = join(FOLDER, name)
  if (existsSync(path)) return path
  console.warn(`SKIPPED: no ${JSON.stringify(name)} in the shared data (set BAILIWICK_DATA_SHARED)`)
  return null
}
