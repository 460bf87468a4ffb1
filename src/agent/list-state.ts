import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { FaultCode } from '../core/fault.ts'
import type { PublicDefinition } from '../core/list-definition.ts'
import { replaceFile, type Disk } from './disk.ts'
import { isRecord } from './metadata-bytes.ts'

/** What the agent knows of one list: the whole of it is replaced in one step, which is the agent's commit point. */
export interface ListState {
  readonly format: typeof STATE_FORMAT
  readonly list: string
  /** Where the list lies at the source; null until it was found. */
  readonly place: string | null
  /** The serial that is applied; null before the first. */
  readonly applied: Applied | null
  /** ISO 8601: until then the source has vouched that nothing is newer. */
  readonly freshUntil: string | null
  /** By the output's path. */
  readonly outputs: Readonly<Record<string, OutputState>>
  readonly lastError: ListError | null
  /** What the operator's command was last told, so that it is not told every five minutes. */
  readonly alarm: { readonly code: string; readonly at: string } | null
  /** Changes past a limit that a person let through; the newest last. */
  readonly accepted: readonly AcceptedChange[]
}

export interface Applied {
  readonly serial: number
  readonly state: string
  readonly entries: number
  /** Of the lines' file. */
  readonly bytes: number
  /** ISO 8601. */
  readonly appliedAt: string
  readonly definition: PublicDefinition
  /** Of the published `list.json`. */
  readonly definitionSha256: string
}

export interface OutputState {
  /** What it was made of: another value means that it has to be made again. */
  readonly made: string
  /** The file as it was put in place; one that looks otherwise was altered by someone. */
  readonly size: number
  readonly mtimeMs: number
  /** In place, but its reader has not been told yet. */
  readonly reloadPending: boolean
}

export interface ListError {
  readonly code: FaultCode
  readonly message: string
  /** ISO 8601: when it was last met, and since when it is the same. */
  readonly at: string
  readonly since: string
}

interface AcceptedChange {
  readonly serial: number
  readonly before: number
  readonly after: number
  readonly at: string
  readonly why: string
}

const STATE_FORMAT = 'bailiwick-agent-list/1'

/** A list of which nothing is known yet. */
export function newListState(list: string): ListState {
  return {
    format: STATE_FORMAT,
    list,
    place: null,
    applied: null,
    freshUntil: null,
    outputs: {},
    lastError: null,
    alarm: null,
    accepted: [],
  }
}

/** The files of one list below the agent's state folder. */
export function listFolder(stateFolder: string, list: string): string {
  return join(stateFolder, 'lists', list)
}

export function linesPath(folder: string, serial: number): string {
  return join(folder, `${serial}.lines`)
}

/**
 * The state kept in `folder`; null when there is none. A file that is not ours (it was edited, or the disk lost it) counts as
 * none: the list is taken anew from its snapshot, and the metadata still refuses an older one.
 */
export function readListState(folder: string): ListState | null {
  let text: string
  try {
    text = readFileSync(join(folder, 'state.json'), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  return parseListState(text)
}

function parseListState(text: string): ListState | null {
  try {
    const value: unknown = JSON.parse(text)
    return isListState(value) ? value : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** As far as it is relied upon without being looked at again. */
function isListState(value: unknown): value is ListState {
  if (!isRecord(value) || value['format'] !== STATE_FORMAT) return false
  const { applied, outputs, accepted, lastError, alarm } = value
  const isNothingOrRecord = (one: unknown): boolean => one === null || isRecord(one)
  return (
    (applied === null || isApplied(applied)) &&
    isRecord(outputs) &&
    Object.values(outputs).every(isRecord) &&
    Array.isArray(accepted) &&
    isNothingOrRecord(lastError) &&
    isNothingOrRecord(alarm)
  )
}

function isApplied(applied: unknown): boolean {
  return (
    isRecord(applied) &&
    [applied['serial'], applied['entries'], applied['bytes']].every(Number.isSafeInteger) &&
    typeof applied['state'] === 'string' &&
    isRecord(applied['definition'])
  )
}

/** The commit point of the agent: before it the old serial is applied, after it the new one; each names a lines file that is whole. */
export function writeListState(disk: Disk, folder: string, state: ListState): void {
  replaceFile(
    disk,
    join(folder, 'state.json'),
    Buffer.from(JSON.stringify(state, null, 2) + '\n'),
    0o644,
  )
}

/** Whether the lines of the applied serial are there with the length they had. */
export function hasLines(folder: string, applied: Applied): boolean {
  const stat = statSync(linesPath(folder, applied.serial), { throwIfNoEntry: false })
  return stat?.size === applied.bytes
}

/** Removes what lies beside the lines of the applied serial: older lines, and beginnings that a crash left behind. */
export function removeOtherLines(disk: Disk, folder: string, serial: number): void {
  const kept = linesPath(folder, serial)
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (/^\d+\.lines(\.new|\.new\.gz)?$/.test(name) && path !== kept) disk.remove(path)
  }
}
