import type { EntryKind, EntryValue } from '../core/entry.ts'
import { LineCursor, lineText, type LineBlocks } from '../core/line-cursor.ts'
import { LineWriter } from '../core/line-writer.ts'
import type { ListDefinition } from '../core/list-definition.ts'
import { refuseForList, type ListRefusal } from './propose-entry.ts'

/** An entry of a file that is well-formed and may not stand on the list. */
export interface RefusedEntry {
  readonly value: EntryValue
  readonly kind: EntryKind
  readonly reason: ListRefusal
}

export interface AllowedLines {
  readonly lines: LineBlocks
  readonly refused: readonly RefusedEntry[]
}

const TAB = 0x09

/** The lines that may stand on the list, sorted as they were, and the entries that may not. */
export function refuseLines(definition: ListDefinition, lines: LineBlocks): AllowedLines {
  const writer = new LineWriter()
  const refused: RefusedEntry[] = []
  const cursor = new LineCursor(lines)
  while (cursor.next()) {
    const found = refuseLine(definition, cursor)
    if (found === null) writer.put(cursor.block, cursor.start, cursor.end + 1)
    else refused.push(found)
  }
  return { lines: writer.flush(), refused }
}

function refuseLine(definition: ListDefinition, cursor: LineCursor): RefusedEntry | null {
  const { block, start, end } = cursor
  const tab = block.indexOf(TAB, start)
  const value = lineText(block, start, tab) as EntryValue
  const kind = lineText(block, tab + 1, Math.min(end, block.indexOf(TAB, tab + 1))) as EntryKind
  const reason = refuseForList(definition, value, kind)
  return reason === null ? null : { value, kind, reason }
}
