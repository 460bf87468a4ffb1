import type { ApiDocument } from '../../api/describe-api.ts'

export interface DocumentParameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema?: object
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>
}

/** An operation as an OpenAPI document has it. */
interface DocumentRow {
  readonly operationId: string
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly security?: readonly object[]
  readonly parameters?: readonly (DocumentParameter | { readonly $ref: string })[]
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content & { readonly description?: string }>>
}

export interface DocumentOperation {
  /** Its name, and its anchor. */
  readonly id: string
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly description: string
  /** Whether nobody need be known. */
  readonly isOpen: boolean
  readonly parameters: readonly DocumentParameter[]
  readonly body: object | null
  readonly answers: readonly {
    readonly status: string
    readonly description: string
    readonly schema: object | null
  }[]
}

export interface DocumentGroup {
  readonly tag: string
  readonly operations: readonly DocumentOperation[]
}

export interface ReadDocument {
  readonly groups: readonly DocumentGroup[]
  readonly schemas: readonly { readonly name: string; readonly schema: object }[]
}

/** Operations without a tag are those of what is published. */
const UNTAGGED = 'published'

/** What of an OpenAPI document people are shown: operations by tag, in the order of their paths, and the named schemas. */
export function readDocument(document: ApiDocument): ReadDocument {
  const groups = new Map<string, DocumentOperation[]>()
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, row] of Object.entries(methods as Readonly<Record<string, DocumentRow>>)) {
      const [tag = UNTAGGED] = row.tags ?? []
      const operations = groups.get(tag) ?? []
      groups.set(tag, [...operations, readOperation(document, { method, path, row })])
    }
  }
  return {
    groups: [...groups].sort(byName).map(([tag, operations]) => ({ tag, operations })),
    schemas: Object.entries(document.components['schemas'] ?? {})
      .sort(byName)
      .map(([name, schema]) => ({ name, schema: schema as object })),
  }
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

interface Found {
  readonly method: string
  readonly path: string
  readonly row: DocumentRow
}

function readOperation(document: ApiDocument, { method, path, row }: Found): DocumentOperation {
  const { operationId: id, summary = '', description = '', security } = row
  return {
    ...{ id, method: method.toUpperCase(), path, summary, description },
    // OpenAPI 3.1 §4.8.30: an empty requirement makes it optional.
    isOpen: security === undefined || security.some((one) => Object.keys(one).length === 0),
    parameters: (row.parameters ?? []).map((one) =>
      '$ref' in one ? (lookUp(document, one.$ref) as unknown as DocumentParameter) : one,
    ),
    body: schemaOf(row.requestBody),
    answers: Object.entries(row.responses).map(([status, answer]) => {
      const told = '$ref' in answer ? (lookUp(document, String(answer.$ref)) as Content) : answer
      const { description: text = '' } = told as { readonly description?: string }
      return { status, description: text, schema: schemaOf(told) }
    }),
  }
}

function schemaOf(content: Content | undefined): object | null {
  const [first] = Object.values(content?.content ?? {})
  return first?.schema ?? null
}

/** What a reference within the document (`#/components/…`) leads to. */
function lookUp(document: ApiDocument, ref: string): object {
  const [, , family = '', name = ''] = ref.split('/')
  const found = (document.components[family] as Readonly<Record<string, object>> | undefined)?.[
    name
  ]
  if (found === undefined) throw new Error(`a reference leads nowhere: ${ref}`)
  return found
}
