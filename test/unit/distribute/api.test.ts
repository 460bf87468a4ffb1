import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { splitEntryLine, type Entry } from '../../../src/core/entry.ts'
import { Fault } from '../../../src/core/fault.ts'
import { openApi } from '../../../src/distribute/api.ts'
import { OPERATIONS } from '../../../src/distribute/api-operations.ts'
import { SCHEMAS } from '../../../src/distribute/api-schemas.ts'
import { readCatalog } from '../../../src/distribute/catalog.ts'
import { DEFAULT_PAGE, MAX_PAGE } from '../../../src/distribute/limits.ts'
import type { EntriesQuestion, History, Publication } from '../../../src/distribute/ports.ts'
import {
  FORMATS,
  openFakeAuthority,
  OTHER_TOKEN,
  publication,
  TOKEN,
  type FakeAuthority,
} from '../../support/edge-builder.ts'

const ENTRIES = ['a.example', 'b.example', 'ba.example', 'c.example'].flatMap((value) =>
  ['domain', 'host'].map((kind) => splitEntryLine(`${value}\t${kind}\tnxdomain\t-\tREF1`)),
)

let authority: FakeAuthority
let asked: EntriesQuestion[]
let findings: string[]
let history: History

beforeEach(async () => {
  authority = await openFakeAuthority()
  asked = []
  findings = []
  history = {
    entries: (question) => {
      asked.push(question)
      return Promise.resolve(pageOf(question))
    },
    changes: ({ skip, limit }) =>
      Promise.resolve({
        ...{ added: 2, removed: 1 },
        page: ENTRIES.slice(0, 3)
          .map((entry, i) => ({
            change: i === 0 ? ('removed' as const) : ('added' as const),
            entry,
          }))
          .slice(skip, skip + limit),
      }),
  }
})

afterEach(async () => {
  await rm(authority.folder, { recursive: true, force: true })
  expect(authority.faults).toEqual([])
})

function pageOf({ value, prefix, kind, after, limit }: EntriesQuestion): Entry[] {
  return ENTRIES.filter(
    (entry) =>
      (value === undefined || entry.value === value) &&
      (prefix === undefined || entry.value.startsWith(prefix)) &&
      (kind === undefined || entry.kind === kind) &&
      (after === null || `${entry.value}\t${entry.kind}` > `${after.value}\t${after.kind}`),
  ).slice(0, limit)
}

// One for all tests, since it compiles its schemas; what is behind it is looked up at each call.
const app = openApi({
  catalog: () => readCatalog(authority.source),
  publications: {
    find: (rowId, serial) => authority.publications.find(rowId, serial),
    at: (rowId, at) =>
      publicationsOf(rowId).findLast(({ publishedAt }) => publishedAt <= at) ?? null,
    page: (rowId, { before, limit }) =>
      publicationsOf(rowId)
        .filter(({ serial }) => serial < before)
        .reverse()
        .slice(0, limit),
  },
  history: {
    entries: (question) => history.entries(question),
    changes: (question) => history.changes(question),
  },
  formats: FORMATS,
  version: '1.2.3',
  checkReady: () => findings,
  metrics: { print: () => Promise.resolve('up 1\n'), contentType: 'text/plain' },
  now: () => authority.now,
  onFault: (error) => void authority.faults.push(error),
})

function publicationsOf(rowId: number): Publication[] {
  return Array.from({ length: authority.serials.get(rowId) ?? 0 }, (_, i) => publication(i + 1))
}

async function ask(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const response = await app.request(path, { headers })
  const text = await response.text()
  const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
  return { status: response.status, headers: response.headers, body }
}

const asIsp = { Authorization: `Bearer ${TOKEN}` }

describe('the lists', () => {
  test('that are public are shown to everybody, the restricted ones to whoever is entitled', async () => {
    const ids = async (headers: Record<string, string>): Promise<unknown> =>
      ((await ask('/v1/lists', headers)).body['lists'] as { id: string }[]).map(({ id }) => id)
    expect(await ids({})).toEqual(['open', 'fresh'])
    expect(await ids({ Authorization: `Bearer ${OTHER_TOKEN}` })).toEqual(['open', 'fresh'])
    expect(await ids(asIsp)).toEqual(['open', 'secret', 'fresh'])
  })

  test('tell where their files lie, and their newest serial or that there is none', async () => {
    const secret = await ask('/v1/lists/secret', asIsp)
    expect(secret.body).toMatchObject({
      ...{ id: 'secret', place: '0123456789abcdef0123456789abcdef', serial: 5 },
      ...{ state: publication(5).state, feeds: { rpz: '/feeds/secret/rpz' } },
    })
    const fresh = await ask('/v1/lists/fresh')
    expect(fresh.body).toMatchObject({ serial: null, state: null, publishedAt: null })
  })

  test('never show what is not published of a definition', async () => {
    const { body } = await ask('/v1/lists/open')
    for (const name of ['approvals', 'review', 'guard', 'publish', 'keep']) {
      expect(body).not.toHaveProperty(name)
    }
  })

  test.each([
    '',
    '/entries',
    '/entries?limit=nonsense',
    '/publications',
    '/publications/1',
    '/diff',
  ])('that may not be seen are answered as if there were none: /v1/lists/…%s', async (rest) => {
    for (const headers of [{}, { Authorization: `Bearer ${OTHER_TOKEN}` }]) {
      const hidden = await ask(`/v1/lists/secret${rest}`, headers)
      const absent = await ask(`/v1/lists/zzzzzz${rest}`, headers)
      expect(hidden.status).toBe(404)
      expect(JSON.stringify(hidden.body)).toBe(
        JSON.stringify(absent.body).replaceAll('zzzzzz', 'secret'),
      )
    }
  })

  test('that are misspelt are suggested, unless they are hidden', async () => {
    expect((await ask('/v1/lists/opem')).body['detail']).toMatch(/did you mean "open"/)
    expect((await ask('/v1/lists/secrett')).body['detail']).not.toMatch(/did you mean/)
    expect((await ask('/v1/lists/secrett', asIsp)).body['detail']).toMatch(/did you mean "secret"/)
  })
})

describe('the entries', () => {
  test('come in pages that lead through all of them once', async () => {
    const seen: unknown[] = []
    let cursor = ''
    for (let pages = 0; ; pages++) {
      const { body } = await ask(`/v1/lists/open/entries?limit=3${cursor}`)
      seen.push(...(body['entries'] as unknown[]))
      if (body['next'] === null) {
        expect(pages).toBe(2)
        break
      }
      cursor = `&cursor=${body['next'] as string}`
    }
    expect(seen).toEqual(ENTRIES)
  })

  test('stay those of one serial while one reads on', async () => {
    const first = await ask('/v1/lists/open/entries?limit=3')
    authority.publish(1)
    const second = await ask(`/v1/lists/open/entries?limit=3&cursor=${String(first.body['next'])}`)
    expect(second.body['serial']).toBe(3)
    expect((await ask('/v1/lists/open/entries')).body['serial']).toBe(4)
  })

  test('are looked up by value, prefix and kind', async () => {
    const values = async (query: string): Promise<unknown> =>
      ((await ask(`/v1/lists/open/entries?${query}`)).body['entries'] as Entry[]).map(
        ({ value, kind }) => `${value} ${kind}`,
      )
    expect(await values('value=b.example')).toEqual(['b.example domain', 'b.example host'])
    expect(await values('prefix=b&kind=host')).toEqual(['b.example host', 'ba.example host'])
    expect(await values('value=absent.example')).toEqual([])
  })

  test.each([
    ['2', 2],
    ['2026-11-24T11:00:01Z', 1],
    ['2026-11-24T11:00:02.999Z', 2],
    ['2026-11-24', 3],
    ['2030-01-01', 3],
  ])('are those at %s', async (at, serial) => {
    const { body } = await ask(`/v1/lists/open/entries?at=${at}`)
    expect(body['serial']).toBe(serial)
    expect(asked[0]?.decision).toBe(publication(serial).decision)
  })

  test.each([
    ['at=4', 404, 'snapshot/not-found'],
    ['at=2026-11-23', 404, 'snapshot/not-found'],
    ['at=0', 400, 'request/invalid'],
    ['at=yesterday', 400, 'request/invalid'],
    ['at=2026-13-45', 400, 'request/invalid'],
    ['limit=0', 400, 'request/invalid'],
    [`limit=${MAX_PAGE + 1}`, 400, 'request/invalid'],
    ['limit=1.5', 400, 'request/invalid'],
    ['limit=1&limit=2', 400, 'request/invalid'],
    ['kind=dns', 400, 'request/invalid'],
    ['value=', 400, 'request/invalid'],
    ['cursor=AAAA', 400, 'request/invalid'],
    [`cursor=${Buffer.from('[1,2,3]').toString('base64url')}`, 400, 'request/invalid'],
    [`cursor=${Buffer.from('[-1,"a","b"]').toString('base64url')}`, 400, 'request/invalid'],
    ['sort=up', 400, 'request/invalid'],
    ['__proto__=1', 400, 'request/invalid'],
  ])('for ?%s are answered %i %s', async (query, status, code) => {
    const answer = await ask(`/v1/lists/open/entries?${query}`)
    expect(answer.status).toBe(status)
    expect(answer.body['code']).toBe(code)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
  })

  test('come up to the most in one page, and by default fewer', async () => {
    await ask(`/v1/lists/open/entries?limit=${MAX_PAGE}`)
    await ask('/v1/lists/open/entries')
    expect(asked.map(({ limit }) => limit)).toEqual([MAX_PAGE + 1, DEFAULT_PAGE + 1])
  })

  test('of a list without a serial are not found', async () => {
    expect((await ask('/v1/lists/fresh/entries')).body['code']).toBe('snapshot/not-found')
  })

  test('that cannot be read in time are answered 503 and when to ask again', async () => {
    history = {
      ...history,
      entries: () => Promise.reject(new Fault('serve/busy', 'expected room, got none')),
    }
    const answer = await ask('/v1/lists/open/entries')
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('5')
  })
})

describe('the publications', () => {
  test('come newest first, in pages', async () => {
    const first = await ask('/v1/lists/open/publications?limit=2')
    expect(first.body['publications']).toMatchObject([{ serial: 3 }, { serial: 2 }])
    const cursor = String(first.body['next'])
    const second = await ask(`/v1/lists/open/publications?limit=2&cursor=${cursor}`)
    expect(second.body).toMatchObject({ publications: [{ serial: 1 }], next: null })
  })

  test('are found by their serial', async () => {
    expect((await ask('/v1/lists/open/publications/2')).body).toMatchObject({ serial: 2 })
    for (const serial of ['0', '4', '-1', 'x', '4294967296']) {
      const { body } = await ask(`/v1/lists/open/publications/${serial}`)
      expect(body['code']).toBe('snapshot/not-found')
    }
  })
})

describe('the difference of two serials', () => {
  test('comes in pages, with both states', async () => {
    const first = await ask('/v1/lists/open/diff?from=1&to=3&limit=2')
    expect(first.body).toMatchObject({
      ...{ from: 1, to: 3, fromState: publication(1).state, toState: publication(3).state },
      ...{ added: 2, removed: 1 },
    })
    expect(first.body['changes']).toHaveLength(2)
    const cursor = String(first.body['next'])
    const second = await ask(`/v1/lists/open/diff?from=1&to=3&limit=2&cursor=${cursor}`)
    expect(second.body['changes']).toHaveLength(1)
    expect(second.body['next']).toBeNull()
  })

  test.each([
    ['', 400],
    ['from=1', 400],
    ['from=0&to=1', 400],
    ['from=1&to=9', 404],
  ])('?%s is answered %i', async (query, status) => {
    expect((await ask(`/v1/lists/open/diff?${query}`)).status).toBe(status)
  })
})

describe('every answer', () => {
  test('is not sent again to whoever has it', async () => {
    const first = await ask('/v1/lists/open')
    const etag = first.headers.get('etag') ?? ''
    const again = await ask('/v1/lists/open', { 'If-None-Match': etag })
    expect(again.status).toBe(304)
    expect(first.headers.get('cache-control')).toBe('public, no-cache')
    expect((await ask('/v1/lists/open', asIsp)).headers.get('cache-control')).toMatch(/^private/)
  })

  test('has the shape that the OpenAPI document gives it', async () => {
    const ajv = new Ajv2020({ strict: false })
    addFormats.default(ajv)
    ajv.addSchema({ $id: 'api', components: { schemas: SCHEMAS } })
    for (const { path, answer } of Object.values(OPERATIONS)) {
      const url = path.replace('{list}', 'open').replace('{serial}', '1')
      const { body, status } = await ask(url.endsWith('/diff') ? `${url}?from=1&to=2` : url, asIsp)
      expect(status).toBe(200)
      const validate = ajv.compile({ $ref: `api#/components/schemas/${answer}` })
      expect(validate(body), JSON.stringify(validate.errors)).toBe(true)
    }
  })
})

describe('the OpenAPI document', () => {
  test('describes each parameter by the schema that requests are checked with', async () => {
    const { body } = await ask('/v1/openapi.json')
    expect(body).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } })
    const paths = body['paths'] as Record<string, { get: { parameters: Parameter[] } }>
    expect(Object.keys(paths)).toEqual(Object.values(OPERATIONS).map(({ path }) => path))
    for (const { path, query } of Object.values(OPERATIONS)) {
      const parameters = paths[path]?.get.parameters.filter((one) => one.in === 'query') ?? []
      const described = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]))
      expect(described).toEqual(JSON.parse(JSON.stringify(query.properties)))
    }
  })

  interface Parameter {
    readonly name: string
    readonly in: string
    readonly schema: unknown
  }

  test('is told of in docs/spec/http.md, with every path', () => {
    const spec = readFileSync(new URL('../../../docs/spec/http.md', import.meta.url), 'utf8')
    for (const { path } of Object.values(OPERATIONS)) expect(spec).toContain(`\`${path}\``)
  })
})

describe('the pages of the server', () => {
  test('say that it lives, and whether it is ready', async () => {
    expect((await ask('/healthz')).body).toEqual({ status: 'ok' })
    expect((await ask('/readyz')).body).toEqual({ status: 'ready' })
    findings.push('the server is stopping')
    const answer = await ask('/readyz')
    expect(answer.status).toBe(503)
    expect(answer.body).toEqual({ status: 'not ready', findings: ['the server is stopping'] })
    expect((await ask('/healthz')).status).toBe(200)
  })

  test('that there are not are problems', async () => {
    const answer = await ask('/console')
    expect(answer.status).toBe(404)
    expect(answer.body['code']).toBe('serve/not-found')
  })

  test('tell nothing of a bug', async () => {
    history = { ...history, entries: () => Promise.reject(new Error('SELECT * FROM secrets')) }
    const answer = await ask('/v1/lists/open/entries')
    expect(answer.status).toBe(500)
    expect(answer.body).toEqual({
      ...{
        type: 'urn:bailiwick:error:bug',
        title: 'Internal Server Error',
        status: 500,
        code: 'bug',
      },
    })
    expect(authority.faults.splice(0)).toHaveLength(1)
  })
})
