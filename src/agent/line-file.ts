import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { Fault } from '../core/fault.ts'

const BLOCK_BYTES = 1 << 20
const LF = 0x0a

/** A lines file of at most this many bytes (some million entries) is held in memory while it is read several times. */
const MAX_HELD_BYTES = 64 * 1024 * 1024

/**
 * The line blocks of a file of entry lines: whole lines, each block a fresh buffer of about 1 MiB. Holds the file open while it
 * is iterated. Throws `agent/damaged` when it is cut in mid-line or holds a line longer than a block.
 */
export function* readLineBlocks(path: string): Generator<Uint8Array, void, undefined> {
  const fd = openSync(path, 'r')
  try {
    let rest = new Uint8Array(0)
    for (;;) {
      const block = Buffer.allocUnsafe(BLOCK_BYTES)
      block.set(rest)
      const read = readSync(fd, block, rest.length, BLOCK_BYTES - rest.length, null)
      if (read === 0) break
      const filled = block.subarray(0, rest.length + read)
      const end = filled.lastIndexOf(LF) + 1
      if (end === 0 && filled.length === BLOCK_BYTES) throw damaged(path, 'a line without an end')
      rest = filled.subarray(end)
      if (end > 0) yield filled.subarray(0, end)
    }
    if (rest.length > 0) throw damaged(path, 'a last line without its line feed')
  } finally {
    closeSync(fd)
  }
}

/** The same blocks for someone who wants them more than once: a moderate file is read once. */
export function openLineBlocks(path: string): () => Iterable<Uint8Array> {
  if (statSync(path).size > MAX_HELD_BYTES) return () => readLineBlocks(path)
  const bytes = readFileSync(path)
  return () => cutBlocks(bytes, path)
}

function* cutBlocks(bytes: Buffer, path: string): Generator<Uint8Array, void, undefined> {
  let start = 0
  while (start < bytes.length) {
    const end = bytes.lastIndexOf(LF, start + BLOCK_BYTES) + 1
    if (end <= start) throw damaged(path, 'a line without an end')
    yield bytes.subarray(start, end)
    start = end
  }
}

function damaged(path: string, got: string): Fault {
  return new Fault('agent/damaged', `expected whole lines in ${JSON.stringify(path)}, got ${got}`)
}
