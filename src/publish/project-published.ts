import { listTarget, metadataPath, targetPath, TIMESTAMP_PATH } from '../core/layout.ts'
import type { PublishDeps, SignedMetadata } from './ports.ts'
import { remakeTarget } from './remake-target.ts'
import { parseOwnMetadata, type TargetFile } from './tuf-metadata.ts'

/** Files that one of so many last versions of a role refers to stay, for readers who are in the middle of a pull. */
export const GRACE_VERSIONS = 8
/** Nor is a file taken away that is younger than this. */
export const GRACE_MS = 10 * 60_000
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
    for (const signed of committed.targets) await projectRole(deps, signed, isThorough)
    deps.files.publish([...committed.roots, committed.snapshot].map(metadataFile))
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
  readonly targets: readonly SignedMetadata[]
  readonly roots: readonly SignedMetadata[]
}

/** One consistent state, even while others commit: everything is found from the timestamp down. */
function readCommitted({ store }: Pick<PublishDeps, 'store'>): Committed {
  const timestamp = some(store.metadata.latest('timestamp'), 'timestamp')
  const { meta } = parseOwnMetadata(timestamp.bytes, 'timestamp')
  const snapshot = some(store.metadata.find('snapshot', meta['snapshot.json'].version), 'snapshot')
  const named = Object.entries(parseOwnMetadata(snapshot.bytes, 'snapshot').meta)
  const targets = named.map(([file, { version }]) =>
    some(store.metadata.find(file.replace(/\.json$/, ''), version), file),
  )
  return { timestamp, snapshot, targets, roots: store.metadata.all('root') }
}

/** Publishes the targets of a role and then its metadata: that the metadata is there means that its targets are. */
async function projectRole(
  deps: PublishDeps,
  signed: SignedMetadata,
  isThorough: boolean,
): Promise<void> {
  const file = metadataFile(signed)
  if (!isThorough && deps.files.publishedLength(file.path) === file.bytes.length) return
  const { targets } = parseOwnMetadata(signed.bytes, 'targets')
  const isMissing = ([name, target]: readonly [string, TargetFile]): boolean =>
    deps.files.publishedLength(pathOf(name, target)) !== target.length
  const missing = Object.entries(targets).filter(isMissing)
  deps.files.promote(missing.map(([name, target]) => pathOf(name, target)))
  for (const [name, target] of missing.filter(isMissing)) {
    await remakeTarget(deps, name, target)
    deps.files.promote([pathOf(name, target)])
  }
  deps.files.publish([file])
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
function removeOld({ store, files, now }: PublishDeps, { snapshot, targets }: Committed): void {
  const before = new Date(now().getTime() - GRACE_MS)
  files.discardStaged(new Date(now().getTime() - STAGED_MS))
  const oldest = new Map(
    [snapshot, ...targets].map(({ role, version }) => [role, version - GRACE_VERSIONS + 1]),
  )
  const old = files.seen('tuf/metadata').filter((path) => {
    const [, version, role = ''] = /([0-9]+)\.([a-z0-9-]+)\.json$/.exec(path) ?? []
    return Number(version) < (oldest.get(role) ?? 0)
  })
  for (const { role, version } of targets.filter((signed) => hasNewFiles(old, signed))) {
    const place = role.replace(/^list-/, '')
    if (place === role) continue
    const wanted = new Set<string>()
    for (let at = Math.max(1, version - GRACE_VERSIONS + 1); at <= version; at++) {
      const kept = store.metadata.find(role, at)
      if (kept === null) continue
      const signed = parseOwnMetadata(kept.bytes, 'targets')
      for (const [name, target] of Object.entries(signed.targets)) wanted.add(pathOf(name, target))
    }
    const folder = `tuf/targets/${listTarget(place, '')}`.replace(/\/$/, '')
    files.remove(
      files.seen(folder).filter((path) => !wanted.has(path)),
      before,
    )
  }
  files.remove(old, before)
}

/** Whether a version of this role has just fallen out of grace, so that its targets may have. */
function hasNewFiles(old: readonly string[], { role }: SignedMetadata): boolean {
  return old.some((path) => path.endsWith(`.${role}.json`))
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
