import { Fault, isFault } from '../core/fault.ts'
import { openFetch } from '../platform/bounded-fetch.ts'
import { CONNECT_TIMEOUT_MS, FILE_TIMEOUT_MS, IDLE_TIMEOUT_MS } from './limits.ts'
import { collect } from './open-folder.ts'
import type { Published } from './published.ts'

export interface WebOptions {
  readonly url: string
  readonly token?: string | undefined
  readonly userAgent: string
  readonly now: () => Date
  readonly signal?: AbortSignal | undefined
}

/** What is published, where it is served: `url` is what stands before `tuf/`. Throws `audit/source`. */
export function openWeb({ url, ...options }: WebOptions): Published {
  const base = url.endsWith('/') ? url : `${url}/`
  const fetch = openFetch({
    ...options,
    origin: originOf(base),
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    maxRedirects: 3,
  })
  const pieces: Published['pieces'] = async (path, maxBytes, take) => {
    try {
      await fetch.pieces(base + path, { maxBytes, timeoutMs: FILE_TIMEOUT_MS }, take)
      return true
    } catch (error) {
      if (isFault(error, 'fetch/not-found', 'fetch/denied')) return false
      throw error
    }
  }
  return {
    name: url,
    pieces,
    read: (path, maxBytes) => collect(pieces, path, maxBytes),
    paths: () => Promise.resolve(null),
    hasFeeds: true,
    close: () => fetch.close(),
  }
}

function originOf(url: string): string {
  try {
    const { origin, protocol } = new URL(url)
    if (protocol === 'http:' || protocol === 'https:') return origin
  } catch (cause) {
    throw new Fault('audit/source', `expected a URL, got ${JSON.stringify(url)}`, { cause })
  }
  throw new Fault('audit/source', `expected http or https, got ${JSON.stringify(url)}`)
}
