import type { JSX } from 'hono/jsx/jsx-runtime'
import { TSIG_ALGORITHMS, type SubscriberTermsView } from '../../ports/subscribers.ts'
import { Choice, Field } from '../parts/form.tsx'
import type { Visit } from '../visit.ts'

interface TermsProps {
  readonly visit: Visit
  readonly action: string
  /** As they are; left out: of a new subscriber. */
  readonly terms?: SubscriberTermsView
}

/** The fields of what a subscriber is given. */
export function TermsFields({ visit, action, terms }: TermsProps): JSX.Element {
  const words = visit.t.subscribers
  const field = { visit, action }
  const shown = (values: readonly string[] | undefined): string => (values ?? []).join('\n')
  const ways = (['tsig', 'networks'] as const).map((value) => ({ value, text: words.ways[value] }))
  return (
    <>
      <Field
        {...{ ...field, name: 'lists', rows: 3, isRequired: true, value: shown(terms?.lists) }}
        label={words.lists}
        hint={words.listsHint}
      />
      <Choice
        {...{ ...field, name: 'transfer', options: ways, value: terms?.transfer ?? 'tsig' }}
        label={words.knownBy}
        hint={words.knownByHint}
      />
      <Field
        {...{ ...field, name: 'networks', rows: 2, value: shown(terms?.networks) }}
        label={words.networks}
        hint={words.networksHint}
      />
      <Field
        {...{ ...field, name: 'notify', rows: 2, value: shown(terms?.notify) }}
        label={words.notify}
        hint={words.notifyHint}
      />
      <Choice
        {...{ ...field, name: 'algorithm' }}
        options={TSIG_ALGORITHMS.map((value) => ({ value, text: value }))}
        label={words.algorithm}
        hint={words.algorithmHint}
      />
    </>
  )
}
