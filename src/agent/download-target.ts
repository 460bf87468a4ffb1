import { createHash } from 'node:crypto'
import { Fault } from '../core/fault.ts'
import { targetPath } from '../core/layout.ts'
import type { BoundedFetch } from '../platform/bounded-fetch.ts'
import { createDownload, type Disk } from './disk.ts'
import type { Target } from './target.ts'

export interface DownloadDeps {
  readonly fetch: BoundedFetch
  readonly disk: Disk
  /** Where the source serves, without a slash at its end. */
  readonly source: string
  /** For one list file, whole. */
  readonly timeoutMs: number
  /** No file of a list may have more bytes than this, compressed or not. */
  readonly maxBytes: number
}

/** The verified bytes of a small target, in memory. Throws `fetch/…`, `trust/mismatch`. */
export async function fetchTarget(deps: DownloadDeps, target: Target): Promise<Buffer> {
  const parts: Buffer[] = []
  await download(deps, target, (piece) => void parts.push(piece))
  return Buffer.concat(parts)
}

/** The verified bytes of a target, in a new file at `path`; no file stays when they cannot be verified. */
export async function downloadTarget(
  deps: DownloadDeps,
  target: Target,
  path: string,
): Promise<void> {
  await createDownload(deps.disk, path, (write) => download(deps, target, write))
}

/** Nobody looks into what is downloaded until its length and hash were found to be the signed ones. */
async function download(
  deps: DownloadDeps,
  target: Target,
  take: (piece: Buffer) => void,
): Promise<void> {
  if (target.length > deps.maxBytes) {
    throw new Fault(
      'fetch/too-large',
      `expected ${JSON.stringify(target.path)} to have at most ${deps.maxBytes} bytes, got ${target.length} signed`,
    )
  }
  const hash = createHash('sha256')
  let length = 0
  await deps.fetch.pieces(
    `${deps.source}/${targetPath(target.path, target.sha256)}`,
    { maxBytes: target.length, timeoutMs: deps.timeoutMs },
    (piece) => {
      hash.update(piece)
      length += piece.length
      take(piece)
    },
  )
  if (length !== target.length) {
    throw mismatch(target, `${target.length} bytes`, String(length))
  }
  const sha256 = hash.digest('hex')
  if (sha256 !== target.sha256) throw mismatch(target, target.sha256, sha256)
}

function mismatch(target: Target, expected: string, got: string): Fault {
  return new Fault(
    'trust/mismatch',
    `expected ${JSON.stringify(target.path)} to be ${expected}, got ${got}`,
  )
}
