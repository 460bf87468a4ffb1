import type { ZoneImage, ZoneKey } from '../../formats/zone/zone-image.ts'
import type { Clock } from '../../platform/clock.ts'
import { HeldZone } from './held-zone.ts'
import { ImageMemory } from './image-memory.ts'

export interface ZoneImagesDeps {
  /** Opens what was made; null when it is not there, or damaged. With `isFresh` it was made or looked through this moment. */
  readonly open: (key: ZoneKey, isFresh: boolean) => ZoneImage | null
  /** What may be held of all zones together. */
  readonly maxBytes: number
  readonly now: Clock
}

/** The newest zone of each place, opened for reading. */
export class ZoneImages {
  readonly #deps: ZoneImagesDeps
  readonly #memory: ImageMemory
  readonly #newest = new Map<string, HeldZone>()

  constructor(deps: ZoneImagesDeps) {
    this.#deps = deps
    this.#memory = new ImageMemory(deps.maxBytes)
  }

  /** Bytes of zones held in memory. */
  get bytes(): number {
    return this.#memory.bytes
  }

  newest(place: string): HeldZone | undefined {
    return this.#newest.get(place)
  }

  /**
   * Takes a zone in place of the one of its place; who reads that goes on with it. Null when there is none: then the one before
   * stays.
   */
  take(key: ZoneKey, isFresh: boolean): HeldZone | null {
    const before = this.#newest.get(key.place)
    if (before?.summary.serial === key.serial && before.summary.state === key.state) return before
    const image = this.#deps.open(key, isFresh)
    if (image === null) return null
    const zone = new HeldZone(image, this.#memory, this.#deps.maxBytes)
    if (before !== undefined) zone.inheritHeat(before)
    this.#newest.set(key.place, zone)
    before?.retire()
    return zone
  }

  /** Forgets all; what is being read is closed at its end. */
  close(): void {
    for (const zone of this.#newest.values()) zone.retire()
    this.#newest.clear()
  }
}
