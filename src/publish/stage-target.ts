import { createHash } from 'node:crypto'
import { targetPath } from '../core/layout.ts'
import type { FileDraft, PublishFiles } from './ports.ts'
import type { TargetFile } from './tuf-metadata.ts'

/**
 * Writes a target to a staged file of its final name, durably, and gives what metadata says of it. Nothing stays after an error.
 */
export async function stageTarget(
  files: Pick<PublishFiles, 'draft'>,
  target: string,
  blocks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<Omit<TargetFile, 'custom'>> {
  const draft = files.draft()
  try {
    return await fillDraft(draft, target, blocks)
  } catch (error) {
    draft.discard()
    throw error
  }
}

async function fillDraft(
  draft: FileDraft,
  target: string,
  blocks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<Omit<TargetFile, 'custom'>> {
  const hash = createHash('sha256')
  let length = 0
  for await (const block of blocks) {
    draft.write(block)
    hash.update(block)
    length += block.length
  }
  const sha256 = hash.digest('hex')
  await draft.finish(targetPath(target, sha256))
  return { length, hashes: { sha256 } }
}
