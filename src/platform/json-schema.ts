import { readFileSync } from 'node:fs'
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import { nearest } from '../core/nearest.ts'

/** What is wrong with a value, each as one sentence that names the path and what would be right. */
export type SchemaCheck = (value: unknown) => string[]

/** At most this many findings are told at once; the rest wait until these are cured. */
const MAX_FINDINGS = 5

/**
 * Compiles the JSON Schema (draft 2020-12) in the file `url` into a check that also fills in the schema's
 * defaults. Findings come in the order of the schema; an empty array means the value obeys it.
 */
export function openSchema(url: URL): SchemaCheck {
  const schema = JSON.parse(readFileSync(url, 'utf8')) as object
  const ajv = new Ajv2020({
    allErrors: true,
    useDefaults: true,
    verbose: true,
    strict: true,
    strictTypes: false,
    // Our schemas are checked by a test, not at every start: that would be half of the time.
    meta: false,
    validateSchema: false,
  })
  const validate = ajv.compile(schema)
  return (value) => {
    if (validate(value)) return []
    const sentences = (validate.errors ?? []).map(sentence)
    return [...new Set(sentences)].slice(0, MAX_FINDINGS)
  }
}

function sentence(error: ErrorObject): string {
  const where = printPointer(error.instancePath)
  return where === '' ? complaint(error) : `${where}: ${complaint(error)}`
}

/** `/lists/0/outputs/1` as people write it: `lists[0].outputs[1]`. */
function printPointer(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '')
}

function complaint(error: ErrorObject): string {
  const params = error.params as Record<string, unknown>
  const got = JSON.stringify(error.data ?? null).slice(0, 100)
  switch (error.keyword) {
    case 'additionalProperties': {
      const known = Object.keys((error.parentSchema?.['properties'] ?? {}) as object)
      const name = String(params['additionalProperty'])
      return `unknown property ${JSON.stringify(name)}, ${suggest(name, known)}`
    }
    case 'required':
      return `expected a property ${JSON.stringify(params['missingProperty'])}, got none`
    case 'enum': {
      const allowed = params['allowedValues'] as unknown[]
      return `expected one of ${allowed.map((value) => JSON.stringify(value)).join(', ')}, got ${got}`
    }
    case 'type':
      return `expected ${article(String(params['type']))}, got ${got}`
    case 'pattern':
      return `expected text like ${String(params['pattern'])}, got ${got}`
    default:
      return `${(error.message ?? error.keyword).replace(/^must/, 'must')}, got ${got}`
  }
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`
}

/** The known word nearest to `word` if it is near, else all of them. */
function suggest(word: string, known: readonly string[]): string {
  const meant = nearest(word, known)
  if (meant !== null) return `did you mean ${JSON.stringify(meant)}?`
  return `expected one of ${known.map((name) => JSON.stringify(name)).join(', ')}`
}
