import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isFault, type FaultCode } from '../core/fault.ts'
import { hashLines } from '../core/hash-lines.ts'
import type { PublicDefinition } from '../core/list-definition.ts'
import type { ToldSerial } from './copy-told.ts'
import { replaceFile, type Disk } from './disk.ts'
import { readLineBlocks } from './line-file.ts'
import { hasLines, linesPath, readListState, type ListState } from './list-state.ts'
import { isRecord } from './metadata-bytes.ts'

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

const FORMAT = 'bailiwick-edge-list/1'
/** The files of the list at `place` below the edge's state folder. */
export function copyFolder(state: string, place: string): string {
  return join(state, 'lists', place)
}

/** Notes what was copied, when its lines are there. */
export function writeCopy(disk: Disk, folder: string, copied: CopiedList): void {
  const bytes = Buffer.from(JSON.stringify({ ...copied, format: FORMAT }, null, 2) + '\n')
  replaceFile(disk, join(folder, 'copy.json'), bytes, 0o600)
}

/** Lines that a crash or the disk has spoilt: the list is taken anew. */
export type Damage = (place: string, serial: number) => void

/**
 * The lists that the state folder has, after a start: of each the lines of the applied serial have the state that was signed for them, or the
 * list is not given.
 */
export function readCopies(state: string, onDamage: Damage): CopiedList[] {
  return copyPlaces(state).flatMap((place) => readCopy(state, place, onDamage) ?? [])
}

/** The places of which the state folder has something, in the order of their names. */
export function copyPlaces(state: string): string[] {
  const names = namesIn(join(state, 'lists')).filter((name) => /^[a-z0-9-]{1,40}$/.test(name))
  return names.sort()
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

/** Whether the kept lines of a serial have its state. */
export function areIntact(
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
