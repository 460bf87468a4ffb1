import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Fault, isFault } from '../core/fault.ts'
import { openSchema } from './json-schema.ts'

/**
 * What `parse` makes of the configuration in the file `path`, and of the folder that its relative paths are taken from. Throws
 * `usage/invalid`, with the path.
 */
export function readConfigFile<T>(path: string, parse: (text: string, folder: string) => T): T {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('usage/invalid', `expected a configuration, got ${why}`, { cause })
  }
  try {
    return parse(text, dirname(resolve(path)))
  } catch (error) {
    if (!isFault(error, 'usage/invalid')) throw error
    throw new Fault('usage/invalid', `${path}: ${error.message}`, { cause: error })
  }
}

/** The JSON in `text`, which obeys the schema in the file `schema`, with that one's defaults. Throws `usage/invalid` with all that is wrong. */
export function parseConfigText(text: string, schema: URL): unknown {
  const value = parseJson(text)
  const findings = openSchema(schema)(value)
  if (findings.length === 0) return value
  throw new Fault('usage/invalid', findings.join('; '))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('usage/invalid', `expected JSON, got ${why}`, { cause })
  }
}
