import type { JSX } from 'hono/jsx/jsx-runtime'
import type { ProposalView } from '../../ports/proposals.ts'
import type { Texts } from '../../texts/texts.ts'

/** What an open proposal waits for; of others their state. */
export function waitsFor(
  { proposals: t }: Texts,
  { state, missing }: Pick<ProposalView, 'state' | 'missing'>,
): string {
  if (missing === null) return t[state]
  if (missing.stops.length > 0) return t.stoppedBy(missing.stops.join(', '))
  if (missing.people === 0) return t.missingNothing
  const people = t.missingPeople(missing.people)
  return missing.organisations === 0
    ? people
    : `${people}, ${t.missingOrganisations(missing.organisations)}`
}

/** What it does, marked where it is urgent. */
export function ActWord({
  t,
  proposal: { act, urgent },
}: {
  readonly t: Texts
  readonly proposal: Pick<ProposalView, 'act' | 'urgent'>
}): JSX.Element {
  const { acts, urgent: word } = t.proposals
  return (
    <>
      {acts[act]}
      {urgent && (
        <>
          {' '}
          <strong class="urgent">{word}</strong>
        </>
      )}
    </>
  )
}

/** A few of its values, and how many more there are. */
export function Samples({
  t,
  proposal: { samples, added, retired, amended },
}: {
  readonly t: Texts
  readonly proposal: ProposalView
}): JSX.Element {
  const more = added + retired + amended - samples.length
  return (
    <>
      <span class="value">{samples.join(', ')}</span>
      {more > 0 && ` ${t.proposals.more(more)}`}
    </>
  )
}
