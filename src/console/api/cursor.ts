import { Fault } from '../../core/fault.ts'
import type { QuerySchema } from '../../platform/query-schema.ts'

/** Items of a page when nothing is said, and at most. */
const PAGE = { usual: 50, most: 500 }

/** A place may be a URL of 8000 octets (`docs/spec/entry.md` §3), and a cursor takes four characters for three. */
const MAX_CURSOR = 12_000

/** The parameters of whatever is answered in pages. */
export interface PageQuery {
  readonly cursor?: string
  readonly limit: number
}

/** The schema of a query that is answered in pages and takes `properties` beside. */
export function pageQuery(properties: QuerySchema['properties'] = {}): QuerySchema {
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...properties,
      cursor: {
        type: 'string',
        maxLength: MAX_CURSOR,
        description: 'The `next` of the page before',
      },
      limit: { type: 'integer', minimum: 1, maximum: PAGE.most, default: PAGE.usual },
    },
  }
}

/** Where a page begins, as text that says nothing to whoever carries it. */
export function printCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/** The place in a cursor, of as many parts as `shape`, each of its type; null without a cursor. Throws `request/invalid`. */
export function readCursor<P extends readonly (string | number)[]>(
  cursor: string | undefined,
  shape: { readonly [K in keyof P]: P[K] extends number ? 'number' : 'string' },
): P | null {
  if (cursor === undefined) return null
  const place = parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  const kinds = shape as readonly string[]
  const isPlace =
    Array.isArray(place) &&
    place.length === kinds.length &&
    place.every((part, i) => typeof part === kinds[i])
  if (isPlace) return place as unknown as P
  throw new Fault('request/invalid', 'expected the cursor that a page gave, got another text', {
    places: [{ path: '/cursor', detail: 'expected the cursor that a page gave' }],
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // From the network: whatever isn't JSON is no place.
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** A page of at most `limit` of `found`, of which one more was asked for. */
export function pageFrom<T>(
  found: readonly T[],
  limit: number,
  placeOf: (last: T) => readonly (string | number)[],
): { readonly items: readonly T[]; readonly next: string | null } {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  const hasMore = found.length > limit && last !== undefined
  return { items, next: hasMore ? printCursor(placeOf(last)) : null }
}
