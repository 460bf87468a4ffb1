import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ErrorObject } from 'ajv'
import { Fault, type FaultPlace } from '../core/fault.ts'

/** The value, which obeys the schema. Faults: `request/invalid`, naming each member and what is right, never the value. */
export type BodyParser<T> = (value: unknown) => T

/** What is told of one body. */
const MAX_PLACES = 50

/** Compiles the JSON Schema (draft 2020-12) of a body. `T` is what it describes. */
export function compileBody<T>(schema: object): BodyParser<T> {
  const ajv = new Ajv2020({
    ...{ strictTypes: false, allErrors: true, useDefaults: true },
    formats: { date: /^\d{4}-\d\d-\d\d$/, 'date-time': true },
  })
  const validate = ajv.compile<T>(schema)
  return (value) => {
    if (validate(value)) return value
    const places = (validate.errors ?? []).slice(0, MAX_PLACES).map(placeOf)
    const told = places.map(({ path, detail }) => `${path === '' ? 'the body' : path}: ${detail}`)
    throw new Fault('request/invalid', told.join('; '), { places })
  }
}

/** Bodies hold passwords: what was got is not said. */
function placeOf(error: ErrorObject): FaultPlace {
  const params = error.params as Readonly<Record<string, unknown>>
  const member = params['missingProperty'] ?? params['additionalProperty']
  const path = member === undefined ? error.instancePath : `${error.instancePath}/${escape(member)}`
  return { path, detail: `expected ${whatIsRight(error, params)}` }
}

/** RFC 6901 §3. */
function escape(member: unknown): string {
  return String(member).slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')
}

function whatIsRight(error: ErrorObject, params: Readonly<Record<string, unknown>>): string {
  switch (error.keyword) {
    case 'required':
      return 'it, got none'
    case 'additionalProperties':
      return 'no such member'
    case 'enum':
      return `one of ${(params['allowedValues'] as readonly unknown[]).join(', ')}`
    case 'minLength':
      return `at least ${limitOf(params)} characters`
    case 'maxLength':
      return `at most ${limitOf(params)} characters`
    default:
      return (error.message ?? 'it to be right').replace(/^must /, 'it to ')
  }
}

function limitOf({ limit }: Readonly<Record<string, unknown>>): string {
  return typeof limit === 'number' ? String(limit) : 'other'
}
