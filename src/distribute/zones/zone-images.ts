import type { ZoneImage, ZoneKey } from '../../formats/zone/zone-image.ts'
import type { Clock } from '../../platform/clock.ts'
import { HeldZone } from './held-zone.ts'
import { ImageMemory } from './image-memory.ts'

/** A zone that is to be taken, and what is known of how it came to be there. */
export interface TakenZone extends ZoneKey {
  /** `kept`: it lay there before; everything else: it was written this moment. */
  readonly by?: 'kept' | 'update' | 'render'
}

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
   * stays. One of the same serial and state takes its place too, where it is another: by another definition it may have been made anew.
   */
  take(key: TakenZone, isFresh: boolean): HeldZone | null {
    const before = this.#newest.get(key.place)
    const isAgain = before !== undefined && isSameKey(before.summary, key)
    if (isAgain && !isFresh) return before
    const image = this.#deps.open(key, isFresh)
    if (image === null) return isAgain ? before : null
    if (isAgain && !isNew(key) && before.isLike(image)) {
      image.close()
      return before
    }
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

function isSameKey(a: ZoneKey, b: ZoneKey): boolean {
  return a.serial === b.serial && a.state === b.state
}

/** Whether it was written this moment: then its records may be others though nothing else differs. */
function isNew({ by = 'kept' }: TakenZone): boolean {
  return by !== 'kept'
}
