import type { JSX } from 'hono/jsx/jsx-runtime'
import { SHOW_ENTRY } from '../../api/entry-operations.ts'
import type { EntryStory, StayView, StoryEventView } from '../../ports/entries.ts'
import type { Page } from '../page.ts'
import { Table, Time } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'
import { EntryForms, retireEntry } from './retire-entry.tsx'
import { Mark } from './words.tsx'

/** An entry: where it is and was listed, and its whole story. */
export const ENTRY_PAGE: Page = {
  path: '/console/entries',
  show: async (visit) => {
    const { t, url, params } = visit
    const query = {
      // Of a form that came back, the path says which.
      value: url.searchParams.get('value') ?? params['value'] ?? '',
      list: url.searchParams.get('list') ?? '',
    }
    if (query.value === '') return { title: t.reading.search, body: <ToSearch visit={visit} /> }
    const story = await visit.ask(SHOW_ENTRY, { query })
    const body = (
      <>
        <Stays visit={visit} story={story} />
        <EntryForms visit={visit} story={story} />
        <Timeline visit={visit} story={story} />
      </>
    )
    return { title: t.reading.entryTitle(story.value), body }
  },
}

export const RETIRE_ENTRY = retireEntry(ENTRY_PAGE)

interface Part {
  readonly visit: Visit
  readonly story: EntryStory
}

/** Where no value is asked for there is nothing but the way to one. */
function ToSearch({ visit: { t } }: Pick<Part, 'visit'>): JSX.Element {
  return (
    <p>
      <a href="/console/search">{t.reading.searchFor}</a>
    </p>
  )
}

function Stays({ visit: { t }, story: { stays } }: Part): JSX.Element {
  const words = t.reading
  return (
    <Table
      caption={words.stays}
      head={[
        ...[t.value, t.list, t.kind, t.action, t.category, t.reference, words.listedNow],
        ...[words.from, words.until, words.reviewOn, words.expiresOn, t.reason, t.basis],
      ]}
      rows={stays.map((stay) => [
        <span class="value">{stay.value}</span>,
        <a href={`/console/lists/${stay.list}`}>{stay.list}</a>,
        ...[stay.kind, stay.action, stay.category, stay.reference],
        stay.isListed ? t.yes : t.no,
        <SerialLink list={stay.list} mark={stay.since} none={words.notPublished} />,
        <SerialLink list={stay.list} mark={stay.until} none="–" />,
        ...[stay.reviewOn ?? '–', stay.expiresOn ?? '–', stay.reason, stay.legalBasis],
      ])}
      empty={words.staysEmpty}
    />
  )
}

function SerialLink({
  list,
  mark,
  none,
}: {
  readonly list: string
  readonly mark: StayView['since']
  readonly none: string
}): JSX.Element {
  if (mark === null || mark.serial === 1) return <Mark mark={mark} none={none} />
  return (
    <a href={`/console/publications/${list}/${mark.serial - 1}..${mark.serial}`}>
      <Mark mark={mark} none={none} />
    </a>
  )
}

function Timeline({ visit, story: { timeline, isCut } }: Part): JSX.Element {
  const words = visit.t.reading
  return (
    <section aria-labelledby="story">
      <h2 id="story">{words.story}</h2>
      {isCut && <p class="hint">{words.isCut}</p>}
      <ol class="story">
        {timeline.map((event) => (
          <Event visit={visit} event={event} />
        ))}
      </ol>
    </section>
  )
}

function Event({
  visit: { t },
  event,
}: {
  readonly visit: Visit
  readonly event: StoryEventView
}): JSX.Element {
  const { act, actor, organisation, serial, proposal, outcome, cause, text, isUrgent } = event
  const names = { ...t.proposals.actNames, ...t.reading.acts }
  const who = organisation === '' ? actor : t.signedInAs(actor, organisation)
  return (
    <li>
      <Time at={event.at} />{' '}
      {who !== '' && (
        <>
          <strong>{who}</strong>{' '}
        </>
      )}
      {names[act]}
      {serial !== null && ` ${t.reading.withSerial(serial)}`}
      {isUrgent && (
        <>
          {' '}
          <strong class="urgent">{t.proposals.urgent}</strong>
        </>
      )}{' '}
      <span class="hint">
        {event.list}, {event.kind}
        {event.decision !== null && `, ${t.reading.decision} ${event.decision}`}
        {proposal !== null && (
          <>
            , <a href={`/console/proposals/${proposal}`}>{proposal}</a>
          </>
        )}
        {cause !== null && `, ${t.reading.causes[cause]}`}
        {outcome !== null && `: ${t.reading.outcomes[outcome]}`}
      </span>
      {text !== '' && <blockquote>{text}</blockquote>}
    </li>
  )
}
