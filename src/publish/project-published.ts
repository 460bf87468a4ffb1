import { isFault } from '../core/fault.ts'
import {
  LOG_CHECKPOINT_PATH,
  LOG_POLICY_TARGET,
  metadataPath,
  targetPath,
  TIMESTAMP_PATH,
} from '../core/layout.ts'
import { assertNotForked, readShown } from './assert-not-forked.ts'
import { readPolicy } from './log-policy.ts'
import type { PublishDeps, SignedMetadata } from './ports.ts'
import { projectProofs } from './project-proofs.ts'
import { remakeTarget } from './remake-target.ts'
import { keptFiles, sweepTargets } from './sweep-targets.ts'
import type { TargetFile } from './tuf-metadata.ts'

/** Nor is a file taken away that is younger than this. */
export const GRACE_MS = 10 * 60_000
/** How many timestamps stay in the database. */
const KEPT_VERSIONS = 100
/** Staged files are given up after this: no publication takes so long. */
const STAGED_MS = 24 * 3_600_000
/** So many leaves are looked at in one go. */
const CHUNK_LEAVES = 256

/** How much a projection looks at: `all` also finds files that were lost after they had been published. */
export interface ProjectOptions {
  readonly isThorough: boolean
}

/**
 * Brings the published files to what the database says is committed: targets, then metadata, then the checkpoint and the timestamp, which alone
 * makes them seen. What is new is what the log has beyond the published checkpoint. It may be run at any time, by several processes, and
 * again after any failure; at start it repairs what a crash left undone, and after a commit it is how the commit becomes seen. Gives the
 * version of the timestamp that readers see. Throws `log/forked`.
 */
export async function projectPublished(
  deps: PublishDeps,
  { isThorough }: ProjectOptions = { isThorough: false },
): Promise<number> {
  for (;;) {
    assertNotForked(deps)
    const timestamp = some(deps.store.metadata.latest('timestamp'), 'timestamp')
    const size = deps.store.log.checkpoint()?.size ?? null
    const changed = new Map<string, number>()
    for (const signed of logged(deps, size, isThorough ? 0 : (readShown(deps.files)?.size ?? 0))) {
      for (const { role, version } of signed) changed.set(role, version)
      await projectVersions(deps, signed)
    }
    if (isThorough) await projectProofs(deps)
    if (!expose(deps, { timestamp, size })) continue
    removeOld(deps, changed)
    return timestamp.version
  }
}

/** The metadata of the log's leaves from `from` on; all that there are where there is no log yet. */
function* logged(
  { store }: Pick<PublishDeps, 'store'>,
  size: number | null,
  from: number,
): Generator<SignedMetadata[]> {
  if (size === null) yield [...store.metadata.all()].filter(({ role }) => role !== 'timestamp')
  for (let at = from; at < (size ?? 0); at += CHUNK_LEAVES) {
    const leaves = store.log.leaves(at, Math.min(size ?? 0, at + CHUNK_LEAVES))
    yield leaves
      .filter(({ kind }) => kind === 'metadata')
      .map(({ name, number }) => some(store.metadata.find(name, number), name))
  }
}

/** Publishes metadata behind their targets: that the metadata of a role is there means that its targets are. */
async function projectVersions(
  deps: PublishDeps,
  signed: readonly SignedMetadata[],
): Promise<void> {
  for (const one of signed) await projectTargets(deps, one)
  deps.files.publish(
    signed.map(({ role, version, bytes }) => ({ path: metadataPath(role, version), bytes })),
  )
}

async function projectTargets(deps: PublishDeps, signed: SignedMetadata): Promise<void> {
  const { files, store } = deps
  const missing = keptFiles(deps, signed).filter(
    ([name, target]) => files.publishedLength(pathOf(name, target)) !== target.length,
  )
  if (missing.length === 0) return
  const promoted = new Set(files.promote(missing.map(([name, target]) => pathOf(name, target))))
  const isNewest = store.metadata.latest(signed.role)?.version === signed.version
  for (const [name, target] of missing) {
    const path = pathOf(name, target)
    if (promoted.has(path) && files.publishedLength(path) === target.length) continue
    try {
      await remakeTarget(deps, name, target)
      files.promote([path])
    } catch (error) {
      // What can't be made again of the past leaves a hole in the history, which audits show; what readers need now must be there.
      if (isNewest || !isFault(error, 'publish/unrepeatable')) throw error
    }
  }
}

/**
 * Shows readers the new state, unless a newer one is committed already: then false. No process can commit in between. A new root alone
 * makes a new checkpoint and no timestamp. The checkpoint comes before the timestamp, so that whoever sees the timestamp finds what is
 * signed under the checkpoint.
 */
function expose(
  { store, files }: PublishDeps,
  { timestamp, size }: { readonly timestamp: SignedMetadata; readonly size: number | null },
): boolean {
  return store.write(() => {
    const checkpoint = store.log.checkpoint()
    if ((checkpoint?.size ?? null) !== size) return false
    if (store.metadata.latest('timestamp')?.version !== timestamp.version) return false
    const policy = readPolicy(store)
    if (policy !== null) replaceOther(files, LOG_POLICY_TARGET, Buffer.from(policy))
    if (checkpoint !== null) replaceOther(files, LOG_CHECKPOINT_PATH, checkpoint.note)
    replaceOther(files, TIMESTAMP_PATH, timestamp.bytes)
    return true
  })
}

function replaceOther(files: PublishDeps['files'], path: string, bytes: Buffer): void {
  const shown = files.read(path)
  if (shown === null || !bytes.equals(shown)) files.replace(path, bytes)
}

/** Takes away what no reader can be using any more. What is in the log stays for ever, and so does what its lists can be made of again. */
function removeOld(deps: PublishDeps, changed: ReadonlyMap<string, number>): void {
  const { store, files, now } = deps
  const before = new Date(now().getTime() - GRACE_MS)
  files.discardStaged(new Date(now().getTime() - STAGED_MS))
  for (const [role, version] of changed) sweepTargets(deps, { role, version }, before)
  const timestamp = store.metadata.latest('timestamp')?.version ?? 0
  store.metadata.forget('timestamp', timestamp - KEPT_VERSIONS + 1)
}

function pathOf(name: string, { hashes }: TargetFile): string {
  return targetPath(name, hashes.sha256)
}

function some<T>(found: T | null, what: string): T {
  if (found === null) throw new Error(`the ${what} that is in the log is not in the database`)
  return found
}
