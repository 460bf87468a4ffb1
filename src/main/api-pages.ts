import { Fault } from '../core/fault.ts'
import type { ApiClient } from '../platform/api-client.ts'

/** Items of one page, as the API gives them at most. */
const PAGE = 500

/** Where pages are asked for, and which. */
export interface PagesAsked {
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
}

/** The API goes on behind a cursor of its own alone. */
export function raiseLimit(option: string): Fault {
  return new Fault('usage/invalid', `expected no ${option} with --server, got one: raise --limit`)
}

/** Up to `limit` items of a list that is answered in pages; without a limit all. */
export async function apiPages<T>(
  api: ApiClient,
  { path, query = {} }: PagesAsked,
  limit = Infinity,
): Promise<readonly T[]> {
  const items: T[] = []
  for await (const page of eachPage<T>(api, { path, query }, limit)) items.push(...page)
  return items.slice(0, limit)
}

/** The pages of a list one after another, as long as somebody asks for more; of `limit` items at most. */
export async function* eachPage<T>(
  api: ApiClient,
  { path, query = {} }: PagesAsked,
  limit = Infinity,
): AsyncGenerator<readonly T[]> {
  let cursor: string | undefined
  let left = limit
  do {
    const asked = { ...query, limit: Math.min(left, PAGE), ...(cursor && { cursor }) }
    const page = (await api.ask({ method: 'GET', path, query: asked })) as Page<T>
    yield page.items
    left -= page.items.length
    cursor = page.next ?? undefined
  } while (cursor !== undefined && left > 0)
}

interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}
