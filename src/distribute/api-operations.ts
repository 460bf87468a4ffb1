import type { QuerySchema } from '../platform/query-schema.ts'
import {
  DIFF_QUERY,
  ENTRIES_QUERY,
  NO_QUERY,
  PUBLICATIONS_QUERY,
  SUBSCRIBERS_QUERY,
  type SCHEMAS,
} from './api-schemas.ts'

/** One question that the API answers. */
export interface Operation {
  /** With parameters in braces, as OpenAPI writes it. */
  readonly path: string
  readonly summary: string
  readonly query: QuerySchema
  readonly answer: keyof typeof SCHEMAS
}

/** All of them; the routes and the OpenAPI document are both made of this table. */
export const OPERATIONS = {
  lists: {
    path: '/v1/lists',
    summary: 'The lists that the caller may read',
    query: NO_QUERY,
    answer: 'Lists',
  },
  list: {
    path: '/v1/lists/{list}',
    summary: 'One list',
    query: NO_QUERY,
    answer: 'List',
  },
  entries: {
    path: '/v1/lists/{list}/entries',
    summary: 'The entries of a list at any serial or time, or those with a value or a prefix',
    query: ENTRIES_QUERY,
    answer: 'Entries',
  },
  publications: {
    path: '/v1/lists/{list}/publications',
    summary: 'The serials of a list, newest first',
    query: PUBLICATIONS_QUERY,
    answer: 'Publications',
  },
  publication: {
    path: '/v1/lists/{list}/publications/{serial}',
    summary: 'One serial of a list',
    query: NO_QUERY,
    answer: 'Publication',
  },
  diff: {
    path: '/v1/lists/{list}/diff',
    summary: 'What lies between two serials of a list',
    query: DIFF_QUERY,
    answer: 'Diff',
  },
  subscribers: {
    path: '/v1/subscribers',
    summary:
      'The caller as a subscriber, or all for the operator: what is served to whom, and who lags',
    query: SUBSCRIBERS_QUERY,
    answer: 'Subscribers',
  },
} as const satisfies Record<string, Operation>

export type OperationId = keyof typeof OPERATIONS
