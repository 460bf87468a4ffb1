import type { EntryDesk, EntryStory, MarkView, StayView } from '../../console/ports/entries.ts'
import { splitEntryLine } from '../../core/entry.ts'
import { Fault } from '../../core/fault.ts'
import { printProposalId } from '../../core/proposal.ts'
import type { SerialMark } from '../../curation/tell-story.ts'
import {
  tellTimeline,
  type StoryEvent,
  type StoryOpen,
  type StoryReview,
} from '../../curation/tell-timeline.ts'
import type { Store } from '../../store/open-store.ts'
import { tellEntry, type WholeStay } from '../tell-entry.ts'
import { readableList, readableLists } from './readable-lists.ts'

/** The story of entries, over a store. */
export function entryDesk({ store }: { readonly store: Store }): EntryDesk {
  return {
    story: (person, { value, list }) =>
      store.read(() => {
        const lists =
          list === undefined
            ? readableLists(store, person, 'read-reasons')
            : [readableList(store, person, { id: list, act: 'read-reasons' })]
        if (lists.length === 0) throw notListed(value)
        return tell(store, value, new Set(lists.map(({ id }) => id)))
      }),
  }
}

/** Stays and events that are told at most: of an entry that comes and goes every day a year's. */
const MAX_STAYS = 100
const MAX_EVENTS = 500

function tell(store: Store, text: string, lists: ReadonlySet<string>): EntryStory {
  const isWanted = (id: string): boolean => lists.has(id)
  const { keys, stays, count } = tellEntry(store, text, { isWanted, most: MAX_STAYS })
  const value = keys[0]?.value ?? text
  const open = openAbout(store, value, lists)
  if (stays.length === 0 && open.length === 0) throw notListed(value)
  const events = tellTimeline(
    stays.map((stay) => ({ ...stay, reviews: reviewsOf(store, stay) })),
    open,
  )
  return {
    value,
    stays: stays.map((stay) => viewStay(store, stay)).reverse(),
    timeline: events.slice(-MAX_EVENTS).map(viewEvent),
    isCut: count > stays.length || events.length > MAX_EVENTS,
  }
}

function notListed(value: string): Fault {
  return new Fault(
    'entry/not-found',
    `expected a value that is or was listed on a list that is there for you, or covered there, got ${JSON.stringify(value)}`,
  )
}

function openAbout(store: Store, value: string, lists: ReadonlySet<string>): StoryOpen[] {
  return store.search.proposalLines(value).flatMap(({ proposal: id, line }) => {
    const proposal = store.proposals.find(id)
    if (proposal === null || !lists.has(proposal.list)) return []
    const acts = store.proposals.acts(id)
    const entry = splitEntryLine(line)
    return [{ list: proposal.list, entry, proposal: printProposalId(id), acts }]
  })
}

function reviewsOf({ reviews }: Store, { rowId, addedBy, retiredBy }: WholeStay): StoryReview[] {
  const decisions = retiredBy === null ? [addedBy] : [addedBy, retiredBy]
  return reviews
    .ofEntry(rowId, decisions)
    .map(({ id, cause }) => ({ id, cause, acts: reviews.acts(id) }))
}

function viewStay(store: Store, stay: WholeStay): StayView {
  const { list, entry, since, until, addedBy, retiredBy, added, rowId, listRowId } = stay
  const term = retiredBy === null ? store.terms.ofEntry(listRowId, rowId) : null
  return {
    ...{ ...entry, list, isListed: retiredBy === null, addedBy, retiredBy },
    ...{ since: viewMark(since), until: viewMark(until), reason: added?.reason ?? '' },
    ...{ legalBasis: added?.legalBasis ?? '', evidence: added?.evidence ?? '' },
    ...{ reviewOn: term?.reviewOn ?? null, expiresOn: term?.expiresOn ?? null },
  }
}

function viewMark(mark: SerialMark | null): MarkView | null {
  return mark === null ? null : { serial: mark.serial, at: mark.at.toISOString() }
}

function viewEvent({ entry, at, ...same }: StoryEvent): EntryStory['timeline'][number] {
  return { ...same, at: at.toISOString(), value: entry.value, kind: entry.kind }
}
