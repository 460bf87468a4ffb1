import type { Coding } from './accept-encoding.ts'
import type { FileMemory } from './file-memory.ts'
import type { Representation } from './representation.ts'

/** What a request is counted as. */
export type RouteName = 'metadata' | 'target' | 'log' | 'feed' | 'feed-signature'

/** All that may be sent for one URL. */
export interface Prepared {
  readonly route: RouteName
  /** The id of the list that it belongs to; null for what belongs to none. */
  readonly list: string | null
  /** Of the list: whoever has got this has that serial; null where that doesn't follow. */
  readonly serial: number | null
  /** Whether the list's entitlement must be looked at on each request. */
  readonly isRestricted: boolean
  readonly identity: Representation
  readonly gzip: Representation | null
  readonly br: Representation | null
}

/** The representation in the best of the accepted codings that there is. */
export function chooseRepresentation(
  prepared: Prepared,
  accepted: readonly Coding[],
): Representation {
  for (const coding of accepted) {
    const representation = prepared[coding]
    if (representation !== null) return representation
  }
  return prepared.identity
}

/**
 * Answers that stand ready under their URL, a bounded number. The oldest makes room: it costs one `stat` to
 * make it again.
 */
export class PreparedAnswers {
  readonly #byUrl = new Map<string, Prepared>()
  readonly #memory: FileMemory
  readonly #max: number

  constructor(memory: FileMemory, max: number) {
    this.#memory = memory
    this.#max = max
  }

  get(url: string): Prepared | undefined {
    return this.#byUrl.get(url)
  }

  set(url: string, prepared: Prepared): void {
    this.delete(url)
    for (const oldest of this.#byUrl.keys()) {
      if (this.#byUrl.size < this.#max) break
      this.delete(oldest)
    }
    this.#byUrl.set(url, prepared)
  }

  delete(url: string): void {
    const prepared = this.#byUrl.get(url)
    if (prepared === undefined) return
    this.#byUrl.delete(url)
    for (const coding of ['identity', 'gzip', 'br'] as const) {
      if (prepared[coding] !== null) this.#memory.drop(prepared[coding])
    }
  }

  clear(): void {
    for (const url of this.#byUrl.keys()) this.delete(url)
  }
}
