import type { BodySchema, Schema } from './operation.ts'

/** The schema of a body whose members are `properties`, all of them needed but those in `optional`. */
export function bodyOf(
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): BodySchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', additionalProperties: false, required, properties }
}

/** The schema of an answer that has a name. */
export function answerOf(
  title: string,
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): BodySchema {
  return { title, ...bodyOf(properties, optional) }
}

/** A page of items, and where the next begins. */
export function pageOf(title: string, items: Schema): BodySchema {
  return answerOf(title, {
    items: { type: 'array', items },
    next: { type: ['string', 'null'], description: 'The cursor of the next page; null at the end' },
  })
}

export function listOf(items: Schema): Schema {
  return { type: 'array', items }
}

export function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] }
}

export const TEXT: Schema = { type: 'string' }
export const COUNT: Schema = { type: 'integer', minimum: 0 }
export const YES_NO: Schema = { type: 'boolean' }
export const INSTANT: Schema = { type: 'string', format: 'date-time' }
export const DAY: Schema = { type: 'string', format: 'date' }
export const LIST_ID: Schema = { type: 'string', pattern: '^[a-z0-9-]{1,40}$' }
export const SHA256: Schema = { type: 'string', pattern: '^[0-9a-f]{64}$' }

/** What people write: some words, not only space. */
export function words(maxLength: number): Schema {
  return { type: 'string', minLength: 1, maxLength, pattern: '\\S' }
}
