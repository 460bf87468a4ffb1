import { closeSync, openSync } from 'node:fs'
import { readAtMost } from '../platform/read-at-most.ts'
import { MAX_CEREMONY_BYTES } from '../publish/drafts/canonical-file.ts'
import { naming } from './system-fault.ts'

/** A file that somebody has brought, as far as one byte beyond the most that it may have: whoever parses it refuses that. */
export function readCeremonyFile(path: string): Buffer {
  return naming(path, () => {
    const fd = openSync(path, 'r')
    try {
      return readAtMost(fd, MAX_CEREMONY_BYTES)
    } finally {
      closeSync(fd)
    }
  })
}
