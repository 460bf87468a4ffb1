import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../core/fault.ts'
import { metadataPath } from '../core/layout.ts'
import type { BoundedFetch } from '../platform/bounded-fetch.ts'
import { asDistrust } from './distrust.ts'
import { assertMetadataBytes } from './metadata-bytes.ts'
import { METADATA_LIMITS, type SignedBytes } from './open-source.ts'
import type { CopyTree } from './copy-tree.ts'

export interface RootsDeps {
  readonly tree: CopyTree
  readonly fetch: Pick<BoundedFetch, 'bytes'>
  readonly source: string
  readonly metadataTimeoutMs: number
}

/**
 * Brings every version of root up to the trusted one into the tree: readers walk from the root they have through all of them
 * (TUF 1.0 §5.3). What is missing is downloaded, and believed only as a link of a chain, each signed by the one before, that ends at the
 * very bytes of `trusted`. Throws `trust/…`, `fetch/…`.
 */
export async function copyRoots(deps: RootsDeps, trusted: SignedBytes): Promise<void> {
  const { tree } = deps
  const versions = Array.from({ length: trusted.version }, (_, i) => i + 1)
  const isThere = (version: number): boolean =>
    existsSync(join(tree.published, metadataPath('root', version)))
  if (versions.every(isThere)) return
  const roots: Buffer[] = []
  for (const version of versions.slice(0, -1)) {
    roots.push(
      isThere(version)
        ? readFileSync(join(tree.published, metadataPath('root', version)))
        : await fetchRoot(deps, version),
    )
  }
  roots.push(trusted.bytes)
  await verifyRoots(roots)
  tree.folder.publish(roots.map((bytes, i) => ({ path: metadataPath('root', i + 1), bytes })))
}

async function fetchRoot(
  { fetch, source, metadataTimeoutMs }: RootsDeps,
  version: number,
): Promise<Buffer> {
  const bytes = await fetch.bytes(`${source}/${metadataPath('root', version)}`, {
    maxBytes: METADATA_LIMITS.rootMaxLength,
    timeoutMs: metadataTimeoutMs,
  })
  assertMetadataBytes(bytes, `${version}.root.json`)
  return bytes
}

/** The versions from 1 on: each is signed by a threshold of the one before and of itself. Their ends do not matter (TUF 1.0 §5.3.10). */
async function verifyRoots(roots: readonly Buffer[]): Promise<void> {
  const [first, ...later] = roots
  if (first === undefined) return
  const { TrustedMetadataStore } = await import('tuf-js/dist/store.js')
  try {
    const chain = new TrustedMetadataStore(first)
    if (chain.root.signed.version !== 1) {
      throw new Fault(
        'trust/mismatch',
        `expected version 1 of root, got ${chain.root.signed.version}`,
      )
    }
    for (const root of later) chain.updateRoot(root)
  } catch (error) {
    throw asDistrust(error, undefined)
  }
}
