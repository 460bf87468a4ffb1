import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Fault, isFault, type FaultCode } from '../core/fault.ts'
import { hashLines } from '../core/hash-lines.ts'
import { DEFINITION_FILE, SNAPSHOT_FILE, targetPath } from '../core/layout.ts'
import type { PublicDefinition } from '../core/list-definition.ts'
import { checkLimits } from './check-limits.ts'
import type { LimitsConfig } from './config.ts'
import { MAX_DEFINITION_BYTES, parsePublicDefinition } from './definition.ts'
import { replaceFile, type Disk } from './disk.ts'
import { fetchTarget } from './download-target.ts'
import { followList, type FollowDeps } from './follow-list.ts'
import { readLineBlocks } from './line-file.ts'
import { hasLines, linesPath, newListState, readListState, type ListState } from './list-state.ts'
import { isRecord } from './metadata-bytes.ts'
import { askSerial, type ToldSerial } from './mirror-told.ts'
import type { TrustedSource } from './open-source.ts'
import {
  deltaTargets,
  snapshotTarget,
  type DeltaTarget,
  type SnapshotTarget,
  type Target,
} from './target.ts'

/** One serial as it was copied. */
export interface CopiedSerial {
  readonly serial: number
  readonly state: string
  readonly entries: number
  /** The signed digest of the list's zone (RFC 8976); null when none was signed. */
  readonly zonemd: string | null
  /** Of the published `list.json` at that serial. */
  readonly definitionSha256: string
  /** ISO 8601: when this edge had it. */
  readonly copiedAt: string
  /** What the source says of it beside what is signed; null while it has not said. */
  readonly told: ToldSerial | null
}

/** A list of the copy; what follows from it can be made again. */
export interface CopiedList {
  readonly place: string
  readonly id: string
  readonly definition: PublicDefinition
  readonly definitionSha256: string
  /** The newest last; its lines are there, and those of the one before. None before the first serial. */
  readonly serials: readonly CopiedSerial[]
  /** The published deltas that lead to the newest serial, or to where another of them does. */
  readonly deltas: readonly CopiedDelta[]
  /** ISO 8601: until then the source has vouched that nothing is newer. */
  readonly freshUntil: string
  /** Why the newest serial is not the source's; null when it is. */
  readonly fault: ListFault | null
}

/** A published delta; its file is in the tree, or will be. */
export interface CopiedDelta {
  readonly from: number
  readonly fromState: string
  readonly to: number
  readonly toState: string
  readonly rawLength: number
  /** Below the tree. */
  readonly file: string
}

export interface ListFault {
  readonly code: FaultCode
  readonly message: string
  /** ISO 8601. */
  readonly since: string
}

export interface CopyListDeps extends FollowDeps {
  readonly state: string
  readonly limits: LimitsConfig
}

/** How many serials a list remembers; lines are there for the last two. */
const KEPT_SERIALS = 16
const KEPT_LINES = 2

const FORMAT = 'bailiwick-edge-list/1'
/** Whatever passes was checked before, by the limits that the edge has. */
const NO_LIMITS = {
  minEntries: 0,
  maxEntries: Number.MAX_SAFE_INTEGER,
  maxGrowth: Infinity,
  maxShrink: 1,
}

/** The files of the list at `place` below the edge's state folder. */
export function copyFolder(state: string, place: string): string {
  return join(state, 'lists', place)
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

function writeCopy(disk: Disk, folder: string, copied: CopiedList): void {
  const bytes = Buffer.from(JSON.stringify({ ...copied, format: FORMAT }, null, 2) + '\n')
  replaceFile(disk, join(folder, 'copy.json'), bytes, 0o600)
}

function removeOldLines(disk: Disk, folder: string, serials: readonly CopiedSerial[]): void {
  const kept = new Set(serials.slice(-KEPT_LINES).map(({ serial }) => linesPath(folder, serial)))
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (/^\d+\.lines(\.new|\.new\.gz)?$/.test(name) && !kept.has(path)) disk.remove(path)
  }
}

/** Lines that a crash or the disk has spoilt: the list is taken anew. */
export type Damage = (place: string, serial: number) => void

/**
 * The lists that the state folder has, after a start: of each the lines of the applied serial have the state that was signed for them, or the
 * list is not given.
 */
export function readCopies(state: string, onDamage: Damage): CopiedList[] {
  const root = join(state, 'lists')
  const places = namesIn(root).filter((name) => /^[a-z0-9-]{1,40}$/.test(name))
  return places.flatMap((place) => readCopy(state, place, onDamage) ?? [])
}

function readCopy(state: string, place: string, onDamage: Damage): CopiedList | null {
  const folder = copyFolder(state, place)
  const copied = parseCopy(join(folder, 'copy.json'))
  const applied = readListState(folder)?.applied
  if (copied?.place !== place || !applied) return null
  // A crash between the two commits: the lines are those of a serial that the list does not know yet. The next pull tells it.
  const at = copied.serials.findIndex((one) => one.serial === applied.serial)
  const serials = at === -1 ? copied.serials : copied.serials.slice(0, at + 1)
  const last = serials.at(-1)
  if (!last) return { ...copied, serials: [] }
  if (!areIntact(folder, last, applied)) {
    onDamage(place, last.serial)
    return null
  }
  return { ...copied, serials }
}

function areIntact(
  folder: string,
  { serial, state }: Pick<CopiedSerial, 'serial' | 'state'>,
  applied: ListState['applied'],
): boolean {
  if (applied?.serial === serial && !hasLines(folder, applied)) return false
  try {
    return hashLines(readLineBlocks(linesPath(folder, serial))) === state
  } catch (error) {
    if (isFault(error, 'agent/damaged')) return false
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

/** What is noted of a list, for those who work on it beside the one who copies; null when there is nothing. */
export function readCopyNote(state: string, place: string): CopiedList | null {
  return parseCopy(join(copyFolder(state, place), 'copy.json'))
}

function parseCopy(path: string): CopiedList | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (!isRecord(value) || value['format'] !== FORMAT || !Array.isArray(value['serials'])) {
      return null
    }
    return { ...(value as unknown as CopiedList), fault: null }
  } catch (error) {
    // None yet, or a note that somebody spoiled: the list is taken anew.
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return null
    throw error
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
