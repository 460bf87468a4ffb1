import type { ZoneDifference } from '../../formats/zone/condense-zone.ts'
import type { ZoneKey } from '../../formats/zone/zone-image.ts'

/** Makes the difference from a serial to a zone; null where there is none of at most so many bytes. */
export type Condense = (
  key: ZoneKey,
  from: number,
  maxBytes: number,
) => Promise<ZoneDifference | null>

export interface DifferencesDeps {
  readonly condense: Condense
  /** What may be held of all differences together. */
  readonly maxBytes: number
  /** How long anyone waits for one; then there is none for him. */
  readonly waitMs: number
  readonly onFault: (error: unknown) => void
}

interface Kept {
  readonly difference: ZoneDifference | null
  readonly cost: number
}

/** What is noted with a difference, and of one that there isn't. */
const OVERHEAD_BYTES = 512

/**
 * Differences between serials, made once however many ask, and kept while there is room: what was asked for the longest ago makes it.
 */
export class ZoneDifferences {
  readonly #deps: DifferencesDeps
  readonly #kept = new Map<string, Kept>()
  readonly #running = new Map<string, Promise<ZoneDifference | null>>()
  #bytes = 0

  constructor(deps: DifferencesDeps) {
    this.#deps = deps
  }

  get bytes(): number {
    return this.#bytes
  }

  /**
   * The difference from serial `from`; null when there is none, or none of at most `wantedBytes`, or of more than may be held at all, or none
   * in time. Never fails.
   */
  async find(key: ZoneKey, from: number, wantedBytes: number): Promise<ZoneDifference | null> {
    // What can't be kept would be made anew for each who asks, and held by each: the whole zone is held once for all.
    const maxBytes = Math.min(wantedBytes, this.#deps.maxBytes - OVERHEAD_BYTES)
    const name = `${key.place} ${key.serial} ${key.state} ${from}`
    const kept = this.#kept.get(name)
    if (kept === undefined) return this.#inTime(this.#make(name, key, { from, maxBytes }))
    this.#kept.delete(name)
    this.#kept.set(name, kept)
    return kept.difference
  }

  /** Forgets those that lead to other zones of the place than this one. */
  keepOnly({ place, serial, state }: ZoneKey): void {
    for (const [name, kept] of this.#kept) {
      if (!name.startsWith(`${place} `) || name.startsWith(`${place} ${serial} ${state} `)) continue
      this.#forget(name, kept)
    }
  }

  /** Forgets those of a place, also those that are being made: another zone is there under the same serial. */
  forget(place: string): void {
    const isOfPlace = (name: string): boolean => name.startsWith(`${place} `)
    for (const [name, kept] of this.#kept) if (isOfPlace(name)) this.#forget(name, kept)
    for (const name of this.#running.keys()) if (isOfPlace(name)) this.#running.delete(name)
  }

  #make(
    name: string,
    key: ZoneKey,
    { from, maxBytes }: { readonly from: number; readonly maxBytes: number },
  ): Promise<ZoneDifference | null> {
    const running = this.#running.get(name)
    if (running !== undefined) return running
    const making = this.#condense(key, from, maxBytes).then((made) => {
      // Forgotten meanwhile: it leads to a zone that is not there any more.
      if (this.#running.get(name) !== making) return null
      this.#running.delete(name)
      if (made !== undefined) this.#keep(name, made)
      return made ?? null
    })
    this.#running.set(name, making)
    return making
  }

  /** Undefined when it fails: the whole zone is always there instead, and the next who asks has it tried again. */
  async #condense(
    key: ZoneKey,
    from: number,
    maxBytes: number,
  ): Promise<ZoneDifference | null | undefined> {
    try {
      return await this.#deps.condense(key, from, maxBytes)
    } catch (error) {
      this.#deps.onFault(error)
      return undefined
    }
  }

  #keep(name: string, difference: ZoneDifference | null): void {
    const cost = OVERHEAD_BYTES + (difference?.bytes ?? 0)
    if (cost > this.#deps.maxBytes) return
    this.#kept.set(name, { difference, cost })
    this.#bytes += cost
    for (const [oldest, kept] of this.#kept) {
      if (this.#bytes <= this.#deps.maxBytes) break
      this.#forget(oldest, kept)
    }
  }

  #forget(name: string, kept: Kept): void {
    this.#kept.delete(name)
    this.#bytes -= kept.cost
  }

  #inTime(making: Promise<ZoneDifference | null>): Promise<ZoneDifference | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), this.#deps.waitMs)
      void making.then((difference) => {
        clearTimeout(timer)
        resolve(difference)
      })
    })
  }
}
