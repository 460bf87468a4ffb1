import type { JSX } from 'hono/jsx/jsx-runtime'
import type { IdentityView } from '../../ports/people.ts'
import { Field, Form } from '../parts/form.tsx'
import { Table, Time } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'

/** Where a form begins a visit to an issuer, to sign in by its word. */
export function signInPath(issuer: string): string {
  return `/console/sign-in/with/${issuer}`
}

/** Where a form begins a visit to an issuer, to link what it tells to who has signed in. */
export function linkPath(issuer: string): string {
  return `/console/account/identities/${issuer}`
}

/** Where a form takes one of one's own identities away. */
export const UNLINK_PATH = '/console/account/unlinked-identities'

interface Props {
  readonly visit: Visit
}

/** A button for each issuer, on the page on which one signs in. */
export function SignInByIssuers({ visit }: Props): JSX.Element {
  const { t, issuers, url } = visit
  return (
    <>
      {issuers.map(({ id, title }) => (
        <Form visit={visit} action={signInPath(id)} label={t.session.signInBy(title)}>
          <input type="hidden" name="then" value={url.searchParams.get('then') ?? ''} />
          <button type="submit">{t.session.signInBy(title)}</button>
        </Form>
      ))}
    </>
  )
}

/** One's own identities, and a form for each issuer that links another. */
export function OwnIdentities({
  visit,
  items,
  hasPassword,
}: Props & {
  readonly items: readonly IdentityView[]
  readonly hasPassword: boolean
}): JSX.Element {
  const words = visit.t.session
  return (
    <>
      <h2 id="identities">{words.identities}</h2>
      <IdentityTable visit={visit} items={items} action={UNLINK_PATH} needsPassword={hasPassword} />
      {visit.issuers.map(({ id, title }) => (
        <Form visit={visit} action={linkPath(id)} label={words.linkTo(title)}>
          {hasPassword ? (
            <Field
              {...{ visit, action: linkPath(id), name: 'password', type: 'password' }}
              isRequired
              label={words.oldPassword}
              autocomplete="current-password"
            />
          ) : (
            <p class="hint">{words.linkHint}</p>
          )}
          <button type="submit">{words.linkTo(title)}</button>
        </Form>
      ))}
    </>
  )
}

/** Identities, each with the form that takes it away. */
export function IdentityTable({
  visit,
  items,
  action,
  tag,
  needsPassword = false,
}: Props & {
  readonly items: readonly IdentityView[]
  readonly action: string
  readonly tag?: string
  /** Of one's own: a session that isn't new takes none away without it. */
  readonly needsPassword?: boolean
}): JSX.Element {
  const { t } = visit
  const words = t.session
  const rows = items.map(({ issuer, subject, linkedAt }) => [
    visit.issuers.find(({ id }) => id === issuer)?.title ?? issuer,
    <code>{subject}</code>,
    <Time at={linkedAt} />,
    <Form
      {...{ visit, action, label: words.unlinkOne(subject) }}
      {...(tag !== undefined && { tag })}
    >
      <input type="hidden" name="issuer" value={issuer} />
      <input type="hidden" name="subject" value={subject} />
      {needsPassword && (
        <input
          type="password"
          name="password"
          aria-label={`${words.oldPassword}: ${words.unlinkOne(subject)}`}
          placeholder={words.oldPassword}
          autocomplete="current-password"
        />
      )}
      <button type="submit" class="bad">
        {words.unlink}
      </button>
    </Form>,
  ])
  const head = [words.issuer, words.subject, t.people.since, t.actions]
  return <Table caption={words.identities} head={head} rows={rows} empty={t.none} />
}

/** What is seen for a moment, or for longer where a browser doesn't go on by itself. */
export function GoingOn({
  visit,
  to,
  title,
}: Props & { readonly to: URL; readonly title: string }): JSX.Element {
  return (
    <p>
      <a href={to.href}>{visit.t.session.goOnTo(title)}</a>
    </p>
  )
}
