import { createHash } from 'node:crypto'
import { Fault, isFault } from '../../core/fault.ts'
import type { Person } from '../../core/person.ts'
import { compileBody } from '../../platform/body-schema.ts'
import { compileQuery } from '../../platform/query-schema.ts'
import type { Desk } from '../desk.ts'
import type { KeyedRequest } from '../ports/idempotency.ts'
import { whenFree, type Waiting } from '../when-free.ts'
import type { AnyOperation, Asked, Input, Operation } from './operation.ts'

export interface PerformDeps {
  readonly desk: Desk
  readonly waiting: Waiting
  readonly now: () => Date
}

/** A request, with nothing of it checked but who makes it. */
export interface RawRequest {
  readonly person: Person
  readonly address: string
  /** From the network, not yet verified. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: unknown
  readonly tag: string | null
  readonly idempotencyKey: string | null
}

/** What an operation answered. */
export interface Performed<A> {
  readonly answer: A
  readonly tag: string | null
}

interface Parsers {
  readonly params: (value: unknown) => unknown
  readonly query: (query: URLSearchParams) => unknown
  readonly body: (value: unknown) => unknown
}

const parsers = new WeakMap<AnyOperation, Parsers>()

/**
 * Asks an operation: the one way for requests, forms and pages. What was asked under an idempotency key is done once, and its answer given
 * again. Faults: `request/invalid`, `request/precondition`, `request/idempotency`, `request/repeated`, and those of the operation.
 */
export async function perform<I extends Input, A extends object | null>(
  deps: PerformDeps,
  row: Operation<I, A>,
  raw: RawRequest,
): Promise<Performed<A>> {
  const asked = parse(deps, row, raw)
  row.admit?.(deps.desk, asked)
  const { idempotencyKey } = raw
  const answer =
    idempotencyKey === null || row.method === 'get' || row.isQuestion === true
      ? await run(deps, row, asked)
      : await runOnce(deps, row, asked, keyedRequest(row, raw, idempotencyKey))
  return { answer, tag: row.tagOf?.(answer) ?? null }
}

function parse<I extends Input, A extends object | null>(
  { now }: PerformDeps,
  row: Operation<I, A>,
  raw: RawRequest,
): Asked<I> {
  const { params, query, body } = parsersOf(row)
  const { person, address, tag } = raw
  if (row.needsTag === true && tag === null) {
    throw new Fault(
      'request/precondition',
      'expected If-Match with the ETag of what was seen, got none',
    )
  }
  return {
    ...{ person, address, tag, at: now() },
    ...{ params: params(raw.params), query: query(raw.query), body: body(raw.body) },
  } as Asked<I>
}

/** Compiled when it is first asked. */
function parsersOf(row: Pick<AnyOperation, 'params' | 'query' | 'body' | 'path'>): Parsers {
  const key = row as AnyOperation
  const known = parsers.get(key)
  if (known !== undefined) return known
  const { body } = row
  const made = {
    params: compileBody(paramsSchema(row)),
    query: compileQuery(row.query ?? NO_QUERY),
    body: body === undefined ? () => null : compileBody(body),
  }
  parsers.set(key, made)
  return made
}

const NO_QUERY = { type: 'object', additionalProperties: false, properties: {} } as const

/** The schema of what is in braces; without one of its own a parameter is a short text. */
export function paramsSchema({ path, params = {} }: Pick<AnyOperation, 'path' | 'params'>): {
  readonly type: 'object'
  readonly required: readonly string[]
  readonly properties: Readonly<Record<string, object>>
} {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const schemas = names.map((name): [string, object] => [name, params[name] ?? SHORT])
  return { type: 'object', required: names, properties: Object.fromEntries(schemas) }
}

const SHORT = { type: 'string', minLength: 1, maxLength: 300 }

async function run<I extends Input, A extends object | null>(
  { desk, waiting }: PerformDeps,
  row: Operation<I, A>,
  asked: Asked<I>,
): Promise<A> {
  try {
    return await whenFree(waiting, () => row.run(desk, asked))
  } catch (error) {
    throw placed(row, error)
  }
}

/** A fault of the rules, with the member that it is about. */
function placed({ places = {} }: Pick<AnyOperation, 'places'>, error: unknown): unknown {
  if (!isFault(error) || error.places.length > 0) return error
  const path = places[error.code]
  if (path === undefined) return error
  const { code, message } = error
  return new Fault(code, message, { cause: error, places: [{ path, detail: message }] })
}

/** What is in doubt is never done again: whoever asked looks what became of it. */
async function runOnce<I extends Input, A extends object | null>(
  deps: PerformDeps,
  row: Operation<I, A>,
  asked: Asked<I>,
  request: KeyedRequest,
): Promise<A> {
  const { waiting, desk } = deps
  const begun = await whenFree(waiting, () => desk.idempotency.begin(request, asked.at))
  if (begun.outcome === 'other') {
    throw new Fault(
      'request/idempotency',
      'expected a new Idempotency-Key for another request, got one that was used',
    )
  }
  if (begun.outcome === 'answered') {
    return (begun.answer === null ? null : JSON.parse(begun.answer)) as A
  }
  if (begun.outcome === 'unknown') {
    throw new Fault(
      'request/repeated',
      'expected a request that was not begun before, got one whose answer was not kept: look what became of it',
    )
  }
  try {
    const answer = await run(deps, row, asked)
    const kept = row.isSecret === true ? null : JSON.stringify(answer)
    if (row.isSecret !== true) {
      await whenFree(waiting, () => desk.idempotency.finish(request, kept))
    }
    return answer
  } catch (error) {
    // A rule has refused it: nothing was done. Of whatever else, nobody knows.
    if (isFault(error) && !error.code.startsWith('store/')) {
      await whenFree(waiting, () => desk.idempotency.forget(request))
    }
    throw error
  }
}

function keyedRequest(row: AnyOperation, raw: RawRequest, key: string): KeyedRequest {
  if (!/^[\x21-\x7e]{8,200}$/.test(key)) {
    throw new Fault(
      'request/idempotency',
      'expected an Idempotency-Key of 8 to 200 visible characters of ASCII, got another',
    )
  }
  const { params, query, body, person, address, tag } = raw
  const text = JSON.stringify([row.id, params, query.toString(), body, tag])
  return {
    person: person.id === '' ? address : person.id,
    key,
    digest: createHash('sha256').update(text).digest('hex'),
  }
}
