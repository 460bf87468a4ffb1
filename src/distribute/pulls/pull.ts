/** What a subscriber has fetched over HTTP, with its token. Times are milliseconds since 1970. */
export interface SubscriberPulls {
  readonly subscriber: string
  /** When it last asked for whatever is published. */
  readonly askedAtMs: number
  readonly lists: readonly ListPull[]
}

/** The last serial of a list that was sent to it whole, or that it was told it has (304). */
export interface ListPull {
  readonly list: string
  readonly serial: number
  readonly atMs: number
}
