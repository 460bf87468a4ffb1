import { listTarget, SNAPSHOT_FILE } from '../core/layout.ts'
import type { LineBlocks } from '../core/line-cursor.ts'
import { printSnapshotHeader, type SnapshotHeader } from '../core/snapshot.ts'
import { gzipBlocks } from './parallel-gzip.ts'
import type { PublishFiles } from './ports.ts'
import { stageTarget } from './stage-target.ts'
import type { TargetFile } from './tuf-metadata.ts'

/** Stages `lists/<place>/snapshot.txt.gz`. The caller knows that `lines` have the state that `header` says. */
export async function stageSnapshot(
  files: Pick<PublishFiles, 'draft'>,
  place: string,
  header: SnapshotHeader,
  lines: LineBlocks,
): Promise<TargetFile> {
  const head = Buffer.from(printSnapshotHeader(header))
  let rawLength = head.length
  function* raw(): Generator<Uint8Array, void, undefined> {
    yield head
    for (const block of lines) {
      rawLength += block.length
      yield block
    }
  }
  const file = await stageTarget(files, listTarget(place, SNAPSHOT_FILE), gzipBlocks(raw()))
  const { entries, list, serial, state } = header
  return { ...file, custom: { entries, list, rawLength, serial, state } }
}
