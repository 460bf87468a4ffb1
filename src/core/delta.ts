import type { HeldDiff } from './diff-lines.ts'
import { Fault } from './fault.ts'
import {
  assertFormat,
  parseCount,
  parseDigest,
  parseHeaderLines,
  parseHeaderListId,
  printHeaderLines,
} from './header-lines.ts'
import { compareLines, lineEnd, lineText, type LineBlocks } from './line-cursor.ts'
import { mergeLines } from './merge-lines.ts'

/** `docs/spec/delta.md` §1. */
export const DELTA_FORMAT = 'bailiwick-delta/1'

const KEYS = ['format', 'list', 'from', 'to', 'removed', 'added', 'from-state', 'to-state'] as const
const [PLUS, MINUS] = [0x2b, 0x2d]

/** What the header of a delta says. `removed` and `added` count lines. */
export interface DeltaHeader {
  readonly list: string
  readonly from: number
  readonly to: number
  readonly removed: number
  readonly added: number
  readonly fromState: string
  readonly toState: string
}

export interface Delta extends HeldDiff {
  readonly header: DeltaHeader
}

/** The header with the empty line that ends it. */
export function printDeltaHeader(header: DeltaHeader): string {
  return printHeaderLines([
    ['format', DELTA_FORMAT],
    ['list', header.list],
    ['from', header.from],
    ['to', header.to],
    ['removed', header.removed],
    ['added', header.added],
    ['from-state', header.fromState],
    ['to-state', header.toState],
  ])
}

/** The bytes of a delta in blocks: header, `+` lines, `-` lines. */
export function* printDelta(
  header: DeltaHeader,
  diff: HeldDiff,
): Generator<Uint8Array, void, undefined> {
  yield Buffer.from(printDeltaHeader(header))
  for (const block of diff.added) yield withSign(block, PLUS)
  for (const block of diff.removed) yield withSign(block, MINUS)
}

function withSign(block: Uint8Array, sign: number): Uint8Array {
  const text = lineText(block, 0, block.length)
  const mark = String.fromCharCode(sign)
  return Buffer.from(mark + text.slice(0, -1).replaceAll('\n', `\n${mark}`) + '\n', 'latin1')
}

/**
 * A delta from its bytes. From the network, perhaps: the header is strict, the counts must agree, and the lines must be sorted
 * and unique; whether they are entries is for the state to say. Throws `delta/invalid`.
 */
export function parseDelta(bytes: Uint8Array): Delta {
  const { header, bodyOffset } = parseDeltaHeader(bytes)
  const body = bytes.subarray(bodyOffset)
  if (body.length > 0 && body[body.length - 1] !== 0x0a) {
    throw new Fault(
      'delta/invalid',
      'expected every line to end with a line feed, got a body cut in mid-line',
    )
  }
  const plus = takeSigned(body, 0, PLUS, header.added)
  const minus = takeSigned(body, plus.end, MINUS, header.removed)
  if (minus.end !== body.length) {
    throw new Fault(
      'delta/invalid',
      `expected ${header.added} lines with "+" and then ${header.removed} with "-", got something else after ${bodyOffset + minus.end} bytes`,
    )
  }
  return { header, added: plus.lines, removed: minus.lines }
}

/** The header at the beginning of `bytes`; the first 512 bytes are enough. Throws `delta/invalid`. */
export function parseDeltaHeader(bytes: Uint8Array): { header: DeltaHeader; bodyOffset: number } {
  const code = 'delta/invalid'
  const { values, bodyOffset } = parseHeaderLines(bytes, KEYS, code)
  const [
    format = '',
    list = '',
    from = '',
    to = '',
    removed = '',
    added = '',
    fromState = '',
    toState = '',
  ] = values
  assertFormat(format, DELTA_FORMAT, code)
  const header = {
    list: parseHeaderListId(list, code),
    from: parseCount(from, 1, code),
    to: parseCount(to, 1, code),
    removed: parseCount(removed, 0, code),
    added: parseCount(added, 0, code),
    fromState: parseDigest(fromState, code),
    toState: parseDigest(toState, code),
  }
  if (header.from < header.to) return { header, bodyOffset }
  throw new Fault(code, `expected "to" to be after "from", got ${from} to ${to}`)
}

/** Takes `count` lines that begin with `sign`, without it, from `body` at `offset` on. */
function takeSigned(
  body: Uint8Array,
  offset: number,
  sign: number,
  count: number,
): { lines: Uint8Array[]; end: number } {
  let at = offset
  let written = 0
  let before = 0
  const lines = new Uint8Array(signedLength(body, offset, sign))
  for (let i = 0; i < count; i++) {
    if (body[at] !== sign) {
      throw new Fault(
        'delta/invalid',
        `expected ${count} lines with ${JSON.stringify(String.fromCharCode(sign))}, got ${i}`,
      )
    }
    const end = lineEnd(body, at)
    const length = end - at
    lines.set(body.subarray(at + 1, end + 1), written)
    if (
      i > 0 &&
      compareLines(lines, before, written - 1, lines, written, written + length - 1) >= 0
    ) {
      throw new Fault(
        'delta/invalid',
        `expected sorted, unique lines, got ${JSON.stringify(lineText(body, at, end))} out of order`,
      )
    }
    before = written
    written += length
    at = end + 1
  }
  return { lines: written === 0 ? [] : [lines.subarray(0, written)], end: at }
}

/** An upper bound of the bytes of the lines with this sign, which stand in one run. */
function signedLength(body: Uint8Array, offset: number, sign: number): number {
  if (sign === MINUS) return body.length - offset
  const firstMinus =
    body[offset] === MINUS
      ? offset
      : Buffer.from(body.buffer, body.byteOffset, body.length).indexOf('\n-', offset)
  return firstMinus < 0 ? body.length - offset : firstMinus + 1 - offset
}

/**
 * The entry lines of the serial that `delta` leads to, from those of the serial it starts at. Streams at the speed of copying;
 * the caller hashes what comes out and compares it with `toState` (`docs/spec/delta.md` §2). Throws `delta/mismatch`.
 */
export function applyDelta(
  lines: LineBlocks,
  delta: HeldDiff,
): Generator<Uint8Array, void, undefined> {
  return mergeLines(lines, delta)
}

/** The length in bytes of the delta with this header whose lines have `lineBytes` bytes without their signs. */
export function deltaLength(header: DeltaHeader, lineBytes: number): number {
  return printDeltaHeader(header).length + lineBytes + header.added + header.removed
}
