import type { EntryKind } from '../entry.ts'
import { lineEnd } from '../line-cursor.ts'
import { compareTo, firstNotBefore, readName, type NameBlocks } from './name-blocks.ts'
import type { SearchText } from './read-search-text.ts'

/** What is found first is what was most likely meant: values that begin so, values with a label that does, others. */
export const SEARCH_STAGES = ['start', 'label', 'within', 'unicode'] as const
export type SearchStage = (typeof SEARCH_STAGES)[number]

/** The stages of a search, in their order. */
export function stagesOf({ isAscii }: SearchText): readonly SearchStage[] {
  return isAscii ? ['start', 'label', 'within'] : ['unicode']
}

export interface FoundName {
  readonly value: string
  readonly kind: EntryKind
  /** The line of it, by which a search goes on behind it. */
  readonly line: string
}

export interface SearchStep {
  readonly search: SearchText
  readonly stage: SearchStage
  /** Goes on behind this line; null from the first. */
  readonly behind: string | null
  readonly limit: number
}

export interface FoundNames {
  readonly found: readonly FoundName[]
  /** Nothing of the stage is behind the last line. */
  readonly isDone: boolean
  /** The line to go on behind; null: from the first. */
  readonly last: string | null
}

/** Names with an A-label whose Unicode form is looked at in one step. */
const MAX_DECODED = 20_000

/**
 * The names of one stage, in the order of a snapshot, `limit` at most; no name is found in two stages. `toUnicode` gives the Unicode form of a
 * name, or an empty text.
 */
export function findNames(
  blocks: NameBlocks,
  step: SearchStep,
  toUnicode: (name: string) => string,
): FoundNames {
  const lines = linesOf(blocks, step, toUnicode)
  const found: FoundName[] = []
  for (;;) {
    const next = lines.next()
    if (next.done === true) return { found, isDone: next.value === null, last: next.value }
    if (found.length === step.limit) {
      return { found, isDone: false, last: found.at(-1)?.line ?? step.behind }
    }
    found.push({ ...readName(next.value), line: next.value })
  }
}

/** Gives back the last line that it has looked at where it gave up; null at the end. */
function linesOf(
  blocks: NameBlocks,
  { search, stage, behind }: SearchStep,
  toUnicode: (name: string) => string,
): Generator<string, string | null> {
  const from = { blocks, behind }
  switch (stage) {
    case 'start':
      return linesFrom(from, search.text)
    case 'label':
      return labelLines(from, search.text)
    case 'within':
      return innerLines(from, search.text)
    case 'unicode':
      return unicodeLines(from, search.text, toUnicode)
  }
}

interface From {
  readonly blocks: NameBlocks
  readonly behind: string | null
}

/** They stand together, so the first is found by halving. */
function* linesFrom({ blocks, behind }: From, text: string): Generator<string, null> {
  const low = Buffer.from(behind ?? text, 'latin1')
  for (const [i, block] of blocks.entries()) {
    const next = blocks[i + 1]
    if (next !== undefined && compareTo(next, 0, low) <= 0) continue
    for (let at = firstNotBefore(block, low); at < block.length;) {
      const end = lineEnd(block, at)
      const line = block.toString('latin1', at, end)
      if (!line.startsWith(text)) return null
      if (line !== behind) yield line
      at = end + 1
    }
  }
  return null
}

function* labelLines(from: From, text: string): Generator<string, null> {
  if (text.startsWith('.')) return null
  for (const line of linesWith(from, `.${text}`)) if (!line.startsWith(text)) yield line
  return null
}

function* innerLines(from: From, text: string): Generator<string, null> {
  const label = text.startsWith('.') ? null : `.${text}`
  for (const line of linesWith(from, text)) {
    if (line.startsWith(text) || (label !== null && line.includes(label))) continue
    yield line
  }
  return null
}

function* unicodeLines(
  from: From,
  text: string,
  toUnicode: (name: string) => string,
): Generator<string, string | null> {
  let decoded = 0
  let last = from.behind
  for (const line of linesWith(from, 'xn--')) {
    if (decoded === MAX_DECODED) return last
    decoded++
    last = line
    const { value } = readName(line)
    const slash = value.indexOf('/')
    const host = slash < 0 ? value : value.slice(0, slash)
    if ((toUnicode(host) + value.slice(host.length)).includes(text)) yield line
  }
  return null
}

/** All lines that have `text` in them, without their LF. One native scan of the bytes. */
function* linesWith({ blocks, behind }: From, text: string): Generator<string, void> {
  const wanted = Buffer.from(text, 'latin1')
  const low = behind === null ? null : Buffer.from(behind, 'latin1')
  for (const [i, block] of blocks.entries()) {
    const next = blocks[i + 1]
    if (low !== null && next !== undefined && compareTo(next, 0, low) <= 0) continue
    let from = low === null ? 0 : firstNotBefore(block, low)
    if (low !== null && from < block.length && compareTo(block, from, low) === 0) {
      from = lineEnd(block, from) + 1
    }
    for (let at = block.indexOf(wanted, from); at >= 0; at = block.indexOf(wanted, from)) {
      const end = lineEnd(block, at)
      yield block.toString('latin1', at === 0 ? 0 : block.lastIndexOf(LF, at - 1) + 1, end)
      from = end + 1
    }
  }
}

const LF = 0x0a
