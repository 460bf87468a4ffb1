import { isFault } from '../core/fault.ts'
import { blocksOfLines } from '../core/hash-lines.ts'
import type { LineBlocks } from '../core/line-cursor.ts'
import { mergePassing } from '../core/merge-lines.ts'
import { verifiedLines } from '../core/verified-lines.ts'
import type { Cut } from './cut-publication.ts'
import type { LineDraft, PublishDeps } from './ports.ts'
import { prepareZone } from './prepare-zone.ts'
import { stageSnapshot, type StagedSnapshot } from './stage-snapshot.ts'

/** The lines of the next serial, as a staged snapshot and in a draft that becomes part of the cache when the serial is committed. */
export interface MadeSnapshot extends StagedSnapshot {
  readonly draft: LineDraft
}

type MakeDeps = Pick<PublishDeps, 'store' | 'cache' | 'files' | 'zones' | 'beginZone'>

/**
 * Makes the next serial: the lines of the serial before, from the cache, merged with the changes, all streamed. When the cache
 * lacks those or has them wrong, from the database. The draft is for the caller to keep or discard.
 */
export async function makeSnapshot(deps: MakeDeps, cut: Cut): Promise<MadeSnapshot> {
  const merged = mergedLines(deps, cut)
  if (merged === null) return makeFrom(deps, cut, storedLines(deps, cut))
  try {
    return await makeFrom(deps, cut, merged)
  } catch (error) {
    // The cached lines were not those of the serial before.
    if (isFault(error, 'snapshot/invalid', 'delta/mismatch')) {
      return makeFrom(deps, cut, storedLines(deps, cut))
    }
    throw error
  }
}

/** Null when the cache has no lines of the serial before. Throws at the latest with the last block when they are wrong. */
function mergedLines(
  { cache }: Pick<PublishDeps, 'cache'>,
  { list, previous, changes }: Cut,
): LineBlocks | null {
  if (previous === null || changes === null) return null
  const before = cache.passingLines(list.place, previous.serial)
  return before === null ? null : mergePassing(verifiedLines(before, previous.state), changes)
}

function storedLines({ store }: Pick<PublishDeps, 'store'>, { list, decision }: Cut): LineBlocks {
  return blocksOfLines(store.publications.lines(list.rowId, decision))
}

async function makeFrom(deps: MakeDeps, cut: Cut, lines: LineBlocks): Promise<MadeSnapshot> {
  const { cache, files } = deps
  const { list, serial, entries } = cut
  const draft = cache.draftLines(list.place, serial)
  const zone = prepareZone(deps, cut, draft)
  try {
    const about = { ...{ list: list.id, serial, entries }, zonemd: zone.zonemd }
    const staged = await stageSnapshot(files, list.place, about, written(lines, draft))
    return { ...staged, draft }
  } catch (error) {
    draft.discard()
    throw error
  } finally {
    zone.discard()
  }
}

function* written(lines: LineBlocks, draft: LineDraft): Generator<Uint8Array, void, undefined> {
  for (const block of lines) {
    draft.write(block)
    yield block
  }
}
