import { constants, createBrotliCompress } from 'node:zlib'
import { gzipBlocks } from './parallel-gzip.ts'

/** The folder where exports are made; paths are relative to it. */
export interface ExportFolder {
  readonly draft: () => ExportDraft
  /** Shows finished files under their names, durably. */
  readonly promote: (paths: readonly string[]) => unknown
  /** The bytes of a finished file, in blocks. */
  readonly blocks: (path: string) => Iterable<Uint8Array>
}

interface ExportDraft {
  readonly write: (bytes: Uint8Array) => void
  readonly finish: (path: string) => Promise<void>
  readonly discard: () => void
}

const GZIP_LEVEL = 6
/** Smaller than gzip -6 at about its speed; more would keep readers waiting. */
const BROTLI_QUALITY = 5

/** Puts the bytes of an export at `path`; when they throw, nothing stays. */
export async function writeExport(
  folder: ExportFolder,
  path: string,
  blocks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const draft = folder.draft()
  try {
    for await (const block of blocks) draft.write(block)
    await draft.finish(path)
    folder.promote([path])
  } catch (error) {
    draft.discard()
    throw error
  }
}

/**
 * Makes `<path>.gz` and `<path>.br` of the file at `path`: the same bytes wherever they are made, since each has one strong tag over
 * HTTP.
 */
export async function compressExport(folder: ExportFolder, path: string): Promise<void> {
  await Promise.all([
    writeExport(folder, `${path}.gz`, gzipBlocks(folder.blocks(path), GZIP_LEVEL)),
    writeExport(folder, `${path}.br`, brotliBlocks(folder.blocks(path))),
  ])
}

async function* brotliBlocks(
  blocks: Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const brotli = createBrotliCompress({
    params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
  })
  const feed = async (): Promise<void> => {
    for (const block of blocks) {
      if (!brotli.write(block)) await new Promise<void>((resolve) => brotli.once('drain', resolve))
    }
    brotli.end()
  }
  const feeding = feed().catch((error: unknown) => void brotli.destroy(error as Error))
  for await (const block of brotli) yield block as Uint8Array
  await feeding
}
