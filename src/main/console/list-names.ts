import type { NameBlocks } from '../../core/search/name-blocks.ts'
import { changeNames } from '../../core/search/name-blocks.ts'
import { runInSlices } from '../../platform/run-in-slices.ts'
import type { StoredList } from '../../store/list-store.ts'
import type { Store } from '../../store/open-store.ts'

/** Bytes of names that are held at most, over all lists: about ten million entries. */
const MAX_BYTES = 256 * 1024 * 1024
/** Bytes of names that are held although nobody searches: those of some three million entries. */
const KEPT_BYTES = 64 * 1024 * 1024
/** Beyond that, what nobody searches for so long is let go. */
const IDLE_MS = 15 * 60_000
/** With more changes than that a list is read anew. */
const MAX_CHANGES = 20_000

export interface ListNamesDeps {
  readonly store: Store
  readonly limits?: {
    readonly maxBytes: number
    readonly keptBytes: number
    readonly idleMs: number
    readonly maxChanges: number
  }
}

interface Held {
  readonly blocks: NameBlocks
  readonly bytes: number
  /** The last decision that is in it. */
  readonly decision: number
  /** The last decision of the serial whose retired names are still in it. */
  readonly published: number
}

/**
 * The names of lists, in memory, for those who search. Read when they are first asked for, in slices; brought along with every decision and
 * serial; let go when others need the room, or when they are many and nobody asks. Of a list that has too many nothing is held: it is read for each search.
 */
export class ListNames {
  readonly #store: Store
  readonly #limits: NonNullable<ListNamesDeps['limits']>
  /** By row id, the one asked for the longest ago first. */
  readonly #held = new Map<number, Held>()
  readonly #reading = new Map<number, Promise<Held>>()
  #timer: NodeJS.Timeout | null = null

  constructor({ store, limits }: ListNamesDeps) {
    this.#store = store
    this.#limits = limits ?? {
      ...{ maxBytes: MAX_BYTES, keptBytes: KEPT_BYTES },
      ...{ idleMs: IDLE_MS, maxChanges: MAX_CHANGES },
    }
  }

  /** All names that the list has now, or had at its newest serial. */
  async of(list: StoredList): Promise<NameBlocks> {
    const { rowId } = list
    const known = this.#held.get(rowId)
    const held = (known && this.#broughtAlong(rowId, known)) ?? (await this.#read(rowId))
    this.#keep(rowId, held)
    return held.blocks
  }

  /** How many bytes are held. */
  get bytes(): number {
    return [...this.#held.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Null where to read it anew costs less. */
  #broughtAlong(rowId: number, held: Held): Held | null {
    const { search } = this.#store
    return this.#store.read(() => {
      const { decision, published } = this.#marks(rowId)
      if (decision === held.decision && published === held.published) return held
      const retiredAfter =
        published === held.published ? held.decision : Math.min(held.decision, held.published)
      const since = { addedAfter: held.decision, retiredAfter, published }
      if (search.countChanges(rowId, since) > this.#limits.maxChanges) return null
      const blocks = changeNames(held.blocks, search.changes(rowId, since))
      return { blocks, bytes: sizeOf(blocks), decision, published }
    })
  }

  /** Once for all who ask at a time. */
  #read(rowId: number): Promise<Held> {
    const running = this.#reading.get(rowId)
    if (running !== undefined) return running
    const reading = runInSlices(this.#steps(rowId)).finally(() => this.#reading.delete(rowId))
    this.#reading.set(rowId, reading)
    return reading
  }

  *#steps(rowId: number): Generator<undefined, Held> {
    const { search } = this.#store
    // What is decided while it is read may be seen or not: all that has happened since is looked at again.
    const { decision, published } = this.#marks(rowId)
    const read: Buffer[] = []
    for (const block of search.names(rowId)) {
      read.push(block)
      yield undefined
    }
    return this.#store.read(() => {
      const now = this.#marks(rowId)
      const retiredAfter = Math.min(decision, published)
      const since = { addedAfter: decision, retiredAfter, published: now.published }
      const blocks = changeNames(read, search.changes(rowId, since))
      return { blocks, bytes: sizeOf(blocks), ...now }
    })
  }

  #marks(rowId: number): Pick<Held, 'decision' | 'published'> {
    const { decisions, publications } = this.#store
    return {
      decision: decisions.lastDecision(rowId),
      published: publications.latest(rowId)?.decision ?? 0,
    }
  }

  #keep(rowId: number, held: Held): void {
    this.#held.delete(rowId)
    if (held.bytes > this.#limits.maxBytes) return
    this.#held.set(rowId, held)
    for (const oldest of this.#held.keys()) {
      if (this.bytes <= this.#limits.maxBytes) break
      this.#held.delete(oldest)
    }
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#letGo(), this.#limits.idleMs).unref()
  }

  #letGo(): void {
    for (const oldest of this.#held.keys()) {
      if (this.bytes <= this.#limits.keptBytes) return
      this.#held.delete(oldest)
    }
  }
}

function sizeOf(blocks: NameBlocks): number {
  return blocks.reduce((sum, block) => sum + block.length, 0)
}
