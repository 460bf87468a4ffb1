import { closeSync, openSync, readSync } from 'node:fs'
import { MAX_CEREMONY_BYTES } from '../publish/drafts/canonical-file.ts'
import { naming } from './system-fault.ts'

/** A file that somebody has brought, as far as one byte beyond the most that it may have: whoever parses it refuses that. */
export function readCeremonyFile(path: string): Buffer {
  return naming(path, () => {
    const fd = openSync(path, 'r')
    try {
      const pieces: Buffer[] = []
      for (let left = MAX_CEREMONY_BYTES + 1; left > 0;) {
        const piece = Buffer.alloc(Math.min(left, 1 << 16))
        const length = readSync(fd, piece)
        if (length === 0) break
        pieces.push(piece.subarray(0, length))
        left -= length
      }
      return Buffer.concat(pieces)
    } finally {
      closeSync(fd)
    }
  })
}
