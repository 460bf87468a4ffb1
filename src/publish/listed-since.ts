import type { ListedLine } from '../core/proof-tree/leaf-maker.ts'
import type { PublishStore } from './ports.ts'

/** A serial, and the last decision that it includes. */
interface SerialCut {
  readonly serial: number
  readonly decision: number
}

interface ListAt extends SerialCut {
  readonly listRowId: number
}

interface Deps {
  readonly publications: Pick<PublishStore['publications'], 'all' | 'changes'>
}

/**
 * The lines of a list at a serial, which may be the next one, each with the serial since which it is there without a break
 * (`docs/spec/proof-tree.md` §1): from the history of its decisions, one serial after the other. Holds the list.
 */
export function listedSince(
  { publications }: Deps,
  { listRowId, serial, decision }: ListAt,
): Iterable<ListedLine> {
  const since = new Map<string, number>()
  const before = publications.all(listRowId).filter((one) => one.serial < serial)
  let after = 0
  for (const cut of [...before, { serial, decision }]) {
    const { added, removed } = publications.changes(listRowId, after, cut.decision)
    for (const line of removed) since.delete(line)
    for (const line of added) since.set(line, cut.serial)
    after = cut.decision
  }
  return linesOf(since)
}

function* linesOf(since: ReadonlyMap<string, number>): Generator<ListedLine, void, undefined> {
  for (const [line, serial] of since) yield { line, since: serial }
}
