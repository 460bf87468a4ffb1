import type { AnyOperation } from '../../src/console/api/operation.ts'
import { paramsSchema } from '../../src/console/api/perform.ts'
import type { Sending } from './console-world.ts'
import { sampleOf } from './sample-of.ts'

export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly sending: Sending
}

/** What there is in the worlds of the tests, by the name of a parameter; others are made up. */
export const THERE: Readonly<Record<string, string>> = {
  ...{ proposal: 'p1', list: 'phishing', value: 'listed.example', report: 'r1' },
  ...{ decision: '1', review: '1', appeal: 'a1' },
  subscriber: 'isp-1',
}

/** A request that the schemas of an operation let in; `there` says which ids stand in its path. */
export function requestOf(
  row: AnyOperation,
  there: Readonly<Record<string, string>> = THERE,
): ApiRequest {
  const params = paramsSchema(row).properties
  const path = row.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(there[name] ?? String(sampleOf(params[name] as Record<string, unknown>))),
  )
  const { query } = row
  const asked = new URLSearchParams()
  for (const name of query?.required ?? []) {
    const schema = query?.properties[name] as Record<string, unknown>
    asked.set(name, there[name] ?? String(sampleOf(schema)))
  }
  const search = asked.size === 0 ? '' : `?${asked.toString()}`
  const body =
    row.body === undefined ? undefined : fill(sampleOf(row.body), { ...there, value: undefined })
  return {
    ...{ method: row.method.toUpperCase(), path: `${path}${search}` },
    sending: {
      ...(body !== undefined && { body }),
      ...(row.needsTag === true && { tag: 'r1' }),
    },
  }
}

/** Members that name something get what there is; a value in a body is what somebody wants listed, and names nothing. */
function fill(value: unknown, there: Readonly<Record<string, string | undefined>>): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => fill(one, there))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      typeof inner === 'string' ? (there[name] ?? inner) : fill(inner, there),
    ]),
  )
}
