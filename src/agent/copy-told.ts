import { isFault } from '../core/fault.ts'
import type { BoundedFetch } from '../platform/bounded-fetch.ts'
import { isRecord } from './metadata-bytes.ts'

/** What a source says of a serial and nobody has signed: for people and for `Last-Modified`, and nothing rests on it. */
export interface ToldSerial {
  /** ISO 8601. */
  readonly publishedAt: string
  readonly added: number
  readonly removed: number
}

export interface ToldDeps {
  readonly fetch: Pick<BoundedFetch, 'bytes'>
  readonly source: string
  readonly now: () => Date
}

const MAX_BYTES = 16 * 1024
/** It is worth no more: the list waits. */
const TIMEOUT_MS = 5000

/**
 * Asks the source when a serial was published, so that all edges tell the same time. Null when it does not say, as a mere file server
 * doesn't, or says it of another state.
 */
export async function askSerial(
  { fetch, source, now }: ToldDeps,
  id: string,
  { serial, state }: { readonly serial: number; readonly state: string },
): Promise<ToldSerial | null> {
  try {
    const bytes = await fetch.bytes(`${source}/v1/lists/${id}/publications/${serial}`, {
      maxBytes: MAX_BYTES,
      timeoutMs: TIMEOUT_MS,
    })
    return parseTold(JSON.parse(bytes.toString('utf8')), { serial, state, latest: now() })
  } catch (error) {
    if (isFault(error, 'fetch/stopped')) throw error
    // Nobody depends on it: whatever it was, the list is as good without.
    if (error instanceof Error) return null
    throw error
  }
}

function parseTold(
  value: unknown,
  expected: { readonly serial: number; readonly state: string; readonly latest: Date },
): ToldSerial | null {
  if (!isRecord(value)) return null
  const { serial, state, added, removed, publishedAt } = value
  if (serial !== expected.serial || state !== expected.state) return null
  const counts = [added, removed].filter(
    (count) => Number.isSafeInteger(count) && Number(count) >= 0,
  )
  if (counts.length !== 2 || typeof publishedAt !== 'string') return null
  const at = new Date(publishedAt)
  // RFC 9110 §8.8.2.1: a time to come must not be told as one of modification.
  if (Number.isNaN(at.getTime()) || at > expected.latest) return null
  return { publishedAt: at.toISOString(), added: Number(added), removed: Number(removed) }
}
