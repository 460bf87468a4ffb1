import { LineCursor, lineText, type LineBlocks } from '../core/line-cursor.ts'
import type { ListDefinition } from '../core/list-definition.ts'
import { openCoverage } from '../formats/out/coverage.ts'
import { EntryCursor, IS_IP, NOTHING } from '../formats/out/entry-cursor.ts'

/** Lines of a file, which can be read several times. */
interface CountedLines {
  readonly definition: ListDefinition
  readonly entries: number
  readonly lines: () => LineBlocks
}

/** How many names of sorted lines stand below another of them, so that they block nothing by themselves. */
export function countCoveredInFile({ definition, entries, lines }: CountedLines): number {
  const source = { definition, entries, lines, serial: 0, state: '' }
  const coverage = openCoverage(source, (entry) => entry.below)
  if (coverage === null) return 0
  coverage.restart()
  let count = 0
  const cursor = new EntryCursor(lines())
  while (cursor.next()) {
    if (cursor.kinds < IS_IP && coverage.inherited() !== NOTHING) count++
  }
  return count
}

/** Names asked about in one call. */
const BATCH = 5000
const TAB = 0x09

/** Gives back those of the names below which everything is listed. */
export type FindCovering = (names: readonly string[]) => readonly string[]

/** How many names of the lines stand below an entry of a list that only `findCovering` knows. */
export function countCoveredByList(lines: LineBlocks, findCovering: FindCovering): number {
  const cursor = new LineCursor(lines)
  let count = 0
  let batch: (readonly string[])[] = []
  const flush = (): void => {
    const covering = new Set(findCovering([...new Set(batch.flat())]))
    count += batch.filter((above) => above.some((name) => covering.has(name))).length
    batch = []
  }
  while (cursor.next()) {
    const { block, start } = cursor
    const tab = block.indexOf(TAB, start)
    // Only names have entries above them that the import would know: `ip` and `url` begin otherwise.
    if (block[tab + 1] === 0x69 || block[tab + 1] === 0x75) continue
    batch.push(namesAbove(lineText(block, start, tab)))
    if (batch.length === BATCH) flush()
  }
  if (batch.length > 0) flush()
  return count
}

/** Without the last label: no entry is a top-level domain. */
function namesAbove(name: string): string[] {
  const above: string[] = []
  const last = name.lastIndexOf('.')
  for (let dot = name.indexOf('.'); dot < last; dot = name.indexOf('.', dot + 1)) {
    above.push(name.slice(dot + 1))
  }
  return above
}
