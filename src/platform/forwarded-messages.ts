/**
 * What goes between the thread that serves and one that answers requests for it (`forward-requests.ts`, `answer-forwarded.ts`). Bodies flow in
 * both directions in pieces, each asked for with `more`: neither side ever holds more of one than a piece.
 */
export type ToAnswerer =
  | ForwardedHead
  | { readonly kind: 'piece'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly id: number }
  | { readonly kind: 'more'; readonly id: number }
  /** Whoever asked is gone, or may not go on: nothing more is read, and no answer is waited for. */
  | { readonly kind: 'gone'; readonly id: number }

export interface ForwardedHead {
  readonly kind: 'request'
  readonly id: number
  readonly method: string
  /** Path and query, as they came. */
  readonly url: string
  /** Names and values, as they came; from the network, not yet verified. */
  readonly headers: readonly (readonly [string, string])[]
  /** The address at the other end of the connection. */
  readonly address: string
  /** Whether the connection is TLS. */
  readonly isSecure: boolean
  readonly hasBody: boolean
}

export type FromAnswerer =
  | {
      readonly kind: 'head'
      readonly id: number
      readonly status: number
      readonly headers: readonly (readonly [string, string])[]
    }
  | { readonly kind: 'piece'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly id: number }
  | { readonly kind: 'more'; readonly id: number }
  /** It can't go on; the error was told on that side. */
  | { readonly kind: 'failed'; readonly id: number }

/** A port, of either side. */
export interface MessageEnd<Out> {
  readonly postMessage: (message: Out) => void
}
