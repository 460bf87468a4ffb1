import type { FaultCode } from '../../core/fault.ts'
import { problemOf } from '../../platform/problem.ts'
import { Fault } from '../../core/fault.ts'
import { ACT_ROLES } from '../../curation/may-act.ts'
import type { AnyOperation, Schema } from './operation.ts'
import { paramsSchema } from './perform.ts'

/** What there is of an OpenAPI document already: what everybody may ask. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, object>>
  readonly components: Readonly<Record<string, object>>
  readonly tags?: readonly { readonly name: string }[]
}

/** Its description as OpenAPI 3.1, made of the very schemas that requests are checked with, added to that of what everybody may ask. */
export function describeApi<D extends ApiDocument>(
  document: D,
  operations: readonly AnyOperation[],
): D {
  const schemas = new Map<string, Schema>()
  const paths: Record<string, Record<string, object>> = {}
  for (const row of operations) {
    paths[row.path] = { ...paths[row.path], [row.method]: describeOperation(row, schemas) }
  }
  const { components, tags = [] } = document
  const named = Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1)))
  return {
    ...document,
    paths: { ...document.paths, ...paths },
    components: {
      ...components,
      schemas: { ...components['schemas'], ...named, Problem: PROBLEM },
      securitySchemes: { ...components['securitySchemes'], ...SECURITY },
    },
    tags: [...tags, ...[...new Set(operations.map(({ tag }) => tag))].sort().map(tagOf)],
  }
}

function tagOf(name: string): { readonly name: string } {
  return { name }
}

const SECURITY = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'A key of `bailiwick api-key add`' },
  session: { type: 'apiKey', in: 'cookie', name: '__Host-bailiwick.session_token' },
}

/** RFC 9457, with the code once more, and where in the body it is wrong. */
const PROBLEM: Schema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'detail'],
        properties: {
          path: { type: 'string', description: 'A JSON pointer (RFC 6901)' },
          detail: { type: 'string' },
        },
      },
    },
  },
}

function describeOperation(row: AnyOperation, schemas: Map<string, Schema>): object {
  const { id, tag, summary, isOpen, body } = row
  const parameters = [...paramsOf(row), ...queryOf(row), ...headersOf(row)]
  return {
    ...{ operationId: id, tags: [tag], summary, description: textOf(row) },
    security: isOpen === true ? [{}] : [{ apiKey: [] }, { session: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: hoist(body, schemas) } },
      },
    }),
    responses: { ...success(row, schemas), ...failures(row) },
  }
}

function textOf({ act, faults = [] }: AnyOperation): string {
  const roles: readonly string[] = act === undefined ? [] : ACT_ROLES[act]
  const who =
    act === undefined ? '' : `Needs a role of the list that may \`${act}\`: ${roles.join(', ')}. `
  const what =
    faults.length === 0 ? '' : `Refused with ${faults.map((code) => `\`${code}\``).join(', ')}.`
  return `${who}${what}`.trim() || 'Needs nothing but what its path says.'
}

function paramsOf(row: AnyOperation): object[] {
  return Object.entries(paramsSchema(row).properties).map(([name, schema]) => ({
    ...{ name, in: 'path', required: true, schema },
  }))
}

function queryOf({ query }: AnyOperation): object[] {
  return Object.entries(query?.properties ?? {}).map(([name, schema]) => ({
    ...{ name, in: 'query', required: query?.required?.includes(name) ?? false, schema },
  }))
}

function headersOf({ method, needsTag, isQuestion }: AnyOperation): object[] {
  const schema = { type: 'string' }
  return [
    ...(method === 'get' || isQuestion === true
      ? []
      : [{ name: 'Idempotency-Key', in: 'header', schema, description: 'The same is done once' }]),
    ...(needsTag === true
      ? [{ name: 'If-Match', in: 'header', required: true, schema, description: 'What was seen' }]
      : []),
  ]
}

function success({ answer, summary, tagOf }: AnyOperation, schemas: Map<string, Schema>): object {
  if (answer === null) return { 204: { description: 'Done' } }
  const content = { 'application/json': { schema: hoist(answer, schemas) } }
  const headers = { ETag: { schema: { type: 'string' } } }
  return { 200: { description: summary, ...(tagOf && { headers }), content } }
}

function failures({ faults = [] }: AnyOperation): object {
  const codes = new Map<number, FaultCode[]>()
  for (const code of faults) {
    const { status } = problemOf(new Fault(code, ''))
    codes.set(status, [...(codes.get(status) ?? []), code])
  }
  const content = {
    'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
  }
  const told = [...codes].map(([status, all]): [string, object] => [
    String(status),
    { description: all.join(', '), content },
  ])
  return {
    ...Object.fromEntries(told),
    default: { description: 'What went wrong (RFC 9457)', content },
  }
}

/** Schemas with a title stand once, and are referred to. */
function hoist(schema: Schema, schemas: Map<string, Schema>): Schema {
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, hoistValue(value, schemas)]),
  )
  const { title } = schema
  if (typeof title !== 'string') return inner
  schemas.set(title, inner)
  return { $ref: `#/components/schemas/${title}` }
}

function hoistValue(value: unknown, schemas: Map<string, Schema>): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => hoistValue(one, schemas))
  return value !== null && typeof value === 'object' ? hoist(value as Schema, schemas) : value
}
