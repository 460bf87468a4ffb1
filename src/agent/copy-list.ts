import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../core/fault.ts'
import { DEFINITION_FILE, SNAPSHOT_FILE, targetPath } from '../core/layout.ts'
import type { PublicDefinition } from '../core/list-definition.ts'
import { checkLimits } from './check-limits.ts'
import type { LimitsConfig } from './config.ts'
import {
  areIntact,
  copyFolder,
  writeCopy,
  type CopiedDelta,
  type CopiedList,
  type CopiedSerial,
} from './copy-note.ts'
import { askSerial } from './copy-told.ts'
import { MAX_DEFINITION_BYTES, parsePublicDefinition } from '../core/parse-public-definition.ts'
import type { Disk } from './disk.ts'
import { fetchTarget } from './download-target.ts'
import { followList, type FollowDeps } from './follow-list.ts'
import { hasLines, linesPath, newListState, readListState, type ListState } from './list-state.ts'
import { isRecord } from './metadata-bytes.ts'
import type { TrustedSource } from './open-source.ts'
import {
  deltaTargets,
  snapshotTarget,
  type DeltaTarget,
  type SnapshotTarget,
  type Target,
} from './target.ts'

export interface CopyListDeps extends FollowDeps {
  readonly state: string
  readonly limits: LimitsConfig
}

/** How many serials a list remembers; lines are there for the last two. */
const KEPT_SERIALS = 16
const KEPT_LINES = 2

/** Whatever passes was checked before, by the limits that the edge has. */
const NO_LIMITS = {
  minEntries: 0,
  maxEntries: Number.MAX_SAFE_INTEGER,
  maxGrowth: Infinity,
  maxShrink: 1,
}

/** The verified definition of the list at `place`. Throws `trust/mismatch` when it claims the id of another list. */
export async function readDefinition(
  deps: FollowDeps,
  place: string,
  files: ReadonlyMap<string, Target>,
): Promise<{ readonly definition: PublicDefinition; readonly sha256: string }> {
  const target = files.get(DEFINITION_FILE)
  if (!target) {
    throw new Fault(
      'list/invalid',
      `expected ${DEFINITION_FILE} among the signed targets, got none`,
    )
  }
  const bytes = await fetchTarget({ ...deps, maxBytes: MAX_DEFINITION_BYTES }, target)
  const id = claimedId(bytes)
  const definition = parsePublicDefinition(bytes, id)
  // docs/spec/http.md §1: the key of one list must not be able to speak under another's name.
  if (definition.visibility === 'public' ? id !== place : !isOpaque(place)) {
    throw new Fault(
      'trust/mismatch',
      `expected the list at ${JSON.stringify(place)} to be of that place, got ${JSON.stringify(id)}`,
    )
  }
  return { definition, sha256: target.sha256 }
}

/** A list at an opaque place may have any id that no public list has. */
function assertOwnName(trusted: TrustedSource, place: string, id: string): void {
  if (id === place || !trusted.publicIds.includes(id)) return
  throw new Fault(
    'trust/mismatch',
    `expected the list at ${JSON.stringify(place)} to have an id of its own, got that of the public list ${JSON.stringify(id)}`,
  )
}

function claimedId(bytes: Buffer): string {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    const id = isRecord(value) ? value['id'] : undefined
    if (typeof id === 'string' && /^[a-z0-9-]{1,40}$/.test(id)) return id
  } catch (cause) {
    throw new Fault('list/invalid', 'expected list.json to be JSON, got something else', { cause })
  }
  throw new Fault('list/invalid', 'expected an id in list.json, got none')
}

/** Whether a place says nothing of its list (`docs/spec/http.md` §1). */
export function isOpaque(place: string): boolean {
  return /^[0-9a-f]{32}$/.test(place)
}

/** Brings one list to its newest serial. Throws a `Fault`, and then the copy is as it was. */
export async function copyList(
  deps: CopyListDeps,
  trusted: TrustedSource,
  { place, files, before }: CopyStep,
): Promise<CopiedList> {
  const { definition, sha256: definitionSha256 } = await readDefinition(deps, place, files)
  assertOwnName(trusted, place, definition.id)
  const freshUntil = trusted.freshUntil.toISOString()
  const known = before?.serials ?? []
  const common = { place, id: definition.id, definition, definitionSha256, freshUntil, fault: null }
  if (!files.has(SNAPSHOT_FILE)) return { ...common, serials: known, deltas: [] }
  const newest = snapshotTarget(files)
  const last = known.at(-1)
  assertWithin(deps, newest, last)
  const folder = copyFolder(deps.state, place)
  deps.disk.makeFolder(folder, 0o700)
  const state = readListState(folder) ?? newListState(definition.id)
  const list = { id: definition.id, place, limits: NO_LIMITS, outputs: [] }
  const held = { state, folder, hasLines: isHeld(folder, state, last), acceptance: undefined }
  // Its commit point is the list's state.json.
  await followList(deps, trusted, list, held)
  const told = last?.serial === newest.serial ? last.told : null
  const serials = nextSerials(known, {
    serial: newest.serial,
    state: newest.state,
    entries: newest.entries,
    zonemd: zonemdOf(newest),
    definitionSha256,
    copiedAt: deps.now().toISOString(),
    told: told ?? (await askSerial(deps, definition.id, newest)),
  })
  const copied = { ...common, serials, deltas: deltaTargets(files).map(asCopiedDelta) }
  writeCopy(deps.disk, folder, copied)
  removeOldLines(deps.disk, folder, serials)
  return copied
}

interface CopyStep {
  readonly place: string
  readonly files: ReadonlyMap<string, Target>
  readonly before: CopiedList | null
}

function asCopiedDelta(delta: DeltaTarget): CopiedDelta {
  const { from, fromState, to, toState, rawLength, path, sha256 } = delta
  return { from, fromState, to, toState, rawLength, file: targetPath(path, sha256) }
}

function assertWithin(
  { limits }: CopyListDeps,
  newest: SnapshotTarget,
  last: CopiedSerial | undefined,
): void {
  if (newest.serial === last?.serial) return
  const why = checkLimits(limits, last?.entries ?? null, newest.entries)
  if (why === null) return
  throw new Fault(
    'edge/limit',
    `${why} in serial ${newest.serial}; if that is right, raise the limits in the configuration`,
  )
}

/** Whether the lines of the applied serial can be gone on from: those of the last serial were verified when they came or at the start. */
function isHeld(folder: string, { applied }: ListState, last: CopiedSerial | undefined): boolean {
  if (!applied) return false
  return applied.serial === last?.serial && applied.state === last.state
    ? hasLines(folder, applied)
    : areIntact(folder, applied, applied)
}

function zonemdOf({ path, custom }: SnapshotTarget): string | null {
  const zonemd = custom['zonemd']
  if (zonemd === undefined || zonemd === null) return null
  if (typeof zonemd === 'string' && /^[0-9a-f]{96}$/.test(zonemd)) return zonemd
  throw new Fault(
    'trust/invalid',
    `expected zonemd of ${JSON.stringify(path)} to be a SHA-384 in lower-case hex, got ${JSON.stringify(zonemd)}`,
  )
}

function nextSerials(known: readonly CopiedSerial[], next: CopiedSerial): readonly CopiedSerial[] {
  const last = known.at(-1)
  const isSame =
    last?.serial === next.serial &&
    last.state === next.state &&
    last.zonemd === next.zonemd &&
    last.definitionSha256 === next.definitionSha256 &&
    (last.told === null) === (next.told === null)
  if (isSame) return known
  const copiedAt = last?.serial === next.serial ? last.copiedAt : next.copiedAt
  const others = known.filter(({ serial }) => serial !== next.serial)
  return [...others, { ...next, copiedAt }].slice(-KEPT_SERIALS)
}

function removeOldLines(disk: Disk, folder: string, serials: readonly CopiedSerial[]): void {
  const kept = new Set(serials.slice(-KEPT_LINES).map(({ serial }) => linesPath(folder, serial)))
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (/^\d+\.lines(\.new|\.new\.gz)?$/.test(name) && !kept.has(path)) disk.remove(path)
  }
}
