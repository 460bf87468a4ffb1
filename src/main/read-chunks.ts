import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { naming } from './system-fault.ts'

/** How the command line names standard input. */
export const STDIN = '-'

const CHUNK_BYTES = 1 << 20

/**
 * The bytes of a file in chunks of a megabyte. A chunk is good until the next is asked for, and full but for the last.
 * Closes the file when the reading ends, however it ends.
 */
export function* readChunks(path: string): Generator<Uint8Array> {
  const fd = path === STDIN ? 0 : openSync(path, 'r')
  try {
    const chunk = new Uint8Array(CHUNK_BYTES)
    for (;;) {
      const length = naming(path, () => fill(fd, chunk))
      if (length > 0) yield length === CHUNK_BYTES ? chunk : chunk.subarray(0, length)
      if (length < CHUNK_BYTES) return
    }
  } finally {
    if (fd !== 0) closeSync(fd)
  }
}

/** Bytes read: fewer than there is room for only at the end of the file. */
function fill(fd: number, chunk: Uint8Array): number {
  let length = 0
  while (length < chunk.length) {
    const read = readSome(fd, chunk, length)
    if (read === 0) break
    length += read
  }
  return length
}

function readSome(fd: number, chunk: Uint8Array, from: number): number {
  for (;;) {
    try {
      return readSync(fd, chunk, from, chunk.length - from, null)
    } catch (error) {
      // A terminal or pipe that another process made non-blocking has nothing at the moment: look again soon.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

/** How many bytes a file has, for planning; 0 when nobody knows before it is read. */
export function sizeOfInput(path: string): number {
  const fd = path === STDIN ? 0 : openSync(path, 'r')
  try {
    const stats = fstatSync(fd)
    return stats.isFile() ? stats.size : 0
  } finally {
    if (fd !== 0) closeSync(fd)
  }
}
