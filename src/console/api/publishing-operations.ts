import type { PublishingView } from '../ports/publishing.ts'
import { answerOf, bodyOf, COUNT, LIST_ID, listOf, pageOf, TEXT, words, YES_NO } from './body-of.ts'
import { pageQuery, printCursor, readCursor, type PageQuery } from './cursor.ts'
import { CHANGED_ENTRY, type ChangedPage } from './decision-operations.ts'
import { operation, type AnyOperation } from './operation.ts'

const TAG = 'publishing'

/** Characters of what people write. */
const MAX_WORDS = 4000

const PUBLISHING = answerOf('Publishing', {
  ...{ list: LIST_ID, outcome: { enum: ['published', 'unchanged'] } },
  serial: { type: ['integer', 'null'], description: 'The newest one afterwards' },
  ...{ entries: COUNT, added: COUNT, removed: COUNT, isRedefined: YES_NO },
  isTreeRekeyed: {
    ...YES_NO,
    description: 'Whether its proof tree has another key than before, which the host lacks',
  },
  findings: { ...listOf(TEXT), description: 'What the circuit breaker says' },
})

interface OfList {
  readonly params: { readonly list: string }
}

export const PLAN_PUBLISHING = operation<OfList, PublishingView>({
  ...{ id: 'planPublishing', method: 'get', path: '/v1/publishing/{list}', tag: TAG },
  ...{ act: 'read-entries', summary: 'What would be published of a list now; publishes nothing' },
  params: { list: LIST_ID },
  answer: PUBLISHING,
  faults: ['list/not-found', 'user/refused'],
  run: (desk, { person, params }) => desk.publishing.plan(person, params.list),
})

export const LIST_PLANNED_LINES = operation<OfList & { query: PageQuery }, ChangedPage>({
  ...{ id: 'listPlannedLines', method: 'get', path: '/v1/publishing/{list}/lines', tag: TAG },
  ...{ act: 'read-entries', summary: 'The lines that would come and go' },
  params: { list: LIST_ID },
  query: pageQuery(),
  answer: pageOf('PlannedLines', CHANGED_ENTRY),
  faults: ['list/not-found', 'user/refused'],
  run: (desk, { person, params, query: { cursor, limit } }) => {
    const place = readCursor<[string, string]>(cursor, ['string', 'string'])
    const behind = place === null ? null : { value: place[0], kind: place[1] }
    const { items, next } = desk.publishing.lines(person, params.list, { behind, limit })
    return { items, next: next === null ? null : printCursor([next.value, next.kind]) }
  },
})

export const PUBLISH = operation<OfList & { body: { readonly override?: string } }, PublishingView>(
  {
    ...{ id: 'publish', method: 'post', path: '/v1/publishing/{list}', tag: TAG, act: 'publish' },
    summary: 'Signs and publishes the next serial of a list, if it has changes',
    params: { list: LIST_ID },
    body: bodyOf(
      {
        override: {
          ...words(MAX_WORDS),
          description:
            'Why it is published although the circuit breaker stops it; needs `override`',
        },
      },
      ['override'],
    ),
    answer: PUBLISHING,
    faults: [
      ...(['list/not-found', 'user/refused', 'publish/guard', 'publish/conflict'] as const),
      ...(['publish/waits', 'draft/waits', 'clock/back'] as const),
    ],
    places: { 'publish/guard': '/override' },
    run: (desk, { person, params: { list }, body: { override = null } }) =>
      desk.publishing.publish(person, { list, override }),
  },
)

export const PUBLISHING_OPERATIONS: readonly AnyOperation[] = [
  ...[PLAN_PUBLISHING, LIST_PLANNED_LINES, PUBLISH],
]
