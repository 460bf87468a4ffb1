import { createHash } from 'node:crypto'
import { Fault, isFault } from '../core/fault.ts'
import { blocksOfLines } from '../core/hash-lines.ts'
import type { LineBlocks } from '../core/line-cursor.ts'
import { mergeLines, type LineDiff } from '../core/merge-lines.ts'
import type { Cut } from './cut-publication.ts'
import type { Publication, PublishDeps } from './ports.ts'

/** The lines of the next serial, in the cache. */
export interface MadeLines {
  readonly state: string
  readonly bytes: number
}

/**
 * Writes the lines of the next serial to the cache: the lines of the serial before merged with the changes, all streamed. When the cache lacks
 * those or has them wrong, from the database.
 */
export function makeLines(
  { store, cache }: Pick<PublishDeps, 'store' | 'cache'>,
  cut: Cut,
): MadeLines {
  const { list, previous, changes, serial } = cut
  const put = (lines: LineBlocks): MadeLines => measure(cache.putLines(list.place, serial, lines))
  const before = previous === null ? null : cache.lines(list.place, previous.serial)
  if (previous !== null && changes !== null && before !== null) {
    const made = tryMerge(previous, before, changes, put)
    if (made !== null) return made
  }
  return put(blocksOfLines(store.publications.lines(list.rowId, cut.decision)))
}

/** Null when the cached lines turn out not to be those of `previous`. */
function tryMerge(
  previous: Publication,
  before: LineBlocks,
  changes: LineDiff,
  put: (lines: LineBlocks) => MadeLines,
): MadeLines | null {
  try {
    return put(mergeLines(verifiedLines(before, previous.state), changes))
  } catch (error) {
    if (isFault(error, 'snapshot/invalid', 'delta/mismatch')) return null
    throw error
  }
}

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
  if (got !== state)
    throw new Fault('snapshot/invalid', `expected lines with the state ${state}, got ${got}`)
}

function measure(lines: LineBlocks): MadeLines {
  const hash = createHash('sha256')
  let bytes = 0
  for (const block of lines) {
    hash.update(block)
    bytes += block.length
  }
  return { state: hash.digest('hex'), bytes }
}
