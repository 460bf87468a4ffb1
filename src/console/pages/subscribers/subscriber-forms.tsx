import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { tagOfView } from '../../api/tag-of-view.ts'
import type { SubscriberView } from '../../ports/subscribers.ts'
import { Field, Form } from '../parts/form.tsx'
import type { Visit } from '../visit.ts'
import { TermsFields } from './terms-fields.tsx'
import { SUBSCRIBERS_PATH } from './words.tsx'

interface Part {
  readonly visit: Visit
  readonly subscriber: SubscriberView
}

/** What may be done with a subscriber that is not revoked. */
export function SubscriberForms(part: Part): JSX.Element {
  const { t } = part.visit
  const words = t.subscribers
  return (
    <>
      <Panel id="terms" title={words.terms}>
        <Act {...part} to="terms" label={words.save}>
          <TermsFields {...termsProps(part)} />
        </Act>
      </Panel>
      <Panel id="rotation" title={words.rotate}>
        <Act {...part} to="rotation" label={words.rotate}>
          <Field
            {...{ visit: part.visit, action: pathOf(part, 'rotation') }}
            {...{ name: 'overlapHours', type: 'number' }}
            label={words.overlap}
            hint={words.overlapHint}
          />
        </Act>
      </Panel>
      <Panel id="revocation" title={words.revoke}>
        <Act {...part} to="old-revocation" label={words.revokeOld} isBad>
          <p class="hint">{words.revokeOldHint}</p>
        </Act>
        <Act {...part} to="revocation" label={words.revoke} isBad>
          <p class="hint">{words.revokeHint}</p>
        </Act>
      </Panel>
    </>
  )
}

function termsProps({ visit, subscriber }: Part) {
  return { visit, action: pathOf({ subscriber }, 'terms'), terms: subscriber }
}

function pathOf({ subscriber }: Pick<Part, 'subscriber'>, to: string): string {
  return `${SUBSCRIBERS_PATH}/${subscriber.name}/${to}`
}

interface ActProps extends Part {
  readonly to: string
  readonly label: string
  readonly isBad?: boolean
  readonly children?: Child
}

function Act({ visit, subscriber, to, label, isBad, children }: ActProps): JSX.Element {
  return (
    <Form {...{ visit, label, action: pathOf({ subscriber }, to), tag: tagOfView(subscriber) }}>
      {children}
      <button type="submit" class={isBad === true ? 'bad' : undefined}>
        {label}
      </button>
    </Form>
  )
}

interface PanelProps {
  readonly id: string
  readonly title: string
  readonly children?: Child
}

function Panel({ id, title, children }: PanelProps): JSX.Element {
  return (
    <section aria-labelledby={id} class="panel">
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  )
}
