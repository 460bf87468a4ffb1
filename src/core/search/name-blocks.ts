import { ENTRY_KINDS, type EntryKind } from '../entry.ts'
import { compareLines, lineEnd } from '../line-cursor.ts'
import { mergeLines } from '../merge-lines.ts'

/**
 * What a search reads of a list: line blocks (`line-cursor.ts`) of *names*, each a value, one byte for its kind and LF, in the order of a
 * snapshot. The byte is below every character of a value, so nothing that is looked for can be found in it or across two lines.
 */
export type NameBlocks = readonly Buffer[]

/** A line of names, and whether it is to be there. */
export interface NameChange {
  /** With its LF. */
  readonly line: string
  readonly isThere: boolean
}

/** The line of a value and kind, with its LF. */
export function printName(value: string, kind: EntryKind): string {
  return `${value}${String.fromCharCode(ENTRY_KINDS.indexOf(kind) + 1)}\n`
}

/** The value and kind of a line, given with or without its LF. */
export function readName(line: string): { readonly value: string; readonly kind: EntryKind } {
  const end = line.endsWith('\n') ? line.length - 2 : line.length - 1
  const kind = ENTRY_KINDS[line.charCodeAt(end) - 1]
  if (kind === undefined) throw new Error(`expected a line of names, got ${JSON.stringify(line)}`)
  return { value: line.slice(0, end), kind }
}

/**
 * The names after `changes`, which are sorted and unique. What is there already, or gone already, stays so: a change may be applied twice.
 * Blocks that no change is in are the same ones.
 */
export function changeNames(blocks: NameBlocks, changes: readonly NameChange[]): NameBlocks {
  if (changes.length === 0) return blocks
  if (blocks.length === 0) return merged(Buffer.alloc(0), changes)
  const made: Buffer[] = []
  let at = 0
  for (const [i, block] of blocks.entries()) {
    const next = blocks[i + 1]
    const from = at
    while (at < changes.length && (next === undefined || isBefore(changes[at], next))) at++
    if (at === from) made.push(block)
    else made.push(...merged(block, changes.slice(from, at)))
  }
  return made
}

function isBefore(change: NameChange | undefined, block: Buffer): boolean {
  return change !== undefined && compareTo(block, 0, Buffer.from(change.line, 'latin1')) > 0
}

function merged(block: Buffer, changes: readonly NameChange[]): Buffer[] {
  const added: string[] = []
  const removed: string[] = []
  for (const { line, isThere } of changes) {
    const wasThere = hasLine(block, Buffer.from(line, 'latin1'))
    if (isThere && !wasThere) added.push(line)
    if (!isThere && wasThere) removed.push(line)
  }
  const diff = { added: blockOf(added), removed: blockOf(removed) }
  return [...mergeLines(block.length === 0 ? [] : [block], diff)].map(bufferOf)
}

function blockOf(lines: readonly string[]): Buffer[] {
  return lines.length === 0 ? [] : [Buffer.from(lines.join(''), 'latin1')]
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function hasLine(block: Buffer, line: Buffer): boolean {
  const at = firstNotBefore(block, line)
  return at < block.length && compareTo(block, at, line) === 0
}

/** The start of the first line of a block that is not before `line`, which has an LF or is the beginning of a line; the block's length if none. */
export function firstNotBefore(block: Buffer, line: Buffer): number {
  let low = 0
  let high = block.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const start = middle === 0 ? 0 : block.lastIndexOf(LF, middle - 1) + 1
    if (compareTo(block, start, line) < 0) low = lineEnd(block, middle) + 1
    else high = start
  }
  return low
}

const LF = 0x0a

/** How the line of a block that starts there compares with `line`; the LF of either is no part of it. */
export function compareTo(block: Buffer, start: number, line: Buffer): number {
  const end = line[line.length - 1] === LF ? line.length - 1 : line.length
  return compareLines(block, start, lineEnd(block, start), line, 0, end)
}
