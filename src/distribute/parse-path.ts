import { LOG_CHECKPOINT_PATH, LOG_POLICY_TARGET, TIMESTAMP_PATH } from '../core/layout.ts'

/** The published files that are ever replaced: what all others hang from. */
export const POINTER_PATHS = [TIMESTAMP_PATH, LOG_CHECKPOINT_PATH, LOG_POLICY_TARGET] as const

/**
 * What a request target stands for. Only the shapes of `docs/spec/http.md` §2 are known; each part is matched
 * on the bytes as they came, never decoded, so no other file can be named: `%2e`, `..`, NUL, a backslash,
 * an empty segment match nothing.
 */
export type Target =
  | { readonly at: 'metadata'; readonly file: string; readonly place: string | null }
  | { readonly at: 'pointer'; readonly file: string; readonly place: null }
  | { readonly at: 'log'; readonly file: string; readonly place: null }
  | {
      readonly at: 'target'
      readonly file: string
      readonly place: string | null
      readonly sha256: string
    }
  | {
      readonly at: 'feed'
      readonly list: string
      readonly format: string
      readonly isSignature: boolean
      readonly serial: number | 'newest' | 'invalid'
    }
  | { readonly at: 'elsewhere' }

const METADATA = /^\/tuf\/metadata\/[1-9]\d{0,9}\.([a-z0-9-]{1,64})\.json$/
const LIST_TARGET =
  /^\/tuf\/targets\/lists\/([a-z0-9-]{1,40})\/([0-9a-f]{64})\.[a-z0-9][a-z0-9-]{0,40}(?:\.[a-z0-9]{1,8}){1,2}$/
const KEY_TARGET = /^\/tuf\/targets\/keys\/([0-9a-f]{64})\.[a-z0-9-]{1,40}\.pub$/
const POLICY_TARGET = /^\/tuf\/targets\/log\/([0-9a-f]{64})\.policy\.txt$/
const LOG_TILE = /^\/log\/tile\/(?:entries|[0-5]?\d)\/(?:x\d{3}\/){0,5}\d{3}(?:\.p\/[1-9]\d{0,2})?$/
const LOG_PROOF = /^\/log\/proof\/(?:publication\/)?[a-z0-9-]{1,64}\/[1-9]\d{0,9}\.tlog-proof$/
const FEED = /^\/feeds\/([a-z0-9-]{1,40})\/([a-z-]{1,20})(\.minisig)?$/
const SERIAL_QUERY = /^serial=([1-9]\d{0,9})$/
const LIST_ROLE = 'list-'

/** The target of a path and a query (without its `?`; null for none). */
export function parsePath(path: string, query: string | null): Target {
  const pointer = POINTER_PATHS.find((one) => path === `/${one}`)
  if (pointer !== undefined) return { at: 'pointer', file: pointer, place: null }
  if (path.startsWith('/feeds/')) return parseFeed(path, query)
  if (path.startsWith('/tuf/metadata/')) return parseMetadata(path)
  if (path.startsWith('/tuf/targets/')) return parseTarget(path)
  if (LOG_TILE.test(path) || LOG_PROOF.test(path)) {
    return { at: 'log', file: path.slice(1), place: null }
  }
  return { at: 'elsewhere' }
}

function parseMetadata(path: string): Target {
  const [, role] = METADATA.exec(path) ?? []
  if (role === undefined) return { at: 'elsewhere' }
  const place = role.startsWith(LIST_ROLE) ? role.slice(LIST_ROLE.length) : null
  return { at: 'metadata', file: path.slice(1), place }
}

function parseTarget(path: string): Target {
  const [, place, ofList] = LIST_TARGET.exec(path) ?? []
  const sha256 = ofList ?? KEY_TARGET.exec(path)?.[1] ?? POLICY_TARGET.exec(path)?.[1]
  if (sha256 === undefined) return { at: 'elsewhere' }
  return { at: 'target', file: path.slice(1), place: place ?? null, sha256 }
}

function parseFeed(path: string, query: string | null): Target {
  const [, list, format, signature] = FEED.exec(path) ?? []
  if (list === undefined || format === undefined) return { at: 'elsewhere' }
  return {
    at: 'feed',
    list,
    format,
    isSignature: signature !== undefined,
    serial: parseSerialQuery(query),
  }
}

function parseSerialQuery(query: string | null): number | 'newest' | 'invalid' {
  if (query === null || query === '') return 'newest'
  const [, digits] = SERIAL_QUERY.exec(query) ?? []
  return digits === undefined ? 'invalid' : Number(digits)
}
