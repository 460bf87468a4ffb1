import { createHash } from 'node:crypto'
import { Fault, isFault } from '../core/fault.ts'
import { blocksOfLines } from '../core/hash-lines.ts'
import type { LineBlocks } from '../core/line-cursor.ts'
import { mergePassing, type LineDiff } from '../core/merge-lines.ts'
import type { Cut } from './cut-publication.ts'
import type { LineDraft, PublishDeps } from './ports.ts'

/** The lines of the next serial, in a draft that becomes part of the cache when the serial is committed. */
export interface MadeLines {
  readonly state: string
  readonly bytes: number
  readonly draft: LineDraft
}

/**
 * Makes the lines of the next serial: those of the serial before, from the cache, merged with the changes, all streamed. When
 * the cache lacks those or has them wrong, from the database. The draft is for the caller to keep or discard.
 */
export function makeLines(deps: Pick<PublishDeps, 'store' | 'cache'>, cut: Cut): MadeLines {
  return mergeCached(deps, cut) ?? draftFrom(deps, cut, storedLines(deps, cut))
}

function storedLines({ store }: Pick<PublishDeps, 'store'>, { list, decision }: Cut): LineBlocks {
  return blocksOfLines(store.publications.lines(list.rowId, decision))
}

/** Null when the cache has not the lines of the serial before. */
function mergeCached({ cache }: Pick<PublishDeps, 'cache'>, cut: Cut): MadeLines | null {
  const { list, previous, changes } = cut
  if (previous === null || changes === null) return null
  const before = cache.passingLines(list.place, previous.serial)
  if (before === null) return null
  try {
    return draftFrom({ cache }, cut, mergedLines(before, previous.state, changes))
  } catch (error) {
    if (isFault(error, 'snapshot/invalid', 'delta/mismatch')) return null
    throw error
  }
}

function mergedLines(before: LineBlocks, state: string, changes: LineDiff): LineBlocks {
  return mergePassing(verifiedLines(before, state), changes)
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
  if (got !== state) {
    throw new Fault('snapshot/invalid', `expected lines with the state ${state}, got ${got}`)
  }
}

function draftFrom(
  { cache }: Pick<PublishDeps, 'cache'>,
  { list, serial }: Cut,
  lines: LineBlocks,
): MadeLines {
  const draft = cache.draftLines(list.place, serial)
  try {
    const hash = createHash('sha256')
    let bytes = 0
    for (const block of lines) {
      hash.update(block)
      draft.write(block)
      bytes += block.length
    }
    return { state: hash.digest('hex'), bytes, draft }
  } catch (error) {
    draft.discard()
    throw error
  }
}
