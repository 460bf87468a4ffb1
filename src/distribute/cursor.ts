import { Fault } from '../core/fault.ts'

/** A place in a sequence, as text that means nothing to whoever carries it. */
export function printCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/**
 * The place that `printCursor` printed, if it has the shape of `example`: as many parts, of the same
 * types. From the network: anything else is `request/invalid`.
 */
export function parseCursor<T extends readonly (string | number)[]>(text: string, example: T): T {
  const place = parseJson(Buffer.from(text, 'base64url').toString())
  const fits =
    Array.isArray(place) &&
    place.length === example.length &&
    example.every((part, i) => typeof part === typeof place[i]) &&
    place.every((part) => typeof part === 'string' || (Number.isSafeInteger(part) && part >= 0))
  if (!fits) {
    throw new Fault('request/invalid', `expected the "next" of a page, got ${JSON.stringify(text)}`)
  }
  return place as unknown as T
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not ours: told to the caller as the wrong shape.
    return null
  }
}
