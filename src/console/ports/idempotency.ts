/** What became of a request that was sent under a key. */
export type Repeated =
  /** The key is new: go on. */
  | { readonly outcome: 'new' }
  /** It was answered. */
  | { readonly outcome: 'answered'; readonly answer: string | null }
  /** It was begun, and how it ended isn't known, or isn't kept. */
  | { readonly outcome: 'unknown' }
  /** The key was another request's. */
  | { readonly outcome: 'other' }

export interface KeyedRequest {
  /** Whose key it is: keys of others are others. */
  readonly person: string
  readonly key: string
  /** SHA-256, in hex, of all that it asks. */
  readonly digest: string
}

/** Remembers what was asked under which key, for a day at least. Each method may throw `store/busy`, and is then called again. */
export interface IdempotencyDesk {
  /** Durable when it returns: of two that begin at once, one is told that it is new. */
  readonly begin: (request: KeyedRequest, at: Date) => Repeated
  /** Keeps the answer, as JSON; null where nothing is kept of it. */
  readonly finish: (request: KeyedRequest, answer: string | null) => void
  /** Nothing was done: the same may be asked again. */
  readonly forget: (request: KeyedRequest) => void
}
