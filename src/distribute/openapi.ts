import { OPERATIONS, type Operation } from './api-operations.ts'
import { SCHEMAS, schemaRef } from './api-schemas.ts'

const TAG = 'published'

/** The API as OpenAPI 3.1, made of the very schemas that requests are checked with. */
export function openApiDocument(version: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Bailiwick',
      version,
      description:
        'What an authority has published. A restricted list answers 404 to whoever is not entitled to it.',
    },
    paths: Object.fromEntries(
      Object.entries(OPERATIONS).map(([id, operation]) => [
        operation.path,
        { get: describeOperation(id, operation) },
      ]),
    ),
    components: {
      schemas: SCHEMAS,
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
    tags: [{ name: TAG }],
  }
}

function describeOperation(operationId: string, operation: Operation): object {
  const { path, summary, query, answer } = operation
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    ...{ name, in: 'path', required: true },
    schema: name === 'serial' ? { type: 'integer', minimum: 1 } : { type: 'string' },
  }))
  const inQuery = Object.entries(query.properties).map(([name, schema]) => ({
    ...{ name, in: 'query', required: query.required?.includes(name) ?? false, schema },
  }))
  return {
    ...{ operationId, tags: [TAG], summary },
    description: 'Needs nothing; of a restricted list the token of a subscriber that it is for.',
    ...{ security: [{}, { token: [] }], parameters: [...inPath, ...inQuery] },
    responses: {
      200: {
        description: summary,
        content: { 'application/json': { schema: schemaRef(answer) } },
      },
      304: { description: 'What If-None-Match named is still right' },
      default: {
        description: 'What went wrong (RFC 9457)',
        content: { 'application/problem+json': { schema: schemaRef('Problem') } },
      },
    },
  }
}
