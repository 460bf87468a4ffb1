import type { FaultCode } from '../../core/fault.ts'
import type { Person } from '../../core/person.ts'
import type { Act } from '../../curation/may-act.ts'
import type { QuerySchema } from '../../platform/query-schema.ts'
import type { Desk } from '../desk.ts'

/** A JSON Schema (draft 2020-12); one with a `title` stands in the API's description under that name. */
export type Schema = Readonly<Record<string, unknown>>

/** An object all of whose members are named. */
export interface BodySchema extends Schema {
  readonly type: 'object'
  readonly additionalProperties: false
  readonly properties: Readonly<Record<string, Schema>>
}

/** What an operation is asked with. */
export interface Input {
  readonly params?: object
  readonly query?: object
  readonly body?: object
}

/** Who asks an operation, and what. */
export interface Asked<I extends Input> {
  /** Without any role where nobody has signed in. */
  readonly person: Person
  readonly address: string
  readonly at: Date
  readonly params: I['params'] extends object ? I['params'] : Readonly<Record<string, never>>
  readonly query: I['query'] extends object ? I['query'] : Readonly<Record<string, never>>
  readonly body: I['body'] extends object ? I['body'] : null
  /** The tag in `If-Match`; null for none, which operations with `needsTag` are never asked with. */
  readonly tag: string | null
}

/** One thing that can be asked of the API. The routes, the pages and the description are all made of these. */
export interface Operation<I extends Input = Input, A extends object | null = object | null> {
  /** Its name in the description, and in what is kept of `Idempotency-Key`. */
  readonly id: string
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** With parameters in braces, as OpenAPI writes it. */
  readonly path: string
  readonly tag: string
  readonly summary: string
  /** A `post` that only asks, for what it asks with must stand in no address and in no log. */
  readonly isQuestion?: boolean
  /** Whether nobody need be known. */
  readonly isOpen?: boolean
  /** The act that is asked for, of whichever list it concerns; told to readers, and asked by whoever does it. */
  readonly act?: Act
  readonly params?: Readonly<Record<string, Schema>>
  readonly query?: QuerySchema
  readonly body?: BodySchema
  readonly maxBodyBytes?: number
  /** Null: nothing is answered (204). */
  readonly answer: Schema | null
  /** What else it may be refused with than everything can. */
  readonly faults?: readonly FaultCode[]
  /** The member of the body, as a JSON pointer, that a fault of the rules is about. */
  readonly places?: Partial<Readonly<Record<FaultCode, string>>>
  /** Two people may change the same: a request must name in `If-Match` what it has seen (RFC 9110 §13.1.1). */
  readonly needsTag?: boolean
  /** The entity tag of an answer, without quotes. */
  readonly tagOf?: (answer: A) => string
  /** The answer holds something that is shown once, and so isn't kept to be shown again. */
  readonly isSecret?: boolean
  /** Holds up whom nobody knows, before anything is read or written for him. */
  readonly admit?: (desk: Desk, asked: { readonly address: string }) => void
  readonly run: (desk: Desk, asked: Asked<I>) => A | Promise<A>
}

/** An operation, for the table of its noun; gives it back, checked. */
export function operation<I extends Input, A extends object | null>(
  row: Operation<I, A>,
): Operation<I, A> {
  return row
}

/** As a table holds it, which knows nothing of what its rows are asked with. */
export type AnyOperation = Omit<Operation, 'run' | 'tagOf'> & {
  readonly run: (desk: Desk, asked: never) => unknown
  readonly tagOf?: (answer: never) => string
}
