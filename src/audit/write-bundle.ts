import { Fault } from '../core/fault.ts'
import { MAX_BUNDLE_FILES, MAX_TARGET_BYTES } from './limits.ts'
import { bundlePaths } from './bundle-paths.ts'
import type { Published } from './published.ts'
import { encodeTarHeader, isPublishedPath, TAR_BLOCK, tarPadding } from './tar.ts'

/** Takes the bytes of a bundle. */
export type WriteBytes = (bytes: Uint8Array) => void

/** What came into a bundle. */
export interface BundleCounts {
  readonly files: number
  readonly bytes: number
}

/**
 * Writes everything that an audit of `source` reads into one tar: the same files give the same bytes. Of a source that can't list its
 * files those are taken that the log and the metadata name. Throws what the reading throws, and `audit/bundle` past its limits.
 */
export async function writeBundle(source: Published, write: WriteBytes): Promise<BundleCounts> {
  const paths = (await source.paths()) ?? (await bundlePaths(source))
  const counts = { files: 0, bytes: 0 }
  for (const path of [...new Set(paths)].filter(isBundled).sort()) {
    const bytes = await source.read(path, MAX_TARGET_BYTES)
    if (bytes === null) continue
    if (++counts.files > MAX_BUNDLE_FILES) {
      throw new Fault('audit/bundle', `expected ${MAX_BUNDLE_FILES} files at most, got more`)
    }
    write(encodeTarHeader({ path, size: bytes.length }))
    write(bytes)
    write(Buffer.alloc(tarPadding(bytes.length)))
    counts.bytes += bytes.length
  }
  write(Buffer.alloc(2 * TAR_BLOCK))
  return counts
}

/** What is published, and not what an interrupted write left or somebody put beside it. */
function isBundled(path: string): boolean {
  return isPublishedPath(path) && (path.startsWith('tuf/') || path.startsWith('log/'))
}
