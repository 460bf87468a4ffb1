import { join } from 'node:path'
import { Fault, isFault } from '../core/fault.ts'
import { LOG_POLICY_TARGET } from '../core/layout.ts'
import { MAX_POLICY_BYTES } from '../core/log/parse-policy.ts'
import type { BoundedFetch } from '../platform/bounded-fetch.ts'
import { keepPrivate } from '../platform/durable-file.ts'
import { openPublishFolder } from '../platform/publish-folder.ts'
import type { LimitsConfig } from './config.ts'
import type { Disk } from './disk.ts'
import type { AgentLog } from './log.ts'
import { checkTree } from './copy-check.ts'
import { copyList, readDefinition, type CopyListDeps } from './copy-list.ts'
import { readCopies, type CopiedList } from './copy-note.ts'
import { isHidden, isPassing, lookAtLists, neededTargets, type LookedAt } from './copy-look.ts'
import { assertKnownPlace, readKnownPlaces, type KnownPlaces } from './copy-places.ts'
import { copyLog, isLogWhole, openShelf } from './copy-log.ts'
import { copyRoots } from './copy-roots.ts'
import { sweepTree } from './copy-sweep.ts'
import {
  exposeTree,
  fetchTargets,
  isExposed,
  missingTargets,
  treeFetch,
  type FetchTargetsDeps,
  type CopyTree,
} from './copy-tree.ts'
import type { SignedBytes, TrustedSource } from './open-source.ts'
import { openProvenSource, type ProvenSource } from './proven-source.ts'
import { openSourceFetch, type SourceConfig } from './source-fetch.ts'
import type { Target } from './target.ts'

/** What a copy needs of its configuration; `docs/spec/edge.schema.json` has the words. */
export interface CopyConfig extends SourceConfig {
  readonly root: string
  readonly logPolicy?: string
  readonly state: string
  /** Ids; left out: all that can be seen. */
  readonly lists?: readonly string[]
  readonly limits: LimitsConfig
  readonly timeouts: SourceConfig['timeouts'] & { readonly metadata: number; readonly list: number }
  readonly maxBytes: number
}

export interface SourceCopyDeps {
  readonly disk: Disk
  readonly log: AgentLog
  readonly now: () => Date
  readonly userAgent: string
}

/** All that is copied, at one moment. */
export interface Copy {
  readonly lists: readonly CopiedList[]
  /** ISO 8601: until then the newest verified metadata of the source is fresh; null before the first. */
  readonly freshUntil: string | null
  /** When the metadata of each role expires. */
  readonly expiries: readonly { readonly role: string; readonly expiresAt: string }[]
  /** The text of the key by which exports are signed; null while none is known. */
  readonly exportKey: string | null
  /** Lists that the source has and this edge may not see. */
  readonly hidden: number
}

/** What one pull came to. */
export interface CopyPull {
  readonly copy: Copy
  /** Whether there is a new state for `expose`. */
  readonly isNew: boolean
  /** Why it is to be tried again soon: not all that could be copied was. */
  readonly fault: { readonly code: string; readonly message: string } | null
  /** ISO 8601: not before this, the source says. */
  readonly retryAt: string | null
}

/** The path of the target that has the key of exports (`docs/spec/keys.md` §4). */
const EXPORT_KEY = 'keys/export.pub'
const MAX_KEY_BYTES = 4096

/**
 * A verified copy of what a source publishes, for one process on its state folder. `start` says what the disk has; `pull` brings the lists
 * to their newest serials, `expose` then the tree of published files. Each may be killed at any instant, and the next goes on from what
 * is whole. Calls must not overlap.
 */
export class SourceCopy {
  readonly tree: CopyTree
  readonly #deps: SourceCopyDeps
  readonly #config: CopyConfig
  #lists = new Map<string, CopiedList>()
  #copy: Copy = { lists: [], freshUntil: null, expiries: [], exportKey: null, hidden: 0 }
  #next: NextTree | null = null
  /** Whether everything was copied that the shown timestamp refers to; found out anew after each start. */
  #isWhole = false
  /** Whether the disk has not spoilt the log. */
  #isLogWhole = true

  constructor(deps: SourceCopyDeps, config: CopyConfig) {
    this.#deps = deps
    this.#config = config
    const published = join(config.state, 'published')
    const staging = join(config.state, 'staging')
    this.tree = { folder: openPublishFolder(published, staging), published, staging }
  }

  /** Verifies what the disk has and gives it. Whatever is not whole is left out. */
  async start(): Promise<Copy> {
    const { state, lists } = this.#config
    const { disk, log } = this.#deps
    // Restricted lists are among the files, and only this program hands them out.
    for (const folder of [state, this.tree.published, this.tree.staging]) {
      disk.makeFolder(folder, 0o700)
      keepPrivate(folder)
    }
    const kept = await checkTree(this.tree, join(state, 'metadata', 'root.json'))
    this.#isLogWhole = isLogWhole(this.tree)
    const copies = readCopies(state, (list, serial) => {
      log.warn({ list, serial }, 'the kept lines were damaged')
    })
    const known = readKnownPlaces(state)
    for (const copied of copies) {
      if (lists !== undefined && !lists.includes(copied.id)) continue
      if (this.#isAtKnownPlace(known, copied)) this.#lists.set(copied.place, copied)
    }
    const key = kept?.topTargets.get(EXPORT_KEY)
    this.#copy = {
      lists: [...this.#lists.values()],
      freshUntil: kept?.timestamp.expiresAt.toISOString() ?? null,
      expiries: kept ? expiriesOf([kept.timestamp, ...kept.roles]) : [],
      exportKey: key ? readText(this.tree, key) : null,
      hidden: 0,
    }
    return this.#copy
  }

  /** Throws what concerns the source as a whole: `fetch/…`, `trust/…`, `agent/…`. What concerns one list is in its `fault`. */
  async pull(signal?: AbortSignal): Promise<CopyPull> {
    const fetch = openSourceFetch({ ...this.#deps, ...(signal && { signal }) }, this.#config)
    try {
      const trusted = await this.#openSource(fetch)
      const timestamp = trusted.signed('timestamp')
      const retryAt = fetch.retryAt()?.toISOString() ?? null
      if (this.#isWhole && isExposed(this.tree, timestamp)) {
        return { copy: this.#copy, isNew: false, fault: null, retryAt }
      }
      const deps = { ...this.#copyDeps(fetch), direct: this.#fetchDeps(fetch) }
      const { looked, refused } = await lookAtLists(deps, trusted, this.#config.lists)
      for (const [place, fault] of refused) this.#leaveOut(place, fault)
      const fault = await this.#copyLists(fetch, trusted, looked)
      trusted.keep()
      const roles = ['snapshot', 'targets', ...looked.map(({ place }) => `list-${place}`)]
      const signed = roles.map((role) => trusted.signed(role))
      this.#next = { trusted, looked, timestamp, roles: signed }
      this.#isWhole = false
      this.#copy = {
        ...this.#copy,
        lists: [...this.#lists.values()],
        freshUntil: trusted.freshUntil.toISOString(),
        expiries: expiriesOf([timestamp, trusted.signed('root'), ...signed]),
        exportKey: await this.#exportKey(fetch, trusted),
        hidden: trusted.places.length - looked.length,
      }
      return { copy: this.#copy, isNew: true, fault, retryAt }
    } finally {
      await fetch.close()
    }
  }

  /** Completes the tree of what the last pull has verified, and shows it. Throws `fetch/…`, `trust/…`, and then it shows what it did. */
  async expose(signal?: AbortSignal): Promise<void> {
    const next = this.#next
    if (next === null) return
    const { trusted, looked, timestamp, roles } = next
    const fetch = openSourceFetch({ ...this.#deps, ...(signal && { signal }) }, this.#config)
    try {
      const deps = this.#fetchDeps(fetch)
      await fetchTargets(
        deps,
        looked.flatMap(({ files }) => [...files.values()]),
      )
      const key = trusted.topTarget(EXPORT_KEY)
      if (key) await fetchTargets({ ...deps, maxBytes: MAX_KEY_BYTES }, [key])
      const policy = trusted.topTarget(LOG_POLICY_TARGET)
      if (policy) await fetchTargets({ ...deps, maxBytes: MAX_POLICY_BYTES }, [policy])
      await copyRoots(deps, trusted.signed('root'))
      const checkpoint = trusted.checkpoint()
      if (checkpoint) await copyLog({ ...deps, isWhole: this.#isLogWhole }, checkpoint, policy)
      this.#isLogWhole = true
      const before = new Set(this.tree.folder.seen('tuf/metadata'))
      exposeTree(this.tree, { timestamp, roles })
      this.#next = null
      // What is wrong with a list is the same until the source has signed something new.
      this.#isWhole = true
      const places = looked
        .filter(({ place }) => !before.has(roleFile(roles, `list-${place}`)))
        .map(({ place }) => place)
      sweepTree(this.tree, { shown: roles, places, at: this.#deps.now() })
    } finally {
      await fetch.close()
    }
  }

  #openSource(fetch: BoundedFetch): Promise<ProvenSource> {
    const { source, root, state, logPolicy, timeouts } = this.#config
    const metadataTimeoutMs = timeouts.metadata * 1000
    const options = { source, rootFile: root, state, logPolicy, metadataTimeoutMs }
    return openProvenSource({ ...this.#deps, fetch, shelf: openShelf(this.tree) }, options)
  }

  #isAtKnownPlace(known: KnownPlaces, { place, id }: CopiedList): boolean {
    try {
      assertKnownPlace(known, place, id)
      return true
    } catch (error) {
      if (!isFault(error, 'trust/mismatch')) throw error
      this.#fail(place, error)
      return false
    }
  }

  /** What is not for this edge is left out; a list that it had stays as it was, and says why. */
  #leaveOut(place: string, fault: Fault): void {
    if (isHidden(fault) && !this.#lists.has(place)) return
    this.#fail(place, fault)
  }

  #fail(place: string, { code, message }: Fault): void {
    const list = this.#lists.get(place)
    const serial = list?.serials.at(-1)?.serial ?? null
    this.#deps.log.error({ list: list?.id ?? place, code, serial }, `kept as it was: ${message}`)
    if (!list) return
    const since = list.fault?.code === code ? list.fault.since : this.#deps.now().toISOString()
    this.#lists.set(place, { ...list, fault: { code, message, since } })
  }

  /** Brings each list to its newest serial; the first fault that another pull may cure. */
  async #copyLists(
    fetch: BoundedFetch,
    trusted: TrustedSource,
    looked: readonly LookedAt[],
  ): Promise<CopyPull['fault']> {
    let passing: CopyPull['fault'] = null
    const known = new Map(readKnownPlaces(this.#config.state))
    for (const step of looked) {
      try {
        const { id, place } = await this.#copyOne(fetch, trusted, step, known)
        known.set(id, place)
      } catch (error) {
        if (!(error instanceof Fault) || error.code === 'fetch/stopped') throw error
        this.#fail(step.place, error)
        if (isPassing(error)) passing ??= { code: error.code, message: error.message }
      }
    }
    return passing
  }

  async #copyOne(
    fetch: BoundedFetch,
    trusted: TrustedSource,
    { place, files }: LookedAt,
    known: KnownPlaces,
  ): Promise<CopiedList> {
    const before = this.#lists.get(place) ?? null
    const { definition } = await readDefinition(this.#copyDeps(fetch), place, files)
    // Before anything is written: what lies in the state folder is believed after a restart.
    assertKnownPlace(known, place, definition.id)
    await fetchTargets(this.#fetchDeps(fetch), neededTargets(files, before))
    const copied = await copyList(this.#copyDeps(fetch), trusted, { place, files, before })
    this.#lists.set(place, copied)
    const [old, last] = [before?.serials.at(-1)?.serial ?? null, copied.serials.at(-1)]
    if (last && last.serial !== old) {
      const { serial, entries } = last
      this.#deps.log.info({ list: copied.id, serial, entries }, 'copied a new serial')
    }
    return copied
  }

  async #exportKey(fetch: BoundedFetch, trusted: TrustedSource): Promise<string | null> {
    const key = trusted.topTarget(EXPORT_KEY)
    if (!key) return null
    if (missingTargets(this.tree, [key]).length > 0)
      await fetchTargets({ ...this.#fetchDeps(fetch), maxBytes: MAX_KEY_BYTES }, [key])
    return readText(this.tree, key)
  }

  #fetchDeps(fetch: BoundedFetch): FetchTargetsDeps & { readonly metadataTimeoutMs: number } {
    const { source, timeouts, maxBytes } = this.#config
    return {
      ...{ fetch, source, maxBytes, disk: this.#deps.disk, tree: this.tree },
      timeoutMs: timeouts.list * 1000,
      metadataTimeoutMs: timeouts.metadata * 1000,
    }
  }

  #copyDeps(fetch: BoundedFetch): CopyListDeps {
    const { source, state, limits } = this.#config
    return {
      ...this.#deps,
      ...this.#fetchDeps(fetch),
      ...{ state, limits, fetch: treeFetch(this.tree, source, fetch) },
    }
  }
}

/** What was verified and is not shown yet. */
interface NextTree {
  readonly trusted: ProvenSource
  readonly looked: readonly LookedAt[]
  readonly timestamp: SignedBytes
  readonly roles: readonly SignedBytes[]
}

function expiriesOf(all: readonly SignedBytes[]): Copy['expiries'] {
  return all.map(({ role, expiresAt }) => ({ role, expiresAt: expiresAt.toISOString() }))
}

function roleFile(roles: readonly SignedBytes[], role: string): string {
  const version = roles.find((one) => one.role === role)?.version ?? 0
  return `tuf/metadata/${version}.${role}.json`
}

function readText(tree: CopyTree, { path, sha256 }: Target): string | null {
  const slash = path.lastIndexOf('/')
  const file = `tuf/targets/${path.slice(0, slash + 1)}${sha256}.${path.slice(slash + 1)}`
  return tree.folder.read(file)?.toString('utf8') ?? null
}
