import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** One version of a list that somebody really published, as what it changed. */
export interface Version {
  readonly number: number
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** How many lines it has, and the SHA-256 of them, sorted, each with its line feed. */
  readonly entries: number
  readonly sha256: string
}

/** Reads a folder of the data set's `history/`: version 0 with all its lines as added, then the others. Lines are bytes as latin1. */
export function readHistory(folder: string): Version[] {
  const text = (name: string): string[] =>
    gunzipSync(readFileSync(join(folder, name)))
      .toString('latin1')
      .split('\n')
      .slice(0, -1)
  const rows = readFileSync(join(folder, 'versions.tsv'), 'utf8').trim().split('\n').slice(1)
  const changes = new Map<number, { added: string[]; removed: string[] }>()
  changes.set(0, { added: text('base.txt.gz'), removed: [] })
  let now = changes.get(0)!
  for (const line of text('deltas.txt.gz')) {
    if (line.startsWith('@')) {
      now = { added: [], removed: [] }
      changes.set(Number(line.split(' ')[1]), now)
    } else if (line.startsWith('+')) now.added.push(line.slice(1))
    else now.removed.push(line.slice(1))
  }
  return rows.map((row) => {
    const [number, , , entries, adds, removes, , sha256 = ''] = row.split('\t')
    const change = changes.get(Number(number))!
    if (Number(number) > 0 && change.added.length !== Number(adds))
      throw new Error(`adds of ${row}`)
    if (change.removed.length !== Number(removes)) throw new Error(`removes of ${row}`)
    return { number: Number(number), ...change, entries: Number(entries), sha256 }
  })
}
