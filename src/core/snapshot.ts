import {
  assertFormat,
  parseCount,
  parseDigest,
  parseHeaderLines,
  parseHeaderListId,
  printHeaderLines,
} from './header-lines.ts'

/** `docs/spec/snapshot.md` §1. */
export const SNAPSHOT_FORMAT = 'bailiwick-snapshot/1'

const KEYS = ['format', 'list', 'serial', 'entries', 'state'] as const

/** What the header of a snapshot says of the lines below it. */
export interface SnapshotHeader {
  readonly list: string
  readonly serial: number
  readonly entries: number
  /** `docs/spec/snapshot.md` §3. */
  readonly state: string
}

/** The header with the empty line that ends it; the entry lines follow at once. */
export function printSnapshotHeader({ list, serial, entries, state }: SnapshotHeader): string {
  return printHeaderLines([
    ['format', SNAPSHOT_FORMAT],
    ['list', list],
    ['serial', serial],
    ['entries', entries],
    ['state', state],
  ])
}

/**
 * The header at the beginning of `bytes` (the first 512 bytes are enough) and where the entry lines begin. Says nothing about
 * the lines: whoever trusts them has hashed them. Throws `snapshot/invalid`.
 */
export function parseSnapshotHeader(bytes: Uint8Array): {
  header: SnapshotHeader
  bodyOffset: number
} {
  const code = 'snapshot/invalid'
  const { values, bodyOffset } = parseHeaderLines(bytes, KEYS, code)
  const [format = '', list = '', serial = '', entries = '', state = ''] = values
  assertFormat(format, SNAPSHOT_FORMAT, code)
  const header = {
    list: parseHeaderListId(list, code),
    serial: parseCount(serial, 1, code),
    entries: parseCount(entries, 0, code),
    state: parseDigest(state, code),
  }
  return { header, bodyOffset }
}
