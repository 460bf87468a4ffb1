import { createHash } from 'node:crypto'
import { Fault } from './fault.ts'
import type { LineBlocks } from './line-cursor.ts'

/** Passes lines on and throws `snapshot/invalid` at the end unless they had the state that they should. */
export function* verifiedLines(
  lines: LineBlocks,
  state: string,
): Generator<Uint8Array, void, undefined> {
  const hash = createHash('sha256')
  for (const block of lines) {
    hash.update(block)
    yield block
  }
  const got = hash.digest('hex')
  if (got !== state) {
    throw new Fault('snapshot/invalid', `expected lines with the state ${state}, got ${got}`)
  }
}
