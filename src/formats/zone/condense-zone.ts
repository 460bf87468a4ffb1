import { CursorHeap } from '../../core/cursor-heap.ts'
import { newBytes } from '../../core/entry-arena.ts'
import { MessageCutter } from './cut-messages.ts'
import { DifferenceCursor } from './difference-cursor.ts'
import { PLUS } from './difference-writer.ts'
import { RecordRun } from './record-run.ts'
import {
  fileNames,
  isNamed,
  openDifference,
  type FileName,
  type OpenDifference,
  type ToldFrame,
} from './zone-files.ts'
import type { ZoneFolder } from './zone-folder.ts'
import { parseHex } from './zone-frame.ts'
import type { ZoneKey } from './zone-key.ts'

/** A difference as it goes over the wire (RFC 1995 §4), cut into messages: SOA, old SOA, removed, SOA, added, SOA. */
export interface ZoneDifference {
  readonly from: number
  readonly to: number
  readonly records: number
  readonly bytes: number
  /** Some messages each; in shared memory. */
  readonly parts: readonly ZonePart[]
}

/** The records of some messages, one behind the other (`TransferPart` of `src/dns/zone-source.ts`). */
export interface ZonePart {
  readonly records: Uint8Array
  /** Where each message ends in `records`. */
  readonly ends: readonly number[]
  readonly counts: readonly number[]
}

/** The serials from which differences lead to the zone, ascending. */
export function sourcesOf(folder: ZoneFolder, key: ZoneKey): readonly number[] {
  const reached = new Set<number>()
  const differences = differencesOf(folder, key.place)
  const ahead: FileName['to'][] = [{ serial: key.serial, state: key.state }]
  for (let to = ahead.pop(); to !== undefined; to = ahead.pop()) {
    for (const { from } of into(differences, to)) {
      reached.add(from.serial)
      ahead.push(from)
    }
  }
  return [...reached].sort((a, b) => a - b)
}

/**
 * How many differences are composed into one: each is open meanwhile, with a window of its own. Whoever is further behind is served as
 * well with the whole zone.
 */
export const MAX_STEPS = 512

/**
 * The difference from serial `from` to the zone, all the differences between composed into one: no record is in it that came and
 * went. Null when none leads there, or only by more than `MAX_STEPS`, or when it would have more than `maxBytes`.
 */
export function condenseZone(
  folder: ZoneFolder,
  key: ZoneKey,
  from: number,
  maxBytes: number,
): ZoneDifference | null {
  const path = pathFrom(differencesOf(folder, key.place), key, from)
  if (path === null || path.length > MAX_STEPS) return null
  const opened: OpenDifference[] = []
  try {
    for (const { name } of path) {
      const difference = openDifference(folder, key.place, name)
      if (difference === null) return null
      opened.push(difference)
    }
    const [first] = opened
    const last = opened.at(-1)
    if (first === undefined || last === undefined) return null
    const cursors = opened.map(({ file }) => new DifferenceCursor(file))
    const net = composeRecords(cursors, maxBytes)
    if (net === null) return null
    const run = sequence(net, readFrame(first.about.from), readFrame(last.about.to))
    if (run.length > maxBytes) return null
    const { count: records, length: bytes } = run
    return { from, to: key.serial, records, bytes, parts: cutParts(run) }
  } finally {
    for (const { file } of opened) file.close()
  }
}

function differencesOf(folder: ZoneFolder, place: string): FileName[] {
  return fileNames(folder, place).filter(({ part }) => part === 'diff')
}

/** The differences that lead to a zone; always from an earlier serial, so that no walk goes in circles. */
function into(differences: readonly FileName[], key: FileName['to']): FileName[] {
  return differences.filter(({ from, to }) => isNamed(to, key) && from.serial < to.serial)
}

/** Differences that lead from a serial to the zone, the longest strides first; null when none do. */
function pathFrom(
  differences: readonly FileName[],
  key: FileName['to'],
  serial: number,
): FileName[] | null {
  const steps = into(differences, key)
    .filter(({ from }) => from.serial >= serial)
    .sort((a, b) => a.from.serial - b.from.serial)
  for (const step of steps) {
    const path = step.from.serial === serial ? [] : pathFrom(differences, step.from, serial)
    if (path !== null) return [...path, step]
  }
  return null
}

/** The records of the zone itself, and its beacon's. */
interface Frame {
  readonly soa: Uint8Array
  readonly ns: Uint8Array
  readonly zonemd: Uint8Array
  readonly beacon: Uint8Array
}

function readFrame({ soa, ns, zonemd, beacon }: ToldFrame): Frame {
  return {
    soa: parseHex(soa),
    ns: parseHex(ns),
    zonemd: parseHex(zonemd),
    beacon: parseHex(beacon),
  }
}

interface NetRecords {
  readonly removed: RecordRun
  readonly added: RecordRun
}

/**
 * What is left of differences that follow one another: each record that came, or went, on the whole. Between two times that a record
 * comes it goes, so that its signs add up to one of them or to nothing. Null when that is more than `maxBytes`.
 */
function composeRecords(cursors: readonly DifferenceCursor[], maxBytes: number): NetRecords | null {
  const net = { removed: new RecordRun(), added: new RecordRun() }
  const heap = new CursorHeap(cursors, (a, b) => a.compareTo(b))
  for (let same = heap.next(); same.length > 0; same = heap.next()) {
    let sum = 0
    for (const { sign } of same) sum += sign === PLUS ? 1 : -1
    const [{ bytes, start, end }] = same as readonly [DifferenceCursor]
    if (sum < 0) net.removed.add(bytes, start, end)
    if (sum > 0) net.added.add(bytes, start, end)
    if (net.removed.length + net.added.length > maxBytes) return null
  }
  return net
}

/** RFC 1995 §4: what goes stands between the old SOA and the new, what comes between the new and the new. */
function sequence({ removed, added }: NetRecords, from: Frame, to: Frame): RecordRun {
  const run = new RecordRun()
  const hasNewNs = !isEqual(from.ns, to.ns)
  run.addAll(to.soa)
  run.addAll(from.soa)
  if (hasNewNs) run.addAll(from.ns)
  run.addAll(from.zonemd)
  run.append(removed)
  run.addAll(from.beacon)
  run.addAll(to.soa)
  if (hasNewNs) run.addAll(to.ns)
  run.addAll(to.zonemd)
  run.append(added)
  run.addAll(to.beacon)
  run.addAll(to.soa)
  return run
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

/** How many messages make a part. */
const PART_MESSAGES = 16

function cutParts(run: RecordRun): ZonePart[] {
  const cutter = new MessageCutter()
  for (const length of run.lengths()) cutter.add(length, 1)
  const { ends, counts } = cutter.table()
  const records = newBytes(run.length, true)
  records.set(run.bytes())
  const parts: ZonePart[] = []
  for (let first = 0; first < ends.length; first += PART_MESSAGES) {
    const start = first === 0 ? 0 : (ends[first - 1] ?? 0)
    const of = ends.subarray(first, first + PART_MESSAGES)
    parts.push({
      records: records.subarray(start, of.at(-1)),
      ends: Array.from(of, (end) => end - start),
      counts: Array.from(counts.subarray(first, first + PART_MESSAGES)),
    })
  }
  return parts
}
