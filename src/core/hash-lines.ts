import { createHash } from 'node:crypto'
import type { LineBlocks } from './line-cursor.ts'

/** The state of a list: the SHA-256 of its entry lines in lower-case hex (`docs/spec/snapshot.md` §3). */
export function hashLines(lines: LineBlocks): string {
  const hash = createHash('sha256')
  for (const block of lines) hash.update(block)
  return hash.digest('hex')
}

/** How many lines there are. */
export function countLines(lines: LineBlocks): number {
  let count = 0
  for (const block of lines) {
    for (const byte of block) if (byte === 0x0a) count++
  }
  return count
}

/** How many bytes the lines have, line feeds included. */
export function measureLines(lines: LineBlocks): number {
  let bytes = 0
  for (const block of lines) bytes += block.length
  return bytes
}

/** Lines without their LF, sorted, as line blocks of about 64 KiB. */
export function* blocksOfLines(lines: Iterable<string>): Generator<Uint8Array, void, undefined> {
  let text = ''
  for (const line of lines) {
    text += line + '\n'
    if (text.length < 1 << 16) continue
    yield Buffer.from(text)
    text = ''
  }
  if (text !== '') yield Buffer.from(text)
}
