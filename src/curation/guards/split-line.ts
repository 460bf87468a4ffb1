import { ENTRY_ACTIONS, type EntryKind } from '../../core/entry.ts'
import type { GuardedEntry } from './guard-finding.ts'

/** An entry line, split; the value is also `bytes[start, end)`. */
export interface SplitLine extends GuardedEntry {
  readonly action: number
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

const TAB = 0x09
const LF = 0x0a

/** The line `bytes[start, lf)`, which is one of an entry. */
export function splitLine(bytes: Uint8Array, start: number, lf: number): SplitLine {
  let end = start
  while (end < lf && bytes[end] !== TAB) end++
  let kindEnd = end + 1
  while (kindEnd < lf && bytes[kindEnd] !== TAB) kindEnd++
  let actionEnd = kindEnd + 1
  while (actionEnd < lf && bytes[actionEnd] !== TAB) actionEnd++
  return {
    value: text(bytes, start, end) as SplitLine['value'],
    kind: text(bytes, end + 1, kindEnd) as EntryKind,
    action: actionCode(text(bytes, kindEnd + 1, actionEnd)),
    bytes,
    start,
    end,
  }
}

/** Each line of a block of whole lines. */
export function* splitLines(block: Uint8Array): Generator<SplitLine> {
  let start = 0
  while (start < block.length) {
    const lf = block.indexOf(LF, start)
    const stop = lf < 0 ? block.length : lf
    yield splitLine(block, start, stop)
    start = stop + 1
  }
}

/** An action as a number from 1. */
export function actionCode(action: string): number {
  return (ENTRY_ACTIONS as readonly string[]).indexOf(action) + 1
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
}
