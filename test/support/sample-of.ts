import { fc } from '@fast-check/vitest'

type Schema = Readonly<Record<string, unknown>>

/** The smallest value that a schema of the API lets in: what is required of it, and no more. */
export function sampleOf(schema: Schema): unknown {
  const { enum: all, const: only, default: usual, anyOf, oneOf, type } = schema
  if (only !== undefined) return only
  if (usual !== undefined) return usual
  if (Array.isArray(all)) return all[0]
  const [choice] = ((anyOf ?? oneOf) as readonly Schema[] | undefined) ?? []
  if (choice !== undefined) return sampleOf(choice)
  switch ([type].flat()[0]) {
    case 'object':
      return sampleOfObject(schema)
    case 'array': {
      const { items = {}, minItems = 0 } = schema as { items?: Schema; minItems?: number }
      return Array.from({ length: minItems }, () => sampleOf(items))
    }
    case 'integer':
    case 'number':
      return schema['minimum'] ?? 1
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return sampleOfText(schema)
  }
}

function sampleOfObject(schema: Schema): object {
  const { properties = {}, required = [] } = schema as {
    properties?: Readonly<Record<string, Schema>>
    required?: readonly string[]
    minProperties?: number
  }
  const least = (schema['minProperties'] as number | undefined) ?? 0
  const more = Object.keys(properties).filter((name) => !required.includes(name))
  const wanted = [...required, ...more.slice(0, Math.max(0, least - required.length))]
  return Object.fromEntries(wanted.map((name) => [name, sampleOf(properties[name] ?? {})]))
}

function sampleOfText({ pattern, minLength, format }: Schema): string {
  if (format === 'date') return '2030-01-01'
  if (format === 'date-time') return '2030-01-01T00:00:00.000Z'
  const least = (minLength as number | undefined) ?? 1
  if (pattern === undefined || pattern === '\\S') return 'a'.repeat(Math.max(1, least))
  const [text = ''] = fc.sample(fc.stringMatching(new RegExp(pattern as string)), {
    ...{ numRuns: 1, seed: 7 },
  })
  return text
}
