import type { Context, Hono } from 'hono'
import { Fault } from '../../core/fault.ts'
import type { Person } from '../../core/person.ts'
import { authenticate } from '../authenticate.ts'
import { MAX_BODY_BYTES } from '../limits.ts'
import { readBody } from '../read-body.ts'
import { assertOrigin, type SessionDeps } from '../session-routes.ts'
import type { AnyOperation, Operation } from './operation.ts'
import { perform, type PerformDeps } from './perform.ts'

/** Whoever hasn't signed in. */
export const NOBODY: Person = { id: '', name: '', organisation: { id: 0, name: '' }, roles: [] }

/** Adds a route for each operation (`docs/spec/api.md` §5). */
export function addOperations(
  app: Hono,
  deps: SessionDeps & PerformDeps,
  operations: readonly AnyOperation[],
): void {
  for (const row of operations) {
    app.on(row.method.toUpperCase(), row.path.replaceAll(/\{(\w+)\}/g, ':$1'), (c) =>
      answer(deps, row as unknown as Operation, c),
    )
  }
}

async function answer(
  deps: SessionDeps & PerformDeps,
  row: Operation,
  c: Context,
): Promise<Response> {
  const person = await personOf(deps, row, c)
  if (row.method !== 'get') assertOrigin(deps, c)
  const isAsked = row.body !== undefined
  const { answer: told, tag } = await perform(deps, row, {
    ...{ person, address: deps.addressOf(c), params: c.req.param() },
    query: new URL(c.req.url).searchParams,
    body: isAsked ? await readBody(c, row.maxBodyBytes ?? MAX_BODY_BYTES) : null,
    tag: readTag(c.req.header('if-match')),
    idempotencyKey: c.req.header('idempotency-key') ?? null,
  })
  if (tag !== null) c.header('ETag', `"${tag}"`)
  return told === null ? c.body(null, 204) : c.json(told)
}

async function personOf(
  deps: SessionDeps,
  { isOpen }: Pick<AnyOperation, 'isOpen'>,
  c: Context,
): Promise<Person> {
  const caller = await authenticate(deps, c.req.raw.headers)
  if (caller !== null) return caller.person
  if (isOpen === true) return NOBODY
  throw new Fault('session/none', 'expected somebody who has signed in, or an API key, got neither')
}

/** RFC 9110 §13.1.1, for one strong tag. Throws `request/invalid`. */
function readTag(header: string | undefined): string | null {
  if (header === undefined) return null
  const [, tag] = /^"([\x21\x23-\x7e]*)"$/.exec(header.trim()) ?? []
  if (tag !== undefined) return tag
  throw new Fault(
    'request/invalid',
    'expected one ETag in If-Match, as it was given, got another text',
  )
}
