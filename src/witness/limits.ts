/**
 * Every bound of a witness that isn't configured, in one place; those of connections and headers are those of every server
 * (`src/distribute/limits.ts`). `docs/witness.md` has the numbers, and a test compares them.
 */

/** Requests whose bodies are being received at one time; one more is answered 503. With `maxBodyBytes` it bounds the memory. */
export const MAX_RECEIVING = 64
/** `Retry-After` of a 503, in seconds. */
export const RETRY_AFTER_S = 5

/** Requests are counted by address in windows of this length. */
export const RATE_WINDOW_MS = 60_000
/** Addresses that are counted one by one in a window; those that come later share one count. */
export const MAX_PARTIES = 10_000

/** Bytes of a kept checkpoint's file that are looked at: a larger one was not written by a witness. */
export const MAX_KEPT_BYTES = 2 * 1024 * 1024

/** How far a clock may be behind the newest cosignature, as clocks are set right by small steps. */
export const CLOCK_TOLERANCE_S = 300
