import { fileNames, isNamed, type FileName } from './zone-files.ts'
import type { ZoneFolder } from './zone-folder.ts'
import type { ZoneKey } from './zone-key.ts'

/**
 * Removes what the zone has made needless: other images and trees, and differences from serials more than `keepSerials` before. What
 * somebody has open stays readable to them.
 */
export function tidyZones(folder: ZoneFolder, key: ZoneKey, keepSerials: number): void {
  for (const file of fileNames(folder, key.place)) {
    if (isNeedless(file, key, keepSerials)) folder.remove(key.place, file.name)
  }
}

function isNeedless({ part, from, to }: FileName, key: ZoneKey, keepSerials: number): boolean {
  // Another process may be ahead: what it made is not ours to judge.
  if (to.serial > key.serial) return false
  if (part === 'diff') return from.serial < key.serial - keepSerials
  return !isNamed(to, key)
}
