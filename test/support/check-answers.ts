import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Hono } from 'hono'
import { ALL_OPERATIONS } from '../../src/console/api/all-operations.ts'
import type { AnyOperation } from '../../src/console/api/operation.ts'
import type { FaultCode } from '../../src/core/fault.ts'
import { PROBLEM_TYPE } from '../../src/platform/problem.ts'

/** What everything may be refused with, and the description doesn't say of each. */
const EVERYWHERE: readonly (FaultCode | 'bug')[] = [
  ...(['session/none', 'session/origin', 'user/refused', 'store/busy', 'store/full'] as const),
  ...(['request/body', 'request/invalid', 'request/idempotency', 'request/repeated'] as const),
  ...(['request/precondition', 'bug'] as const),
]

/** Holds every answer of an operation to what the table says of it: its schema, its ETag, its faults. */
export function checkAnswers(app: Hono): Hono {
  const fetch = app.fetch
  app.fetch = async (request, ...more) => {
    const response = await fetch(request, ...more)
    const row = operationOf(request)
    if (row !== undefined) await check(row, response.clone())
    return response
  }
  return app
}

/** The row that a request is answered by; a path without parameters before one with. */
export function operationOf({ method, url }: Pick<Request, 'method' | 'url'>) {
  const { pathname } = new URL(url)
  const found = ALL_OPERATIONS.filter(
    (row) => row.method.toUpperCase() === method && patternOf(row).test(pathname),
  )
  return found.find(({ path }) => !path.includes('{')) ?? found[0]
}

function patternOf({ path }: Pick<AnyOperation, 'path'>): RegExp {
  return new RegExp(`^${path.replaceAll('.', '[.]').replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}

async function check(row: AnyOperation, response: Response): Promise<void> {
  const { id, faults = [], tagOf } = row
  const text = await response.text()
  const fail = (what: string): never => {
    throw new Error(`${id} answered ${response.status} ${what}: ${text.slice(0, 600)}`)
  }
  if (response.status === 204) {
    if (row.answer !== null) fail('where its row says that it answers something')
    return
  }
  const body: unknown = JSON.parse(text)
  if (response.status === 200) {
    const validate = validatorOf(row)
    if (!validate(body)) fail(`with what its schema refuses: ${JSON.stringify(validate.errors)}`)
    if ((response.headers.get('etag') !== null) !== (tagOf !== undefined)) fail('as to its ETag')
    return
  }
  if (response.headers.get('content-type') !== PROBLEM_TYPE) fail('without a problem')
  const { code } = body as { readonly code: FaultCode }
  if (!EVERYWHERE.includes(code) && !faults.includes(code)) fail('with a fault it does not name')
}

const validators = new WeakMap<AnyOperation, ValidateFunction>()

function validatorOf(row: AnyOperation): ValidateFunction {
  const known = validators.get(row)
  if (known !== undefined) return known
  const ajv = new Ajv2020({ strictTypes: false, allErrors: true })
  addFormats.default(ajv)
  // With nothing to answer, whatever it answers is wrong.
  const made = ajv.compile(row.answer ?? { not: {} })
  validators.set(row, made)
  return made
}
