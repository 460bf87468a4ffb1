import {
  eachEntry,
  IS_IP,
  IS_URL,
  NOTHING,
  type EntryCursor,
  type Verdict,
} from './entry-cursor.ts'
import { isBlock } from './export-rules.ts'
import type { ExportSource } from './export-source.ts'
import { NameTable } from './name-table.ts'
import { LISTED, STEER, STEERED, UNSTEERED } from './rpz-verdicts.ts'

/** Marks of a name that is the host of a URL, or stands above one. */
const OWN_LISTED = 1
const BELOW_LISTED = 2

const DOT = 0x2e
const SLASH = 0x2f
const NINE = 0x39
const COLON = 0x3a

/** Which hosts of `url` entries get a record, so that their clients come to the filtering proxy. */
export interface Steering {
  readonly restart: () => void
  /** Puts the URL's host in the place of the value, and what becomes of it in the place of the action. */
  readonly refine: (entry: EntryCursor) => void
}

/**
 * Reads the list twice: its URLs, for the hosts and the names above them; then its names, to see which of those are listed, because
 * steering never overrides what the list says of a name. What is kept grows with the hosts of URLs, not with the list.
 * `check` says what keeps the host (the entry's value by then) from having a record, or `NOTHING`.
 */
export function openSteering(
  source: ExportSource,
  check: (entry: EntryCursor) => Verdict,
): Steering {
  const names = new NameTable()
  eachEntry(source.lines(), (entry) => {
    if (entry.kinds === IS_URL && isBlock(entry.own)) addHost(names, entry)
  })
  eachEntry(source.lines(), (entry) => {
    if (entry.kinds < IS_IP) markListed(names, entry)
  })
  let recorded = new Uint8Array(names.size)
  return {
    restart: () => {
      recorded = new Uint8Array(names.size)
    },
    refine: (entry) => {
      if (!isBlock(entry.own)) return
      entry.end = hostEnd(entry)
      entry.own = hostVerdict(names, recorded, entry, check)
    },
  }
}

function addHost(names: NameTable, entry: EntryCursor): void {
  const end = hostEnd(entry)
  if (isAddress(entry, end)) return
  names.add(entry.bytes, entry.start, end)
  for (let i = entry.start; i < end; i++) {
    if (entry.bytes[i] === DOT) names.add(entry.bytes, i + 1, end)
  }
}

function markListed(names: NameTable, entry: EntryCursor): void {
  const number = names.find(entry.bytes, entry.start, entry.end)
  if (number < 0) return
  if (entry.own !== NOTHING) names.mark(number, OWN_LISTED)
  if (entry.below !== NOTHING) names.mark(number, BELOW_LISTED)
}

function hostVerdict(
  names: NameTable,
  recorded: Uint8Array,
  entry: EntryCursor,
  check: (entry: EntryCursor) => Verdict,
): Verdict {
  const { bytes, start, end } = entry
  if (isAddress(entry, end)) return UNSTEERED
  const number = names.find(bytes, start, end)
  if ((names.marksOf(number) & OWN_LISTED) !== 0) return LISTED
  if (names.marksAbove(bytes, start, end, BELOW_LISTED) !== 0) return LISTED
  const refusal = check(entry)
  if (refusal !== NOTHING) return refusal
  if (recorded[number] !== 0) return STEERED
  recorded[number] = 1
  return STEER
}

/** Where the host of a URL's value ends: before its port or its path. An address in brackets ends too early, but is known by them. */
function hostEnd(entry: EntryCursor): number {
  let end = entry.start
  while (end < entry.end && entry.bytes[end] !== SLASH && entry.bytes[end] !== COLON) end++
  return end
}

/** `[…]`, or nothing but digits and dots: the last label of a name is never a number. */
function isAddress(entry: EntryCursor, end: number): boolean {
  for (let i = entry.start; i < end; i++) {
    const byte = entry.bytes[i] ?? 0
    if (byte > NINE || byte < DOT) return entry.bytes[entry.start] === 0x5b
  }
  return true
}
