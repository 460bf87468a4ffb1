import { listTarget, metadataPath, targetPath, TIMESTAMP_PATH } from '../core/layout.ts'
import type { PublishDeps, SignedMetadata } from './ports.ts'
import { remakeTarget } from './remake-target.ts'
import { parseOwnMetadata, type TargetFile } from './tuf-metadata.ts'

/** Files that one of so many last versions of a role refers to stay, for readers who are in the middle of a pull. */
export const GRACE_VERSIONS = 8
/** Nor is a file taken away that is younger than this. */
export const GRACE_MS = 10 * 60_000
/** How many versions of what is signed often stay in the database. */
const KEPT_VERSIONS = 100
/** Staged files are given up after this: no publication takes so long. */
const STAGED_MS = 24 * 3_600_000

/** How much a projection looks at: `all` also finds files that were lost after they had been published. */
export interface ProjectOptions {
  readonly isThorough: boolean
}

/**
 * Brings the published files to what the database says is committed: targets, then metadata, then the timestamp, which alone
 * makes them seen. It may be run at any time, by several processes, and again after any failure; at start it repairs what
 * a crash left undone, and after a commit it is how the commit becomes seen. Gives the version of the timestamp that readers see.
 */
export async function projectPublished(
  deps: PublishDeps,
  { isThorough }: ProjectOptions = { isThorough: false },
): Promise<number> {
  for (;;) {
    const committed = readCommitted(deps)
    const changed: SignedMetadata[] = []
    for (const role of committed.targets)
      changed.push(...(await projectTargets(deps, role, isThorough)))
    // Their targets are durable: that the metadata of a role is there means that all its targets are.
    deps.files.publish([...changed, ...committed.roots, committed.snapshot].map(metadataFile))
    const isNewest = exposeTimestamp(deps, committed.timestamp)
    if (!isNewest) continue
    removeOld(deps, committed)
    return committed.timestamp.version
  }
}

interface Committed {
  readonly timestamp: SignedMetadata
  readonly snapshot: SignedMetadata
  /** Top-level targets and list roles, at the versions that the snapshot names. */
  readonly targets: readonly RoleVersion[]
  readonly roots: readonly SignedMetadata[]
}

type RoleVersion = Pick<SignedMetadata, 'role' | 'version'>

/** One consistent state, even while others commit: everything is found from the timestamp down. */
function readCommitted({ store }: Pick<PublishDeps, 'store'>): Committed {
  const timestamp = some(store.metadata.latest('timestamp'), 'timestamp')
  const { meta } = parseOwnMetadata(timestamp.bytes, 'timestamp')
  const snapshot = some(store.metadata.find('snapshot', meta['snapshot.json'].version), 'snapshot')
  const named = Object.entries(parseOwnMetadata(snapshot.bytes, 'snapshot').meta)
  const targets = named.map(([file, { version }]) => ({
    role: file.replace(/\.json$/, ''),
    version,
  }))
  return { timestamp, snapshot, targets, roots: store.metadata.all('root') }
}

/** Publishes the targets of a role, and gives its metadata if it must be published after them. */
async function projectTargets(
  deps: PublishDeps,
  { role, version }: RoleVersion,
  isThorough: boolean,
): Promise<SignedMetadata[]> {
  // Hundreds of lists may be as they were: nothing is read for them.
  if (!isThorough && deps.files.publishedLength(metadataPath(role, version)) !== null) return []
  const signed = some(deps.store.metadata.find(role, version), role)
  const { targets } = parseOwnMetadata(signed.bytes, 'targets')
  const isMissing = ([name, target]: readonly [string, TargetFile]): boolean =>
    deps.files.publishedLength(pathOf(name, target)) !== target.length
  const missing = Object.entries(targets).filter(isMissing)
  deps.files.promote(missing.map(([name, target]) => pathOf(name, target)))
  for (const [name, target] of missing.filter(isMissing)) {
    await remakeTarget(deps, name, target)
    deps.files.promote([pathOf(name, target)])
  }
  return [signed]
}

/** Shows readers the new state, unless a newer one is committed already: then false. No process can commit in between. */
function exposeTimestamp({ store, files }: PublishDeps, timestamp: SignedMetadata): boolean {
  return store.write(() => {
    if (store.metadata.latest('timestamp')?.version !== timestamp.version) return false
    const shown = files.read(TIMESTAMP_PATH)
    if (shown === null || !timestamp.bytes.equals(shown))
      files.replace(TIMESTAMP_PATH, timestamp.bytes)
    return true
  })
}

/** Takes away what no reader can be using any more. Roots stay for ever (TUF 1.0 §5.3). */
function removeOld(deps: PublishDeps, { timestamp, snapshot, targets }: Committed): void {
  const { store, files, now } = deps
  const before = new Date(now().getTime() - GRACE_MS)
  files.discardStaged(new Date(now().getTime() - STAGED_MS))
  const oldest = new Map([snapshot, ...targets].map((at) => [at.role, oldestOf(at)]))
  const old = files.seen('tuf/metadata').filter((path) => {
    const [, version, role = ''] = /([0-9]+)\.([a-z0-9-]+)\.json$/.exec(path) ?? []
    return Number(version) < (oldest.get(role) ?? 0)
  })
  // A crash behind this leaves targets for the next metadata of their list to take along.
  const removed = files.remove(old, before)
  const changed = targets.filter((signed) => hasMetadataIn(removed, signed))
  for (const signed of changed) removeTargets(deps, signed, before)
  for (const { role, version } of [timestamp, snapshot, ...changed]) {
    store.metadata.forget(role, version - KEPT_VERSIONS + 1)
  }
}

function oldestOf({ version }: RoleVersion): number {
  return Math.max(1, version - GRACE_VERSIONS + 1)
}

/** Takes away the files of a list that none of its last versions refers to. */
function removeTargets({ store, files }: PublishDeps, signed: RoleVersion, before: Date): void {
  const { role, version } = signed
  const place = /^list-(.*)$/.exec(role)?.[1]
  if (place === undefined) return
  const wanted = new Set<string>()
  for (let at = oldestOf(signed); at <= version; at++) {
    const kept = store.metadata.find(role, at)
    if (kept === null) continue
    const { targets } = parseOwnMetadata(kept.bytes, 'targets')
    for (const [name, target] of Object.entries(targets)) wanted.add(pathOf(name, target))
  }
  const folder = `tuf/targets/${listTarget(place, '')}`.replace(/\/$/, '')
  const unwanted = files.seen(folder).filter((path) => !wanted.has(path))
  files.remove(unwanted, before)
}

/** Whether a version of this role is among the removed, so that its targets may have no use any more. */
function hasMetadataIn(removed: readonly string[], { role }: RoleVersion): boolean {
  return removed.some((path) => path.endsWith(`.${role}.json`))
}

function metadataFile({ role, version, bytes }: SignedMetadata): {
  readonly path: string
  readonly bytes: Buffer
} {
  return { path: metadataPath(role, version), bytes }
}

function pathOf(name: string, { hashes }: TargetFile): string {
  return targetPath(name, hashes.sha256)
}

function some<T>(found: T | null, what: string): T {
  if (found === null)
    throw new Error(`the ${what} that signed metadata refers to is not in the database`)
  return found
}
