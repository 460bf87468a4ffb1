import type { JSX } from 'hono/jsx/jsx-runtime'
import { SHOW_APPEAL } from '../../api/appeal-operations.ts'
import { isSettled } from '../../../curation/appeals/replay-appeal.ts'
import type { AppealView } from '../../ports/appeals.ts'
import type { Page } from '../page.ts'
import { Facts, Table, Time } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'
import { Accept, Answer, answerActions, Refuse } from './appeal-answers.tsx'

interface Part {
  readonly visit: Visit
  readonly appeal: AppealView
}

/** An appeal: what it says, what it may be about, and what was done. */
export const APPEAL_PAGE: Page = {
  path: '/console/appeals/:appeal',
  show: async (visit) => {
    const params = { appeal: visit.params['appeal'] ?? '' }
    const appeal = await visit.ask(SHOW_APPEAL, { params })
    const isDone = isSettled(appeal.state)
    const body = (
      <>
        <About visit={visit} appeal={appeal} />
        <Entries visit={visit} appeal={appeal} />
        <Story visit={visit} appeal={appeal} />
        {!isDone && (
          <>
            <p class="hint">{visit.t.appeals.allLists}</p>
            <Answer visit={visit} appeal={appeal} />
            <Accept visit={visit} appeal={appeal} />
            <Refuse visit={visit} appeal={appeal} />
          </>
        )}
      </>
    )
    return { title: `${appeal.appeal}: ${appeal.about}`, body }
  },
}

export const APPEAL_ACTIONS = answerActions(APPEAL_PAGE)

function About({ visit: { t }, appeal }: Part): JSX.Element {
  const words = t.appeals
  const { state, isOverdue, about, grounds, contact, openedAt, dueOn } = appeal
  return (
    <Facts
      facts={[
        [t.state, `${words.states[state]}${isOverdue ? `, ${words.overdue}` : ''}`],
        [words.about, <span class="value">{about}</span>],
        [words.grounds, grounds],
        [words.contactOf, contact === '' ? '–' : contact],
        [words.opened, <Time at={openedAt} />],
        [words.due, dueOn],
      ]}
    />
  )
}

function Entries({ visit: { t }, appeal: { entries } }: Part): JSX.Element {
  const words = t.appeals
  const rows = entries.map(({ list, value, kind, reference, isListed }) => [
    <a href={`/console/entries?value=${encodeURIComponent(value)}`}>{value}</a>,
    ...[list, kind, reference, isListed ? words.listed : words.notListed],
  ])
  const head = [t.value, t.list, t.kind, t.reference, t.state]
  return <Table caption={words.maybe} head={head} rows={rows} empty={words.noneFits} />
}

function Story({ visit: { t }, appeal: { acts } }: Part): JSX.Element {
  const words = t.appeals
  return (
    <section aria-labelledby="story">
      <h2 id="story">{words.story}</h2>
      <ol class="story">
        {acts.map(({ act, at, actor, organisation, text, list, decision }) => (
          <li>
            <Time at={at} />{' '}
            {actor !== ''
              ? t.signedInAs(actor, organisation)
              : act === 'opened' || act === 'message'
                ? words.appellant
                : ''}{' '}
            {words.actNames[act]}
            {list !== null && ` (${list})`}
            {decision !== null && ` (${t.proposals.decision} ${decision})`}
            {text !== '' && `: ${text}`}
          </li>
        ))}
      </ol>
    </section>
  )
}
