import { Ajv2020 } from 'ajv/dist/2020.js'
import { Fault } from '../core/fault.ts'

/** A JSON Schema (draft 2020-12) of the parameters in a URL: an object with one property for each. */
export interface QuerySchema {
  readonly type: 'object'
  readonly additionalProperties: false
  readonly required?: readonly string[]
  readonly properties: Readonly<Record<string, object>>
}

/** The parameters, with their defaults. Faults: `request/invalid`, naming the parameter and what is right. */
export type QueryParser<T> = (query: URLSearchParams) => T

/**
 * Compiles the schema into a parser of query strings: text becomes a number where the schema wants one, an
 * unknown parameter and one that is given twice are refused. `T` is what the schema describes.
 */
export function compileQuery<T>(schema: QuerySchema): QueryParser<T> {
  const ajv = new Ajv2020({ coerceTypes: true, useDefaults: true, strictTypes: false })
  const validate = ajv.compile<T>(schema)
  const known = Object.keys(schema.properties).join(', ') || 'none'
  return (query) => {
    const values: Record<string, unknown> = {}
    for (const [name, value] of query) {
      if (Object.hasOwn(values, name)) throw invalid(`expected ${quote(name)} once, got it twice`)
      if (!Object.hasOwn(schema.properties, name)) {
        throw invalid(`expected a parameter of ${known}, got ${quote(name)}`)
      }
      values[name] = value
    }
    if (validate(values)) {
      assertFinite(values)
      return values
    }
    const [error] = validate.errors ?? []
    const name = error?.instancePath.slice(1) ?? ''
    const what = (error?.message ?? 'is wrong').replace(/^must /, '')
    throw name === ''
      ? invalid(`expected the parameters to ${what}`)
      : invalid(`expected ${quote(name)} to ${what}, got ${quote(query.get(name) ?? '')}`)
  }
}

/** «1e1000» becomes Infinity, which ajv takes for an integer and compares with no bound. */
function assertFinite(values: object): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'number' || Number.isFinite(value)) continue
    throw invalid(`expected ${quote(name)} to be a number, got one without end`)
  }
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100))
}

function invalid(message: string): Fault {
  return new Fault('request/invalid', message)
}
