import { fstatSync, readSync } from 'node:fs'

/** Of what has no size before it is read, as a pipe. */
const PIECE_BYTES = 1 << 16

/** The bytes of an open file, as far as one byte beyond `maxBytes`: whoever asked refuses what is longer. */
export function readAtMost(fd: number, maxBytes: number): Buffer {
  // A regular file comes in one piece.
  const pieceBytes = Math.max(fstatSync(fd).size + 1, PIECE_BYTES)
  const pieces: Buffer[] = []
  for (let left = maxBytes + 1; left > 0;) {
    const piece = Buffer.allocUnsafe(Math.min(left, pieceBytes))
    const length = readSync(fd, piece)
    if (length === 0) break
    pieces.push(piece.subarray(0, length))
    left -= length
  }
  const [only, other] = pieces
  return only !== undefined && other === undefined ? only : Buffer.concat(pieces)
}
