import { copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fetcher, Updater } from 'tuf-js'
import { Fault, isFault } from '../core/fault.ts'
import { listRole, listTarget, SNAPSHOT_FILE } from '../core/layout.ts'
import type { BoundedFetch } from '../platform/bounded-fetch.ts'
import { replaceFile, type Disk } from './disk.ts'
import { asDistrust } from './distrust.ts'
import { assertMetadataBytes, isRecord } from './metadata-bytes.ts'
import { parseTarget, type Target } from './target.ts'

export interface SourceDeps {
  readonly fetch: BoundedFetch
  readonly disk: Disk
}

export interface SourceOptions {
  /** Where the source serves, without a slash at its end. */
  readonly source: string
  /** The root of trust as it was received out of band; used once, when the state folder has none yet. */
  readonly rootFile: string
  /** The agent's state folder. */
  readonly state: string
  readonly metadataTimeoutMs: number
  /** Whether what was verified before something failed is kept; not where all of it has yet to be proven. */
  readonly keepsPart: boolean
}

/** The source's metadata at one moment, verified: whatever comes out of it is signed, in order and fresh. */
export interface TrustedSource {
  /** When the verified timestamp expires: until then the source has vouched that there is nothing newer. */
  readonly freshUntil: Date
  /** The ids of the lists that everybody may see. */
  readonly publicIds: readonly string[]
  /** The verified targets of the list at `place` by file name. Throws a `trust/…` or `fetch/…` fault. */
  readonly targets: (place: string) => Promise<ReadonlyMap<string, Target>>
  /** The same for a list that may have no serial yet. */
  readonly files: (place: string) => Promise<ReadonlyMap<string, Target>>
  /** The target at `path` that the top role itself has signed; null if it has not. */
  readonly topTarget: (path: string) => Target | null
  /** The places of all lists, also of those that are not for this reader. */
  readonly places: readonly string[]
  /** The metadata of a role as it was signed; of a list's role only after its `targets` or `files`. */
  readonly signed: (role: string) => SignedBytes
  /** Whether the root is another than the one that was trusted before. */
  readonly isRootNew: boolean
  /** Keeps what was verified for the next time, and of that what `isKept`. To be called whatever happened in between. */
  readonly keep: (isKept?: (role: string, bytes: Buffer) => boolean) => void
}

/** One metadata file, verified. */
export interface SignedBytes {
  readonly role: string
  readonly version: number
  readonly expiresAt: Date
  readonly bytes: Buffer
}

/** Limits of one metadata file in bytes; `docs/agent.md` has the table. */
export const METADATA_LIMITS = {
  maxRootRotations: 256,
  maxDelegations: 32,
  rootMaxLength: 512_000,
  timestampMaxLength: 16_384,
  snapshotMaxLength: 2_000_000,
  targetsMaxLength: 5_000_000,
} as const

/**
 * Refreshes the metadata of the source by the TUF client workflow (TUF 1.0 §5.3–5.6). tuf-js writes its files in place and
 * without a sync, so it works in a folder of its own, and what it verified is taken over file by file, each in one step: a crash
 * leaves every file whole, and a mixture of old and new only costs a download.
 */
export async function openSource(deps: SourceDeps, options: SourceOptions): Promise<TrustedSource> {
  const kept = join(options.state, 'metadata')
  const work = join(options.state, 'metadata.work')
  const isFirst = prepare(deps.disk, { kept, work, rootFile: options.rootFile })
  const keep: TrustedSource['keep'] = (isKept = () => true) =>
    keepVerified(deps.disk, { work, kept, isKept })
  const rootBefore = readFileSync(join(work, 'root.json'))
  const met: Met = {}
  // Loaded late: `agent status` has no use for it.
  const { Updater } = await import('tuf-js')
  try {
    const updater = new Updater({
      metadataDir: work,
      metadataBaseUrl: `${options.source}/tuf/metadata`,
      fetcher: await metadataFetcher(deps.fetch, options.metadataTimeoutMs, met),
      config: METADATA_LIMITS,
    })
    await updater.refresh()
    return {
      freshUntil: new Date(String(readSigned(work, 'timestamp')['expires'])),
      publicIds: delegatedIds(readSigned(work, 'targets')),
      targets: async (place) => assertPublished(place, await listFiles(updater, work, place, met)),
      files: (place) => listFiles(updater, work, place, met),
      topTarget: (path) => topTarget(work, path),
      places: listPlaces(work),
      signed: (role) => readBytes(work, role),
      isRootNew: !readFileSync(join(work, 'root.json')).equals(rootBefore),
      keep,
    }
  } catch (error) {
    // A root that has never led anywhere may be the wrong file: it is asked for again until it has.
    if (!isFirst && options.keepsPart) keep()
    throw asDistrust(error, met.fault)
  }
}

/** Fills the working folder with what is trusted; whether that is the configured root, for the first time. */
function prepare(
  disk: Disk,
  { kept, work, rootFile }: { kept: string; work: string; rootFile: string },
): boolean {
  disk.makeFolder(kept, 0o755)
  disk.remove(work)
  disk.makeFolder(work, 0o755)
  // The first time, trust starts from the root that came out of band; later, from the last one that was verified.
  const isFirst = !existsSync(join(kept, 'root.json'))
  if (isFirst) {
    writeFileSync(join(work, 'root.json'), readRoot(rootFile, 'agent/config'))
  } else {
    readRoot(join(kept, 'root.json'), 'agent/damaged')
    for (const name of metadataFiles(kept)) copyFileSync(join(kept, name), join(work, name))
  }
  return isFirst
}

function readRoot(path: string, code: 'agent/config' | 'agent/damaged'): Buffer {
  try {
    const bytes = readFileSync(path)
    assertMetadataBytes(bytes, 'root.json')
    return bytes
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Fault(
      code,
      `expected the authority's root.json at ${JSON.stringify(path)}, got: ${why}`,
      { cause },
    )
  }
}

function metadataFiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.json'))
}

/** In the order of trust, the root first: what was verified against it is never there without it. */
function keepVerified(disk: Disk, { work, kept, isKept }: KeepStep): void {
  const order = ['root.json', 'timestamp.json', 'snapshot.json', 'targets.json']
  const names = metadataFiles(work)
  for (const name of [
    ...order.filter((one) => names.includes(one)),
    ...names.filter((one) => !order.includes(one)),
  ]) {
    const bytes = readFileSync(join(work, name))
    const path = join(kept, name)
    if (existsSync(path) && readFileSync(path).equals(bytes)) continue
    if (isKept(name.slice(0, -'.json'.length), bytes)) replaceFile(disk, path, bytes, 0o644)
  }
}

interface KeepStep {
  readonly work: string
  readonly kept: string
  readonly isKept: (role: string, bytes: Buffer) => boolean
}

/** What the fetcher met: tuf-js keeps only its sentence. */
interface Met {
  fault?: Fault
}

async function metadataFetcher(fetch: BoundedFetch, timeoutMs: number, met: Met): Promise<Fetcher> {
  const { DownloadHTTPError } = await import('tuf-js/dist/error.js')
  return {
    async downloadBytes(url, maxLength) {
      try {
        const bytes = await fetch.bytes(url, { maxBytes: maxLength, timeoutMs })
        assertMetadataBytes(bytes, url.slice(url.lastIndexOf('/') + 1))
        return bytes
      } catch (error) {
        // TUF 1.0 §5.3.3: the root that follows the newest one is the one that isn't there.
        if (isFault(error, 'fetch/not-found', 'fetch/denied') && /\/\d+\.root\.json$/.test(url)) {
          throw new DownloadHTTPError(error.message, 404)
        }
        if (isFault(error)) met.fault = error
        throw error
      }
    },
    downloadFile() {
      // Lists are downloaded by `downloadTarget`, which streams them to where they are wanted.
      return Promise.reject(new Error('metadata alone is fetched through tuf-js'))
    },
  }
}

async function listFiles(
  updater: Updater,
  work: string,
  place: string,
  met: Met,
): Promise<ReadonlyMap<string, Target>> {
  const role = listRole(place)
  const isNamed = delegatedIds(readSigned(work, 'targets')).includes(place)
  if (!isNamed || !listPlaces(work).includes(place)) {
    throw new Fault(
      'list/not-found',
      `expected the role ${JSON.stringify(role)} in the signed metadata, got none`,
    )
  }
  delete met.fault
  const snapshot = await updater
    .getTargetInfo(listTarget(place, SNAPSHOT_FILE))
    .catch((error: unknown) => {
      throw asDistrust(error, met.fault)
    })
  const targets = roleTargets(work, place)
  // The list's own role must say so, not one above it.
  if (targets.get(SNAPSHOT_FILE)?.sha256 !== snapshot?.hashes['sha256']) {
    throw new Fault(
      'trust/mismatch',
      `expected the snapshot of ${JSON.stringify(place)} to be signed by the role ${JSON.stringify(role)}, got another role's word`,
    )
  }
  return targets
}

function assertPublished(
  place: string,
  targets: ReadonlyMap<string, Target>,
): ReadonlyMap<string, Target> {
  if (targets.has(SNAPSHOT_FILE)) return targets
  throw new Fault(
    'snapshot/not-found',
    `expected a snapshot of the list at ${JSON.stringify(place)}, got none signed by its role`,
  )
}

function listPlaces(work: string): string[] {
  const meta = readSigned(work, 'snapshot')['meta']
  return Object.keys(isRecord(meta) ? meta : {}).flatMap(
    (file) => /^list-([a-z0-9-]{1,40})\.json$/.exec(file)?.[1] ?? [],
  )
}

function topTarget(work: string, path: string): Target | null {
  const targets = readSigned(work, 'targets')['targets']
  const target = isRecord(targets) ? targets[path] : undefined
  return target === undefined ? null : parseTarget(path, target)
}

function readBytes(work: string, role: string): SignedBytes {
  const bytes = readFileSync(join(work, `${role}.json`))
  const { version, expires } = readSigned(work, role)
  return { role, version: Number(version), expiresAt: new Date(String(expires)), bytes }
}

/** All targets of a list's role, whose file tuf-js has verified in this run: it keeps no other. */
function roleTargets(work: string, place: string): ReadonlyMap<string, Target> {
  const prefix = listTarget(place, '')
  const targets = readSigned(work, listRole(place))['targets']
  const entries = isRecord(targets) ? Object.entries(targets) : []
  return new Map(
    entries
      .filter(([path]) => path.startsWith(prefix))
      .map(([path, target]) => [path.slice(prefix.length), parseTarget(path, target)]),
  )
}

function readSigned(folder: string, role: string): Record<string, unknown> {
  const value: unknown = JSON.parse(readFileSync(join(folder, `${role}.json`), 'utf8'))
  const signed = isRecord(value) ? value['signed'] : undefined
  if (isRecord(signed)) return signed
  throw new Fault(
    'agent/damaged',
    `expected signed metadata in ${JSON.stringify(folder)}, got none for ${role}`,
  )
}

function delegatedIds(targets: Record<string, unknown>): string[] {
  const delegations = targets['delegations']
  const roles = isRecord(delegations) ? delegations['roles'] : undefined
  if (!Array.isArray(roles)) return []
  return (roles as unknown[])
    .map((role) => (isRecord(role) ? String(role['name']) : ''))
    .filter((name) => name.startsWith('list-'))
    .map((name) => name.slice('list-'.length))
}
