import { createHash } from 'node:crypto'
import { Hono, type Context } from 'hono'
import { Fault } from '../core/fault.ts'
import { publicDefinition } from '../core/list-definition.ts'
import { printSuggestion } from '../core/nearest.ts'
import type { Clock } from '../platform/clock.ts'
import { isServerFault, problemOf, PROBLEM_TYPE } from '../platform/problem.ts'
import { compileQuery, type QueryParser } from '../platform/query-schema.ts'
import { OPERATIONS, type OperationId } from './api-operations.ts'
import type { DiffQuery, EntriesQuery, PublicationsQuery, SubscribersQuery } from './api-schemas.ts'
import { identifySubscriber, mayRead, type Catalog, type ServedList } from './catalog.ts'
import {
  answerDiff,
  answerEntries,
  answerPublications,
  printPublication,
} from './list-questions.ts'
import { openApiDocument } from './openapi.ts'
import type { History, PublicationSource } from './ports.ts'
import { problemHeaders } from './request-listener.ts'
import { answerSubscribers, type ServedZones } from './zones/report-subscribers.ts'

export interface ApiDeps {
  readonly catalog: () => Catalog
  readonly publications: PublicationSource
  readonly history: History
  readonly formats: readonly string[]
  /** The version of the program. */
  readonly version: string
  /** What keeps this server from being ready; empty when nothing does. */
  readonly checkReady: () => readonly string[]
  /** For a server whose data are a copy: how old they are. */
  readonly age?: CopyAge
  readonly metrics: { readonly print: () => Promise<string>; readonly contentType: string }
  /** What is served to subscribers over the DNS; left out where nothing is. */
  readonly zones?: ServedZones
  /** The hash of the token that shows all subscribers; without one nobody sees more than himself. */
  readonly operatorTokenHash?: string | null
  readonly now: Clock
  readonly onFault: (error: unknown) => void
}

/** What an edge says of its copy. */
export interface CopyAge {
  /** Told by `/readyz`, whether ready or not. */
  readonly print: () => object
  /** Told with each list. */
  readonly printList: (list: ServedList) => object
}

type Answer<Q> = (list: ServedList, query: Q, c: Context) => object | Promise<object>

/** Everything that is answered as JSON or text rather than from a published file. */
export function openApi(deps: ApiDeps): Hono {
  const app = new Hono()
  app.onError((error, c) => {
    if (isServerFault(error)) deps.onFault(error)
    return sendProblem(c, error)
  })
  app.notFound((c) => sendProblem(c, noSuchPath()))
  addServerPages(app, deps)
  addLists(app, deps)
  addSubscribers(app, deps)
  return app
}

function addServerPages(app: Hono, deps: ApiDeps): void {
  app.get('/healthz', (c) => c.json({ status: 'ok' }, 200, NO_STORE))
  app.get('/readyz', (c) => {
    const findings = deps.checkReady()
    const age = deps.age?.print()
    return findings.length === 0
      ? c.json({ status: 'ready', ...age }, 200, NO_STORE)
      : c.json({ status: 'not ready', findings, ...age }, 503, NO_STORE)
  })
  app.get('/metrics', async (c) =>
    c.body(await deps.metrics.print(), 200, {
      'Content-Type': deps.metrics.contentType,
      ...NO_STORE,
    }),
  )
  const document = openApiDocument(deps.version)
  app.get('/v1/openapi.json', (c) => sendJson(c, document))
}

const NO_STORE = { 'Cache-Control': 'no-store' }

function addLists(app: Hono, deps: ApiDeps): void {
  const lists = compileQuery(OPERATIONS.lists.query)
  app.get(OPERATIONS.lists.path, (c) => {
    lists(searchParams(c))
    const visible = visibleLists(deps, c).map((list) => printList(deps, list))
    return sendJson(c, { lists: visible })
  })
  addQuestion(app, deps, 'list', (list) => printList(deps, list))
  addQuestion<EntriesQuery>(app, deps, 'entries', (list, query) => answerEntries(deps, list, query))
  addQuestion<PublicationsQuery>(app, deps, 'publications', (list, query) =>
    answerPublications(deps, list, query),
  )
  addQuestion(app, deps, 'publication', (list, _, c) =>
    printPublication(deps, list, c.req.param('serial') ?? ''),
  )
  addQuestion<DiffQuery>(app, deps, 'diff', (list, query) => answerDiff(deps, list, query))
}

function addSubscribers(app: Hono, deps: ApiDeps): void {
  const { path, query } = OPERATIONS.subscribers
  const parse: QueryParser<SubscribersQuery> = compileQuery(query)
  app.get(path, (c) => {
    const { zones = null, operatorTokenHash = null, catalog, now } = deps
    const asked = { authorization: c.req.header('authorization'), at: now() }
    return sendJson(
      c,
      answerSubscribers({ catalog: catalog(), zones, operatorTokenHash }, asked, () =>
        parse(searchParams(c)),
      ),
    )
  })
}

function addQuestion<Q = object>(
  app: Hono,
  deps: ApiDeps,
  id: OperationId,
  answer: Answer<Q>,
): void {
  const operation = OPERATIONS[id]
  const parse: QueryParser<Q> = compileQuery(operation.query)
  app.get(operation.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
    // Whether there is such a list comes before everything else: a bad query must not tell.
    const list = findList(deps, c)
    return sendJson(c, await answer(list, parse(searchParams(c)), c))
  })
}

function findList(deps: ApiDeps, c: Context): ServedList {
  const id = c.req.param('list') ?? ''
  const visible = visibleLists(deps, c)
  const list = visible.find((one) => one.id === id)
  if (list !== undefined) return list
  // Only what the caller may see anyway is ever suggested.
  const hint = printSuggestion(
    id.slice(0, 100),
    visible.map((one) => one.id),
  )
  throw new Fault(
    'list/not-found',
    `expected the id of a list that is served here, got ${JSON.stringify(id.slice(0, 100))}${hint}`,
  )
}

function visibleLists({ catalog, now }: ApiDeps, c: Context): ServedList[] {
  const subscriber = identifySubscriber(catalog(), c.req.header('authorization'), now())
  return catalog().lists.filter((list) => mayRead(list, subscriber))
}

function printList({ formats, age }: ApiDeps, list: ServedList): object {
  const { serial, state, entries, publishedAt } = list.latest ?? {}
  return {
    ...publicDefinition(list.definition),
    place: list.place,
    serial: serial ?? null,
    state: state ?? null,
    entries: entries ?? null,
    publishedAt: publishedAt?.toISOString() ?? null,
    feeds: Object.fromEntries(formats.map((format) => [format, `/feeds/${list.id}/${format}`])),
    ...age?.printList(list),
  }
}

function searchParams(c: Context): URLSearchParams {
  return new URL(c.req.url).searchParams
}

/** An answer that a cache may keep if it asks each time, tagged by the hash of its bytes. */
function sendJson(c: Context, value: object): Response {
  const body = JSON.stringify(value)
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 32)}"`
  const isPrivate = c.req.header('authorization') !== undefined
  const headers = {
    ETag: etag,
    'Cache-Control': `${isPrivate ? 'private' : 'public'}, no-cache`,
    Vary: 'Authorization',
  }
  const asked = c.req.header('if-none-match')
  if (asked?.includes(etag) === true || asked === '*') return c.body(null, 304, headers)
  const length = String(Buffer.byteLength(body))
  return c.body(body, 200, {
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': length,
  })
}

function sendProblem(c: Context, error: unknown): Response {
  const problem = problemOf(error)
  const more = problemHeaders(problem)
  for (let i = 0; i < more.length; i += 2) c.header(more[i] ?? '', more[i + 1])
  const body = JSON.stringify(problem)
  return c.body(body, problem.status, {
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': String(Buffer.byteLength(body)),
    ...NO_STORE,
  })
}

function noSuchPath(): Fault {
  return new Fault('serve/not-found', 'expected the path of something published, got another')
}
