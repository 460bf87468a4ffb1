import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { metadataPath, targetPath, TIMESTAMP_PATH } from '../core/layout.ts'
import type { BoundedFetch } from '../platform/bounded-fetch.ts'
import type { PublishFolder } from '../platform/publish-folder.ts'
import { downloadTarget, type DownloadDeps } from './download-target.ts'
import type { SignedBytes } from './open-source.ts'
import type { Target } from './target.ts'

/** A copy of a published tree: the very files, each in its place only when it was verified. */
export interface CopyTree {
  readonly folder: PublishFolder
  /** The folder whose `tuf/…` is served. */
  readonly published: string
  /** On the same file system; nobody serves it. */
  readonly staging: string
}

export interface FetchTargetsDeps extends DownloadDeps {
  readonly tree: CopyTree
}

/** Downloads under way at one time. */
const DOWNLOADS = 4

/**
 * Brings those of `targets` that are missing into the tree, small ones first: verified, then seen, whole. Nothing refers to them yet. The
 * first failure is thrown when the downloads under way have ended; what came before it stays.
 */
export async function fetchTargets(
  deps: FetchTargetsDeps,
  targets: readonly Target[],
): Promise<void> {
  const { tree, disk } = deps
  const waiting = missingTargets(tree, targets).sort((a, b) => a.length - b.length)
  const arrived: string[] = []
  async function work(): Promise<void> {
    for (let target = waiting.shift(); target; target = waiting.shift()) {
      const path = targetPath(target.path, target.sha256)
      const staged = join(tree.staging, path)
      disk.makeFolder(dirname(staged), 0o700)
      await downloadTarget(deps, target, staged)
      arrived.push(path)
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: DOWNLOADS }, work))
  tree.folder.promote(arrived)
  const failed = ended.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
}

/** Those that are not in the tree with their signed length. */
export function missingTargets(tree: CopyTree, targets: readonly Target[]): Target[] {
  return targets.filter(
    ({ path, sha256, length }) => tree.folder.publishedLength(targetPath(path, sha256)) !== length,
  )
}

/** Metadata of one moment: everything that a reader finds from its timestamp down. */
export interface SignedTree {
  readonly timestamp: SignedBytes
  /** Snapshot, targets and the roles of lists. */
  readonly roles: readonly SignedBytes[]
}

/**
 * Shows a new state of the source. All targets MUST be in the tree already. A crash on the way leaves the old timestamp, which refers to the
 * old files; the commit point is the last line.
 */
export function exposeTree(tree: CopyTree, { timestamp, roles }: SignedTree): void {
  // A file of that name with other bytes is never left: it may be a piece that the disk lost.
  const wrong = roles.filter(({ role, version, bytes }) => {
    const kept = tree.folder.read(metadataPath(role, version))
    return kept !== null && !kept.equals(bytes)
  })
  for (const { role, version, bytes } of wrong)
    tree.folder.replace(metadataPath(role, version), bytes)
  tree.folder.publish(
    roles.map(({ role, version, bytes }) => ({ path: metadataPath(role, version), bytes })),
  )
  if (!isExposed(tree, timestamp)) tree.folder.replace(TIMESTAMP_PATH, timestamp.bytes)
}

/** Whether the tree shows the state of this timestamp. */
export function isExposed(tree: CopyTree, timestamp: SignedBytes): boolean {
  return tree.folder.read(TIMESTAMP_PATH)?.equals(timestamp.bytes) ?? false
}

/** Whether the bytes of a target in the tree are the signed ones. */
export function hasTarget(tree: CopyTree, { path, sha256, length }: Target): boolean {
  const file = targetPath(path, sha256)
  if (tree.folder.publishedLength(file) !== length) return false
  const hash = createHash('sha256')
  for (const block of tree.folder.blocks(file)) hash.update(block)
  return hash.digest('hex') === sha256
}

/**
 * Reads the targets that are in the tree from there, and what is not from the source: whoever makes lines verifies the bytes in either
 * case.
 */
export function treeFetch(tree: CopyTree, source: string, fetch: BoundedFetch): BoundedFetch {
  const localPath = (url: string): string | null => {
    const path = url.slice(source.length + 1)
    const isTarget = url.startsWith(`${source}/tuf/targets/`)
    return isTarget && tree.folder.publishedLength(path) !== null ? path : null
  }
  return {
    ...fetch,
    pieces: async (url, bounds, take) => {
      const path = localPath(url)
      if (path === null) return fetch.pieces(url, bounds, take)
      for (const block of tree.folder.blocks(path)) await take(Buffer.from(block))
    },
  }
}
