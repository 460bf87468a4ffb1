import { assertWholeLines, type LineBlocks } from '../../core/line-cursor.ts'

const TAB = 0x09
const LF = 0x0a

/**
 * The same lines in blocks that never part the lines of one value, so that whoever merges them may look no further than the
 * block. Only the first and the last few lines of a block are copied. Throws `snapshot/invalid` on a block cut in mid-line.
 */
export function* wholeGroups(blocks: LineBlocks): Generator<Buffer, void> {
  let held = Buffer.alloc(0)
  for (const given of blocks) {
    assertWholeLines(given)
    // Buffers all, so that whoever scans them byte by byte meets one class, and the compiler stays with what it made of it.
    const block = Buffer.from(given.buffer, given.byteOffset, given.length)
    if (block.length === 0) continue
    const from = continuedTo(block, held)
    if (from > 0) held = Buffer.concat([held, block.subarray(0, from)])
    if (from === block.length) continue
    if (held.length > 0) yield held
    const cut = lastGroup(block, from)
    if (cut > from) yield block.subarray(from, cut)
    // A copy: whoever makes the blocks may use the memory again.
    held = Buffer.from(block.subarray(cut))
  }
  if (held.length > 0) yield held
}

/** How far `block` goes on with the value that the lines of `held` have. */
function continuedTo(block: Uint8Array, held: Uint8Array): number {
  let at = 0
  while (held.length > 0 && at < block.length && isSameValue(held, 0, block, at)) {
    at = block.indexOf(LF, at) + 1
  }
  return at
}

/** Where the lines of the last value in `block` begin, not before `from`. */
function lastGroup(block: Uint8Array, from: number): number {
  let start = lineStart(block, block.length - 1, from)
  while (start > from) {
    const before = lineStart(block, start - 1, from)
    if (!isSameValue(block, before, block, start)) break
    start = before
  }
  return start
}

function lineStart(block: Uint8Array, lf: number, from: number): number {
  let at = lf
  while (at > from && block[at - 1] !== LF) at--
  return at
}

function isSameValue(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number): boolean {
  for (let i = 0; aStart + i < a.length && bStart + i < b.length; i++) {
    if (a[aStart + i] !== b[bStart + i]) return false
    if (a[aStart + i] === TAB) return true
  }
  return false
}
