import { ENTRY_ACTIONS, ENTRY_KINDS } from '../../core/entry.ts'
import { SEARCH_STAGES, type SearchStage } from '../../core/search/find-names.ts'
import { Fault } from '../../core/fault.ts'
import { SEARCH_STATES, type SearchHit, type SearchPlace } from '../ports/search.ts'
import { answerOf, LIST_ID, listOf, TEXT } from './body-of.ts'
import { pageQuery, printCursor, readCursor, type PageQuery } from './cursor.ts'
import { operation, type AnyOperation } from './operation.ts'

interface SearchQuery extends PageQuery {
  readonly q?: string
  readonly list?: string
}

interface Found {
  readonly understood: string | null
  readonly items: readonly SearchHit[]
  readonly next: string | null
}

export const SEARCH = operation<{ query: SearchQuery }, Found>({
  ...{ id: 'search', method: 'get', path: '/v1/search', tag: 'entries', act: 'read-entries' },
  summary:
    'Entries with this in their value: those that begin so, those with a label that does, others. A page may be short and have another behind it',
  query: pageQuery({
    q: {
      type: 'string',
      maxLength: 2000,
      description: 'Any part of a name, URL or address, as it may be written',
    },
    list: LIST_ID,
  }),
  answer: answerOf('SearchResults', {
    understood: {
      type: ['string', 'null'],
      description: 'What was looked for; null where no value can have it',
    },
    items: listOf(
      answerOf('SearchHit', {
        list: LIST_ID,
        value: TEXT,
        kind: { enum: ENTRY_KINDS },
        action: { enum: ENTRY_ACTIONS },
        category: TEXT,
        reference: TEXT,
        state: {
          enum: SEARCH_STATES,
          description:
            'Whether the newest serial has it as it is: `unpublished` comes with the next, `retired` goes with it, `amended` changes',
        },
      }),
    ),
    next: { type: ['string', 'null'], description: 'The cursor of the next page; null at the end' },
  }),
  faults: ['list/not-found', 'user/refused'],
  places: { 'list/not-found': '/list', 'user/refused': '/list' },
  run: async (desk, { person, query: { q = '', list, cursor, limit } }) => {
    const from = placeOf(
      readCursor<[string, string, string]>(cursor, ['string', 'string', 'string']),
    )
    const request = { text: q, from, limit, ...(list !== undefined && { list }) }
    const { understood, hits, next } = await desk.search.find(person, request)
    return {
      ...{ understood, items: hits },
      next: next === null ? null : printCursor([next.stage, next.list, next.line]),
    }
  },
})

/** From the network, not yet verified: the stage is looked at here, a line that there isn't is a place between two lines. */
function placeOf(place: readonly [string, string, string] | null): SearchPlace | null {
  if (place === null) return null
  const [stage, list, line] = place
  if (isStage(stage)) return { stage, list, line }
  throw new Fault('request/invalid', 'expected the cursor that a page gave, got another text')
}

function isStage(text: string): text is SearchStage {
  return (SEARCH_STAGES as readonly string[]).includes(text)
}

export const SEARCH_OPERATIONS: readonly AnyOperation[] = [SEARCH]
