import { EntryCursor, IS_IP, NOTHING } from './entry-cursor.ts'
import type { ExportSource } from './export-source.ts'

/** Whether any entry speaks of a name but not of what is below it. Reads the list up to the first. */
export function hasSingleNames(source: ExportSource): boolean {
  const entries = new EntryCursor(source.lines())
  try {
    while (entries.next()) {
      if (entries.kinds < IS_IP && entries.below === NOTHING) return true
    }
    return false
  } finally {
    entries.close()
  }
}
