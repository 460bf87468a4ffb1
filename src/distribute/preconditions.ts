import type { IncomingHttpHeaders } from 'node:http'

/** What a conditional request is compared with. */
export interface Validators {
  /** A strong entity tag, with its quotes. */
  readonly etag: string
  /** An HTTP date. */
  readonly lastModified: string
  /** The same in seconds since the epoch. */
  readonly lastModifiedS: number
}

/**
 * Whether a GET or HEAD with these headers is answered 304 (RFC 9110 §13.2.2): by `If-None-Match` if it
 * is there, and only else by `If-Modified-Since`.
 */
export function isNotModified(headers: IncomingHttpHeaders, now: Validators): boolean {
  const tags = headers['if-none-match']
  if (tags !== undefined) return tags === now.etag || hasTag(tags, now.etag)
  const since = headers['if-modified-since']
  if (since === undefined) return false
  if (since === now.lastModified) return true
  const sinceMs = Date.parse(since)
  return !Number.isNaN(sinceMs) && now.lastModifiedS * 1000 <= sinceMs
}

// RFC 9110 §13.1.2: If-None-Match uses the weak comparison.
function hasTag(header: string, etag: string): boolean {
  if (header.trim() === '*') return true
  for (const [, tag] of header.matchAll(/(?:W\/)?("[^"]*")/g)) if (tag === etag) return true
  return false
}

/**
 * Whether a `Range` may be obeyed under this `If-Range`: absent, the very same strong tag, or the very
 * same date (RFC 9110 §13.1.5: strong comparison, an exact date).
 */
export function isRangeCurrent(header: string | string[] | undefined, now: Validators): boolean {
  return header === undefined || header === now.etag || header === now.lastModified
}
