import { MAX_EVENT_BYTES } from './event.ts'

const LF = 0x0a

/**
 * The lines of an exported chain without their line feeds, from blocks of bytes that each hold only until the next one is asked for. Null for
 * a line that is none: no UTF-8, longer than `MAX_EVENT_BYTES`, or the last one without a line feed. Holds one line at a time.
 */
export function* readEventLines(
  blocks: Iterable<Uint8Array>,
): Generator<string | null, void, undefined> {
  let kept: Uint8Array[] = []
  let length = 0
  for (const block of blocks) {
    for (let start = 0; start < block.length;) {
      const found = block.indexOf(LF, start)
      const end = found < 0 ? block.length : found
      length += end - start
      // From outside: what is too long is counted and not kept.
      // A copy: `slice` of a Buffer is none.
      if (length <= MAX_EVENT_BYTES) kept.push(new Uint8Array(block.subarray(start, end)))
      else kept = []
      start = end + 1
      if (found < 0) break
      yield length <= MAX_EVENT_BYTES ? decode(kept) : null
      kept = []
      length = 0
    }
  }
  if (length > 0) yield null
}

function decode(parts: readonly Uint8Array[]): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts))
  } catch (error) {
    // What `fatal` throws for bytes that are no UTF-8.
    if (error instanceof TypeError) return null
    throw error
  }
}
