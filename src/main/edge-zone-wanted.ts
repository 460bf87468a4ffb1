import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readLineBlocks } from '../agent/line-file.ts'
import { linesPath } from '../agent/list-state.ts'
import {
  copyFolder,
  type CopiedDelta,
  type CopiedList,
  type CopiedSerial,
} from '../agent/copy-note.ts'
import { unpackDelta } from '../agent/unpack.ts'
import { composeDeltas } from '../core/compose-deltas.ts'
import { applyDelta, parseDelta } from '../core/delta.ts'
import { diffLines, type HeldDiff } from '../core/diff-lines.ts'
import type { LineBlocks } from '../core/line-cursor.ts'
import { verifiedLines } from '../core/verified-lines.ts'
import type { ZoneWanted } from '../formats/zone/make-zone.ts'
import type { ZoneKey } from '../formats/zone/zone-key.ts'

export interface CopiedZonesDeps {
  /** The edge's folder. */
  readonly state: string
  readonly keepSerials: number
  /** Whether the zone lies ready already. */
  readonly isMade: (key: ZoneKey) => boolean
}

interface Serial {
  readonly serial: number
  readonly state: string
}

/** More serials than these between two copied ones are jumped over: whoever has one of them gets the whole zone. */
const MAX_BETWEEN = 8

/**
 * The zones that a copied list is to have, the newest one last; none for a list without. Before it come the serials that were published
 * since the copied one before, unless the newest is there: this edge has jumped over them, but a secondary may have got one from another
 * edge, and is to get a difference from here. They take nothing away: what is served stays until the newest is good.
 */
export function* copiedZones(
  deps: CopiedZonesDeps,
  list: CopiedList,
): Generator<ZoneWanted, void, undefined> {
  const newest = list.serials.at(-1)
  if (newest === undefined || list.definition.zone === null) return
  const zones = new CopiedZones(deps, list, newest)
  const { place } = list
  const { serial, state } = newest
  if (!deps.isMade({ place, serial, state })) {
    for (const between of zones.between()) yield { ...zones.wanted(between), isTentative: true }
  }
  yield zones.wanted({ ...newest, back: NO_CHANGE })
}

const NO_CHANGE: HeldDiff = { added: [], removed: [] }

/** A serial, and what turns it into the newest one. */
interface Step extends Serial {
  readonly entries: number
  readonly zonemd: string | null
  readonly back: HeldDiff
}

class CopiedZones {
  readonly #deps: CopiedZonesDeps
  readonly #list: CopiedList
  readonly #newest: CopiedSerial
  /** What turns a serial into the newest one, by serial and state. */
  readonly #known = new Map<string, HeldDiff | null>()

  constructor(deps: CopiedZonesDeps, list: CopiedList, newest: CopiedSerial) {
    this.#deps = deps
    this.#list = list
    this.#newest = newest
  }

  /** The serials since the copied one before, oldest first, as far as deltas lead from there. */
  between(): Step[] {
    const { serials, deltas } = this.#list
    const before = serials.at(-2)
    // With another definition they had another zone, and nobody knows when it changed.
    if (before?.definitionSha256 !== this.#newest.definitionSha256) return []
    const missed = deltas
      .filter((delta) => this.#leadsToNewest(delta) && delta.from > before.serial)
      .sort((a, b) => a.from - b.from)
    if (missed.length > MAX_BETWEEN) return []
    return missed.flatMap(({ from: serial, fromState: state }) => {
      const back = this.#toNewest({ serial, state })
      if (back === null) return []
      const entries = this.#newest.entries - countLines(back.added) + countLines(back.removed)
      return [{ serial, state, entries, zonemd: null, back }]
    })
  }

  wanted({ serial, state, entries, zonemd, back }: Step): ZoneWanted {
    const { place, definition } = this.#list
    return {
      ...{ place, serial, state, entries, definition, keepSerials: this.#deps.keepSerials },
      ...(zonemd !== null && { expectedZonemd: zonemd }),
      lines: () =>
        verifiedLines(applyDelta(this.#lines(this.#newest.serial), inverse(back)), state),
      changesSince: (from, fromState) => {
        const there = this.#toNewest({ serial: from, state: fromState })
        return there && composeDeltas([there, inverse(back)])
      },
    }
  }

  #lines(serial: number): LineBlocks {
    return readLineBlocks(this.#path(serial))
  }

  #path(serial: number): string {
    return linesPath(copyFolder(this.#deps.state, this.#list.place), serial)
  }

  #toNewest(from: Serial): HeldDiff | null {
    const key = `${from.serial} ${from.state}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const found = this.#find(from)
    this.#known.set(key, found)
    return found
  }

  #find(from: Serial): HeldDiff | null {
    const { serial, state } = this.#newest
    if (from.serial === serial) return from.state === state ? NO_CHANGE : null
    const steps = this.#list.deltas.filter((delta) => isFrom(delta, from))
    const direct = steps.find((delta) => this.#leadsToNewest(delta))
    const one = direct && this.#read(direct)
    if (one) return one
    const isKept = this.#list.serials.some(
      (kept) => kept.serial === from.serial && kept.state === from.state,
    )
    if (isKept && existsSync(this.#path(from.serial))) {
      return diffLines(this.#lines(from.serial), this.#lines(serial))
    }
    return this.#findByTwo(steps)
  }

  #findByTwo(steps: readonly CopiedDelta[]): HeldDiff | null {
    for (const first of steps) {
      const last = this.#list.deltas.find(
        (delta) =>
          this.#leadsToNewest(delta) && isFrom(delta, { serial: first.to, state: first.toState }),
      )
      const both = last && [this.#read(first), this.#read(last)]
      if (both?.[0] && both[1]) return composeDeltas([both[0], both[1]])
    }
    return null
  }

  #leadsToNewest({ to, toState }: CopiedDelta): boolean {
    return to === this.#newest.serial && toState === this.#newest.state
  }

  /** Null when it is not in the tree, or not what it was signed to be: then there is another way. */
  #read({ file, rawLength, from, to, fromState, toState }: CopiedDelta): HeldDiff | null {
    const path = join(this.#deps.state, 'published', file)
    if (!existsSync(path)) return null
    const { header, added, removed } = parseDelta(unpackDelta(readFileSync(path), rawLength))
    const says = [header.list, header.from, header.to, header.fromState, header.toState]
    const signed = [this.#list.id, from, to, fromState, toState]
    return says.every((value, i) => value === signed[i]) ? { added, removed } : null
  }
}

function isFrom(delta: CopiedDelta, { serial, state }: Serial): boolean {
  return delta.from === serial && delta.fromState === state
}

function inverse({ added, removed }: HeldDiff): HeldDiff {
  return { added: removed, removed: added }
}

function countLines(blocks: readonly Uint8Array[]): number {
  let lines = 0
  for (const block of blocks) {
    for (let at = block.indexOf(LF); at !== -1; at = block.indexOf(LF, at + 1)) lines++
  }
  return lines
}

const LF = 0x0a
