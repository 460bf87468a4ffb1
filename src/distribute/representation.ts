import type { Validators } from './preconditions.ts'

/** One sequence of bytes that may be sent, with everything about it that can be made ready beforehand. */
export interface Representation extends Validators {
  /** The file that holds the bytes; it never changes while it has this path, or is replaced as a whole. */
  readonly file: string
  readonly size: number
  /** Names and values in turn, as `writeHead` takes them: of a 200 (with the length), and of a 304. */
  readonly okHeaders: string[]
  readonly notModifiedHeaders: string[]
  /** The bytes, while memory holds them. Set by `FileMemory` alone. */
  body: Buffer | null
  /** Asked for since memory last looked for room. */
  isWanted: boolean
  /** Responses that are sending `body` and would keep it alive. */
  readers: number
}

export interface RepresentationFacts {
  readonly file: string
  readonly size: number
  /** Opaque, without quotes. */
  readonly tag: string
  readonly lastModified: Date
  readonly contentType: string
  readonly cacheControl: string
  readonly contentEncoding?: 'br' | 'gzip'
  /** Headers of this representation alone, in a 200 and a 304 alike. */
  readonly more?: readonly (readonly [string, string])[]
}

/** Makes the headers ready, once for all requests to come. */
export function prepareRepresentation(facts: RepresentationFacts): Representation {
  const lastModifiedS = Math.floor(facts.lastModified.getTime() / 1000)
  const lastModified = new Date(lastModifiedS * 1000).toUTCString()
  const etag = `"${facts.tag}"`
  // RFC 9110 §15.4.5: a 304 carries what a 200 would have of these, and no other metadata.
  const notModifiedHeaders = ['ETag', etag, 'Cache-Control', facts.cacheControl]
  for (const [name, value] of facts.more ?? []) notModifiedHeaders.push(name, value)
  const okHeaders = [
    ...['Content-Type', facts.contentType, 'Content-Length', String(facts.size)],
    ...(facts.contentEncoding === undefined ? [] : ['Content-Encoding', facts.contentEncoding]),
    ...['Last-Modified', lastModified, 'Accept-Ranges', 'bytes'],
    ...['X-Content-Type-Options', 'nosniff', ...notModifiedHeaders],
  ]
  const { file, size } = facts
  return {
    ...{ file, size, etag, lastModified, lastModifiedS, okHeaders, notModifiedHeaders },
    body: null,
    isWanted: false,
    readers: 0,
  }
}
