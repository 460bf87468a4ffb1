import { Ajv2020 } from 'ajv/dist/2020.js'
import { Fault } from '../core/fault.ts'

/** The value, which obeys the schema. Faults: `request/invalid`, naming the member and what is right, never the value. */
export type BodyParser<T> = (value: unknown) => T

/** Compiles the JSON Schema (draft 2020-12) of a body. `T` is what it describes. */
export function compileBody<T>(schema: object): BodyParser<T> {
  const ajv = new Ajv2020({ strictTypes: false })
  const validate = ajv.compile<T>(schema)
  return (value) => {
    if (validate(value)) return value
    const [error] = validate.errors ?? []
    const where = error?.instancePath.slice(1) ?? ''
    const member = where === '' ? 'the body' : JSON.stringify(where)
    // Bodies hold passwords: what was got is not said.
    const what = (error?.message ?? 'be right').replace(/^must /, '')
    throw new Fault('request/invalid', `expected ${member} to ${what}`)
  }
}
