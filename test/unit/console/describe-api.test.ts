import spectralCore from '@stoplight/spectral-core'
import spectralRulesets from '@stoplight/spectral-rulesets'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ALL_OPERATIONS } from '../../../src/console/api/all-operations.ts'
import { describeApi, type ApiDocument } from '../../../src/console/api/describe-api.ts'
import { isConsolePath } from '../../../src/console/console-path.ts'
import { openApiDocument } from '../../../src/distribute/openapi.ts'
import { PROBLEM_TYPE } from '../../../src/platform/problem.ts'
import { requestOf } from '../../support/api-request.ts'
import { publish } from '../../support/store-builders.ts'
import { openConsoleWorld, OURS, type ConsoleWorld } from '../../support/console-world.ts'

const { Spectral } = spectralCore
const PUBLIC = openApiDocument('0.0.0') as ApiDocument
const document = describeApi(PUBLIC, ALL_OPERATIONS) as ApiDocument & Record<string, unknown>

interface Described {
  readonly operationId: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly responses: Readonly<Record<string, unknown>>
}

const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, one]) => ({ path, method, ...(one as Described) })),
)

describe('the description of the API', () => {
  it('has nothing that Spectral finds fault with', async () => {
    const spectral = new Spectral()
    spectral.setRuleset({
      extends: [[spectralRulesets.oas as never, 'recommended']],
      rules: {
        // Who answers stands on the page of whoever runs it, and where in its address.
        'info-contact': 'off',
        'oas3-api-servers': 'off',
      },
    } as never)
    const found = await spectral.run(
      JSON.parse(JSON.stringify(document)) as Record<string, unknown>,
    )
    expect(found.map(({ code, path, message }) => `${code} ${path.join('/')}: ${message}`)).toEqual(
      [],
    )
  })

  it('names each operation once, and has every one', () => {
    const ids = described.map(({ operationId }) => operationId)
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([])
    for (const { id, path, method } of ALL_OPERATIONS) {
      expect(described).toContainEqual(expect.objectContaining({ operationId: id, path, method }))
    }
    expect(described).toHaveLength(ALL_OPERATIONS.length + Object.keys(PUBLIC.paths).length)
  })

  it('has each path answered by one side', () => {
    for (const { path } of described) {
      const isPublic = Object.hasOwn(PUBLIC.paths, path)
      expect([path, isConsolePath(path.replaceAll(/[{}]/g, ''))]).toEqual([path, !isPublic])
    }
  })

  it('refers to nothing that is not there, and has no title twice for two things', () => {
    const refs = [
      ...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g),
    ]
    const there = Object.keys(document.components['schemas'] ?? {})
    for (const [, name = ''] of refs) expect(there).toContain(name)
    const titles = new Map<string, string>()
    const walk = (value: unknown): void => {
      if (value === null || typeof value !== 'object') return
      const { title } = value as { title?: unknown }
      if (typeof title === 'string') {
        const text = JSON.stringify(value)
        expect(titles.get(title) ?? text, `two schemas are ${title}`).toBe(text)
        titles.set(title, text)
      }
      Object.values(value).forEach(walk)
    }
    for (const { answer, body } of ALL_OPERATIONS) walk([answer, body])
    const ours = Object.keys(PUBLIC.components['schemas'] ?? {})
    for (const title of titles.keys())
      expect(ours, `${title} is a public schema`).not.toContain(title)
  })

  it('has schemas that compile, of answers and of bodies that take nothing unnamed', () => {
    const ajv = new Ajv2020({ strictTypes: false, validateSchema: true })
    addFormats.default(ajv)
    for (const { id, answer, body } of ALL_OPERATIONS) {
      if (answer !== null) ajv.compile(answer)
      if (body !== undefined) {
        ajv.compile(body)
        expect(openObjects(body), id).toEqual([])
      }
    }
  })
})

/** Places of objects in a schema that let members in which nobody has named. */
function openObjects(schema: unknown, at = ''): string[] {
  if (schema === null || typeof schema !== 'object') return []
  const { type, additionalProperties } = schema as Record<string, unknown>
  const isOpen = type === 'object' && additionalProperties === undefined
  return [
    ...(isOpen ? [at] : []),
    ...Object.entries(schema).flatMap(([key, value]) => openObjects(value, `${at}/${key}`)),
  ]
}

describe('an operation', () => {
  let world: ConsoleWorld
  beforeAll(async () => {
    world = openConsoleWorld()
    publish(world.host.store, world.host.store.lists.find(OURS)!.rowId)
    world.list(OURS, ['listed.example'])
    await world.propose('phishing', 'bad.example')
  })
  afterAll(() => {
    expect(world.host.faults).toEqual([])
    world.host.close()
  })

  const withBody = ALL_OPERATIONS.filter(({ body }) => body !== undefined)
  const rows = (wanted: typeof ALL_OPERATIONS) => wanted.map((row) => ({ id: row.id, row }))

  it.each(rows(withBody))('$id refuses every wrong body, and says where', async ({ row }) => {
    const { method, path, sending } = requestOf(row)
    const right = sending.body as Readonly<Record<string, unknown>>
    const before = [...world.host.store.events.all()].length
    const wrong: readonly (readonly [string, unknown, string | null])[] = [
      ['no object', [], ''],
      ['null', 'null', ''],
      ['a text', '"x"', ''],
      ['no JSON', '{', null],
      ['a member more', { ...right, isAdmin: true }, '/isAdmin'],
      ['a prototype', `{"__proto__":{"x":1},${JSON.stringify(right).slice(1)}`, null],
      ...Object.keys(row.body?.properties ?? {}).map(
        (name) => [`an object for ${name}`, { ...right, [name]: { $ne: 1 } }, `/${name}`] as const,
      ),
    ]
    for (const [what, body, place] of wrong) {
      const text = typeof body === 'string' && body === '{' ? body : JSON.stringify(body)
      const sent = typeof body === 'string' ? body : text
      const answer = await world.send('curator', method, path, { ...sending, body: sent })
      const { code, errors = [] } = answer.body as {
        code?: string
        errors?: readonly { path: string; detail: string }[]
      }
      expect([what, answer.status, code]).toEqual([what, 400, 'request/invalid'])
      expect(answer.headers.get('content-type')).toBe(PROBLEM_TYPE)
      if (place === null) continue
      const places = errors.map((error) => error.path)
      expect(
        places.some((one) => one.startsWith(place)),
        `${what}: ${places.join()}`,
      ).toBe(true)
      for (const { detail } of errors) expect(detail).toMatch(/^expected /)
    }
    expect([...world.host.store.events.all()]).toHaveLength(before)
  })

  it.each(rows(withBody))(
    '$id reads no body that is too large, or of another type',
    async ({ row }) => {
      const { method, path, sending } = requestOf(row)
      const most = row.maxBodyBytes ?? 16_384
      const large = await world.send('curator', method, path, {
        ...{ ...sending, body: `{"x":"${'x'.repeat(most - 7)}"}` },
      })
      expect([large.status, large.body['code']]).toEqual([413, 'request/body'])
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const form = await world.send('curator', method, path, { ...sending, headers })
      expect([form.status, form.body['code']]).toEqual([400, 'request/invalid'])
    },
  )

  it.each(rows(ALL_OPERATIONS))('$id refuses parameters that it has not', async ({ row }) => {
    const { method, path, sending } = requestOf(row)
    const more = `${path}${path.includes('?') ? '&' : '?'}isAdmin=true`
    const answer = await world.send('chief-administrator', method, more, sending)
    expect([answer.status, answer.body['code']]).toEqual([400, 'request/invalid'])
  })

  const paged = ALL_OPERATIONS.filter(({ query }) => query?.properties['cursor'] !== undefined)
  const CURSORS = ['x', '%00', 'W10', 'WzFd', 'bnVsbA', '-', 'e30', '%F0%9F%98%80', 'a'.repeat(601)]
  const PLACES = [
    ...[[1], ['a'], [-1], [1.5], [1e308 * 10], [9007199254740993], ['a', 'b', 'c'], ['', '', '']],
    ...[[null], [[1]], [{}], ['add', '\u0000', "'"], [1, 'a'], ['a', 1], ['2030-01-01', 'p1']],
  ].map((place) => Buffer.from(JSON.stringify(place)).toString('base64url'))
  const infinite = Buffer.from('[1e999]').toString('base64url')

  it.each(rows(paged))(
    '$id takes no cursor but its own, and no limit but a right one',
    async ({ row }) => {
      const { method, path } = requestOf(row)
      const ask = async (query: string): Promise<number> => {
        const joint = path.includes('?') ? '&' : '?'
        return (await world.send('chief-auditor', method, `${path}${joint}${query}`)).status
      }
      for (const cursor of CURSORS.slice(0, 1)) expect(await ask(`cursor=${cursor}`)).toBe(400)
      for (const cursor of [...CURSORS, ...PLACES, infinite]) {
        expect([200, 400], cursor).toContain(await ask(`cursor=${cursor}`))
      }
      for (const limit of ['0', '-1', '501', '1.5', 'x', '', '1e1000', '-1e1000']) {
        expect([limit, await ask(`limit=${limit}`)]).toEqual([limit, 400])
      }
      expect(await ask('limit=1')).toBe(200)
      expect(await ask('limit=500')).toBe(200)
      expect(await ask('limit=1&limit=2')).toBe(400)
    },
  )
})
