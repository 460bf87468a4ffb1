import { createHash } from 'node:crypto'
import { listTarget, SNAPSHOT_FILE, targetPath } from '../core/layout.ts'
import type { LineBlocks } from '../core/line-cursor.ts'
import { printSnapshotHeader, type SnapshotHeader } from '../core/snapshot.ts'
import { deflateBlocks, gzipHead, gzipTrailer, joinSums } from '../formats/parallel-gzip.ts'
import type { FileDraft, PublishFiles } from './ports.ts'
import type { TargetFile } from './tuf-metadata.ts'

/** A staged `lists/<place>/snapshot.txt.gz`. */
export interface StagedSnapshot {
  readonly target: TargetFile
  readonly state: string
}

/** What is said of a snapshot beside its lines. */
export interface AboutSnapshot extends Omit<SnapshotHeader, 'state'> {
  /**
   * The digest of the zone that is made of the lines, if it has one (`docs/spec/rpz.md` §9). Asked for when all lines are read, while the
   * rest of them is compressed by other threads.
   */
  readonly zonemd?: (state: string) => Promise<string | undefined>
}

const UNKNOWN_STATE = '0'.repeat(64)

/**
 * Stages the snapshot of `lines`, which are read once: while they come they are hashed and compressed, and the header, which says their
 * hash, is written over its place at the end. Each block need hold only until the next one is asked for.
 */
export async function stageSnapshot(
  files: Pick<PublishFiles, 'draft'>,
  place: string,
  about: AboutSnapshot,
  lines: LineBlocks,
): Promise<StagedSnapshot> {
  const draft = files.draft()
  try {
    return await fillDraft(draft, listTarget(place, SNAPSHOT_FILE), about, lines)
  } catch (error) {
    draft.discard()
    throw error
  }
}

async function fillDraft(
  draft: FileDraft,
  name: string,
  about: AboutSnapshot,
  lines: LineBlocks,
): Promise<StagedSnapshot> {
  draft.write(gzipHead(printHead(about, UNKNOWN_STATE)))
  const hash = createHash('sha256')
  const sum = { crc: 0, length: 0 }
  let state = UNKNOWN_STATE
  let digest: Promise<string | undefined> | undefined
  function* read(): Generator<Uint8Array, void, undefined> {
    yield* hashed(lines, hash)
    state = hash.digest('hex')
    digest = about.zonemd?.(state)
    // Should compressing fail first, nobody waits for it.
    digest?.catch(() => undefined)
  }
  async function* deflated(): AsyncGenerator<Uint8Array, void, undefined> {
    Object.assign(sum, yield* deflateBlocks(read()))
  }
  for await (const piece of deflated()) draft.write(piece)
  const zonemd = await digest
  const head = printHead(about, state)
  draft.write(gzipTrailer(joinSums(head, sum)))
  draft.patch(gzipHead(head))
  const file = await finish(draft, name)
  const { entries, list, serial } = about
  const rawLength = head.length + sum.length
  const custom = {
    entries,
    list,
    rawLength,
    serial,
    state,
    ...(zonemd !== undefined && { zonemd }),
  }
  return { target: { ...file, custom }, state }
}

function printHead(about: Omit<SnapshotHeader, 'state'>, state: string): Buffer {
  return Buffer.from(printSnapshotHeader({ ...about, state }))
}

function* hashed(
  lines: LineBlocks,
  hash: { readonly update: (block: Uint8Array) => unknown },
): Generator<Uint8Array, void, undefined> {
  for (const block of lines) {
    hash.update(block)
    yield block
  }
}

async function finish(draft: FileDraft, name: string): Promise<Omit<TargetFile, 'custom'>> {
  const hash = createHash('sha256')
  let length = 0
  for (const block of draft.blocks()) {
    hash.update(block)
    length += block.length
  }
  const sha256 = hash.digest('hex')
  await draft.finish(targetPath(name, sha256))
  return { length, hashes: { sha256 } }
}
