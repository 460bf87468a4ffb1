import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeApi, type ApiDocument } from '../../../src/console/api/describe-api.ts'
import { ALL_OPERATIONS } from '../../../src/console/api/all-operations.ts'
import { isConsolePath } from '../../../src/console/console-path.ts'
import { openApiDocument } from '../../../src/distribute/openapi.ts'
import { openConsoleWorld, type ConsoleWorld } from '../../support/console-world.ts'
import { readPage } from '../../support/read-page.ts'

const document = describeApi(openApiDocument('0.0.0') as ApiDocument, ALL_OPERATIONS)

let world: ConsoleWorld
let find: ReturnType<typeof readPage>

beforeAll(async () => {
  world = openConsoleWorld()
  const { status, text } = await world.send(null, 'GET', '/console/api')
  expect(status).toBe(200)
  find = readPage(text)
})

afterAll(() => {
  expect(world.host.faults).toEqual([])
  world.host.close()
})

describe('the page of the API', () => {
  it('is there for whoever has not signed in, and /v1/docs leads to it', async () => {
    const { status, headers } = await world.host.app.request('/v1/docs')
    expect([status, headers.get('location')]).toEqual([302, '/console/api'])
    expect(isConsolePath('/v1/docs')).toBe(true)
  })

  it('tells each operation at its anchor, with its parameters, and each schema', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, row] of Object.entries(methods)) {
        const { operationId } = row as { readonly operationId: string }
        const [heading] = find(`h3[id="${operationId}"]`)
        expect(heading?.textContent).toBe(`${method.toUpperCase()} ${path}`)
        const article = find(`article[aria-labelledby="${operationId}"]`)[0]!
        const { parameters = [] } = row as { readonly parameters?: readonly { name?: string }[] }
        expect([...article.querySelectorAll('tbody tr')]).toHaveLength(parameters.length)
        for (const { name } of parameters) {
          if (name !== undefined) expect(article.textContent).toContain(name)
        }
      }
    }
    for (const name of Object.keys(document.components['schemas'] ?? {})) {
      expect(find(`[id="schema-${name}"]`)).toHaveLength(1)
    }
  })

  it('says of an operation which roles it needs, and what it is refused with', () => {
    const text = find('article[aria-labelledby="publish"]')[0]!.textContent
    for (const told of ['publisher', 'publish/guard', 'Idempotency-Key', 'override', '409']) {
      expect(text).toContain(told)
    }
    const finish = find('article[aria-labelledby="finishReview"]')[0]!.textContent
    for (const told of ['If-Match', '412', 'review/changed']) expect(finish).toContain(told)
  })

  it('leads nowhere but to itself and this server, and has each id once', () => {
    const ids = find('[id]').map(({ id }) => id)
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([])
    for (const link of find('main a')) {
      const href = link.getAttribute('href') ?? ''
      if (href.startsWith('#')) expect(ids).toContain(href.slice(1))
      else expect(href).toBe('/v1/openapi.json')
    }
  })
})
