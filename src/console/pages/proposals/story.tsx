import type { JSX } from 'hono/jsx/jsx-runtime'
import type { ProposalStory } from '../../ports/proposals.ts'
import { Time } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'

interface StoryProps {
  readonly visit: Visit
  readonly told: Pick<ProposalStory, 'acts'>
}

/** What was done with a proposal, by whom and when. */
export function Story({ visit: { t }, told: { acts } }: StoryProps): JSX.Element {
  const words = t.proposals
  return (
    <section aria-labelledby="story">
      <h2 id="story">{words.story}</h2>
      <ol class="story">
        {acts.map((act) => (
          <li>
            <Time at={act.at} /> <strong>{t.signedInAs(act.actor, act.organisation)}</strong>{' '}
            {words.actNames[act.act]}
            {act.counts && act.act !== 'approved' && ` ${words.stoodBehind}`}
            {act.whom !== null && act.whom !== act.actor && ` (${act.whom})`}
            {act.text !== '' && <blockquote>{act.text}</blockquote>}
          </li>
        ))}
      </ol>
    </section>
  )
}
