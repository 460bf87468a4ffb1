import type { JSX } from 'hono/jsx/jsx-runtime'
import { LIST_DECIDED_LINES, SHOW_DECISION } from '../../api/decision-operations.ts'
import type { DecisionStory } from '../../ports/decisions.ts'
import type { Page } from '../page.ts'
import { Changes, Published } from '../parts/changes.tsx'
import { Facts, Pager, Time } from '../parts/shown.tsx'
import { Story } from '../proposals/story.tsx'
import { sayTime } from '../urgent/say-time.ts'
import { may, type Visit } from '../visit.ts'

/** A decision: what it says, how it came about, and what came and went. */
export const DECISION_PAGE: Page = {
  path: '/console/decisions/:decision',
  show: async (visit) => {
    const { t, url } = visit
    const params = { decision: visit.params['decision'] ?? '' }
    const told = await visit.ask(SHOW_DECISION, { params })
    const cursor = url.searchParams.get('cursor') ?? ''
    const { items, next } = await visit.ask(LIST_DECIDED_LINES, {
      ...{ params, query: { cursor, limit: 50 } },
    })
    const body = (
      <>
        <About visit={visit} told={told} />
        {told.published === null && may(visit, 'publish', told.list) && (
          <p>
            <a href={`/console/publish/${told.list}`}>{t.publishing.title(told.list)}</a>
          </p>
        )}
        <section aria-labelledby="lines">
          <h2 id="lines">{t.decisions.lines}</h2>
          <Changes visit={visit} caption={t.decisions.lines} items={items} />
          <Pager visit={visit} next={next} />
        </section>
        {told.proposal !== null && <Story visit={visit} told={told.proposal} />}
      </>
    )
    const act = t.proposals.acts[told.act]
    return { title: t.decisions.heading(told.decision, act, told.list), body }
  },
}

interface Part {
  readonly visit: Visit
  readonly told: DecisionStory
}

function About({ visit, told }: Part): JSX.Element {
  const { t, at } = visit
  const words = t.decisions
  const { proposal, added, retired, amended, urgent } = told
  const since = Math.max(0, Math.floor((at.getTime() - Date.parse(told.decidedAt)) / 1000))
  return (
    <Facts
      facts={[
        [words.published, <Published visit={visit} mark={told.published} />],
        ...optional(urgent ? t.proposals.urgent : '', sayTime(t, since)),
        [t.when, <Time at={told.decidedAt} />],
        [words.decidedBy, told.decidedBy],
        [words.proposer, told.proposer],
        [
          words.proposal,
          proposal === null ? (
            words.atOnce
          ) : (
            <a href={`/console/proposals/${proposal.proposal}`}>{proposal.proposal}</a>
          ),
        ],
        [t.reason, told.reason],
        ...optional(t.basis, told.legalBasis),
        ...optional(t.evidence, told.evidence),
        ...optional(t.category, told.category),
        ...optional(t.reference, told.reference),
        ...optional(t.proposals.source, told.source ?? ''),
        ...optional(words.override, told.override ?? ''),
        ...optional(t.reviews.nextReview, told.reviewOn ?? ''),
        ...optional(t.reviews.end, told.expiresOn ?? ''),
        [words.counts, words.counted(added, retired, amended)],
      ]}
    />
  )
}

function optional(name: string, what: string): (readonly [string, string])[] {
  return name === '' || what === '' ? [] : [[name, what]]
}
