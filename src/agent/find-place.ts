import { Fault, isFault } from '../core/fault.ts'
import { nearest } from '../core/nearest.ts'
import type { BoundedFetch } from '../platform/bounded-fetch.ts'
import type { ListConfig } from './config.ts'
import { isRecord } from './metadata-bytes.ts'
import type { TrustedSource } from './open-source.ts'
import type { Target } from './target.ts'

export interface PlaceDeps {
  readonly fetch: BoundedFetch
  readonly source: string
  readonly metadataTimeoutMs: number
}

/** Where a list lies, and its verified targets. */
export interface PlacedTargets {
  readonly place: string
  readonly targets: ReadonlyMap<string, Target>
}

const MAX_LISTS_BYTES = 1024 * 1024

/**
 * The place of a list: its id if the signed metadata names it; else the one in the configuration; else the one where it was before;
 * else what the source says, whom nobody has to believe: the caller compares the list's signed id. Throws `list/not-found`.
 */
export async function findPlace(
  deps: PlaceDeps,
  trusted: TrustedSource,
  list: ListConfig,
  before: string | null,
): Promise<PlacedTargets> {
  if (trusted.publicIds.includes(list.id)) return at(trusted, list.id)
  if (list.place !== undefined) return at(trusted, list.place)
  if (before !== null) {
    try {
      return await at(trusted, before)
    } catch (error) {
      // It may have moved: it was made restricted, or got a new code.
      if (!isFault(error, 'list/not-found')) throw error
    }
  }
  return at(trusted, await askPlace(deps, trusted, list.id))
}

async function at(trusted: TrustedSource, place: string): Promise<PlacedTargets> {
  return { place, targets: await trusted.targets(place) }
}

/** From the network and unsigned. */
async function askPlace(deps: PlaceDeps, trusted: TrustedSource, id: string): Promise<string> {
  const bytes = await deps.fetch
    .bytes(`${deps.source}/v1/lists`, {
      maxBytes: MAX_LISTS_BYTES,
      timeoutMs: deps.metadataTimeoutMs,
    })
    .catch((error: unknown) => {
      // A mere file server has no such answer: then the list simply isn't there.
      if (isFault(error, 'fetch/not-found', 'fetch/unexpected')) return null
      throw error
    })
  const lists = bytes === null ? [] : parseLists(bytes)
  const place = lists.find((list) => list['id'] === id)?.['place']
  if (typeof place === 'string' && /^[a-z0-9-]{1,40}$/.test(place)) return place
  const known = [...trusted.publicIds, ...lists.map((list) => String(list['id']))]
  const meant = nearest(id, known)
  throw new Fault(
    'list/not-found',
    `expected the source to have the list ${JSON.stringify(id)}, got none that this subscriber may see${meant === null ? '' : `; did you mean ${JSON.stringify(meant)}?`}`,
  )
}

function parseLists(bytes: Buffer): Record<string, unknown>[] {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    const lists = isRecord(value) ? value['lists'] : undefined
    if (Array.isArray(lists)) return (lists as unknown[]).filter(isRecord)
  } catch (cause) {
    throw new Fault('fetch/unexpected', 'expected the lists as JSON, got something else', { cause })
  }
  throw new Fault('fetch/unexpected', 'expected the lists as an array, got something else')
}
