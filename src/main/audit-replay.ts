import type { ListHistory, PublishedHistory } from '../audit/list-history.ts'
import { findSerial, type SerialWish } from '../audit/find-serial.ts'
import { replayList, type Replayed } from '../audit/replay-list.ts'
import { Fault } from '../core/fault.ts'
import { printSuggestion } from '../core/nearest.ts'
import { printSnapshotHeader } from '../core/snapshot.ts'
import { writeDurableBlocks } from '../platform/durable-file.ts'
import { withHistory } from './audit-history.ts'
import type { SourceFlags } from './audit-source.ts'
import { parseTime } from './audit-verify.ts'

export interface ReplayFlags extends SourceFlags {
  readonly from: string
  readonly to?: string
  readonly every?: boolean
  readonly output: string
}

/** `audit replay`: writes the list as it was, and says what was computed on the way. */
export async function replaySource(list: string, flags: ReplayFlags): Promise<void> {
  const wish = flags.to === undefined ? null : parseWish(flags.to)
  await withHistory(flags.from, flags, async (open, published) => {
    const history = findHistory(published, list)
    const serials = history.serials.slice(0, findSerial(history, wish) + 1)
    const replayed = await replayList(open, serials, flags.every === true)
    writeDurableBlocks(flags.output, snapshotOf(replayed))
    process.stderr.write(tell(replayed))
  })
}

/** A serial, or a time. Throws `usage/invalid`. */
export function parseWish(text: string): SerialWish {
  return /^[1-9]\d{0,9}$/.test(text) ? { serial: Number(text) } : { at: parseTime(text) }
}

/** By the list's id, or by its place. Throws `list/not-found`. */
export function findHistory({ lists }: PublishedHistory, name: string): ListHistory {
  const found = lists.find(
    ({ place, serials }) => place === name || serials.at(-1)?.facts.list === name,
  )
  if (found !== undefined && found.serials.length > 0) return found
  const names = lists.map(({ place, serials }) => serials.at(-1)?.facts.list ?? place)
  throw new Fault(
    'list/not-found',
    `expected a list that has been published, got ${JSON.stringify(name)}${printSuggestion(name, names)}`,
  )
}

function* snapshotOf({ facts, lines }: Replayed): Generator<Uint8Array> {
  yield Buffer.from(printSnapshotHeader(facts))
  yield* lines
}

function tell({ facts, computed, passed }: Replayed): string {
  const rest =
    passed === 0 ? '' : `, ${passed} states passed through by their deltas (--every computes them)`
  return `${facts.list}: serial ${facts.serial}, ${facts.entries} entries, ${computed} states computed${rest}\n`
}
