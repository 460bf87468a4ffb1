import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Page } from '../page.ts'
import { Field, Form } from '../parts/form.tsx'
import type { Visit } from '../visit.ts'
import { ownPath } from '../own-path.ts'
import { SignInByPasskey } from './passkeys.tsx'
import { SignInByIssuers } from './issuers.tsx'

/** Where the browser goes after signing in stands in the address. */
function then(visit: Visit): JSX.Element {
  return <input type="hidden" name="then" value={visit.url.searchParams.get('then') ?? ''} />
}

/** Name and password. */
export const SIGN_IN_PAGE: Page = {
  path: '/console/sign-in',
  isOpen: true,
  show: (visit) => {
    const { t } = visit
    const field = { visit, action: '/console/sign-in', isRequired: true }
    const body = (
      <>
        <Form visit={visit} action="/console/sign-in" label={t.session.signIn}>
          {then(visit)}
          <Field {...field} name="user" label={t.session.user} autocomplete="username" />
          <Field
            {...{ ...field, name: 'password', type: 'password', label: t.session.password }}
            autocomplete="current-password"
          />
          <button type="submit">{t.session.go}</button>
        </Form>
        <SignInByPasskey visit={visit} then={ownPath(visit.url.searchParams.get('then') ?? '')} />
        <SignInByIssuers visit={visit} />
        <p>
          <a href="/console/invitation">{t.session.invitationLink}</a>
        </p>
        <p>
          <a href="/appeal">{t.session.appealLink}</a>
        </p>
      </>
    )
    return { title: t.session.signIn, body, usesPasskeys: true }
  },
}

/** The second step, of whoever has a second factor. */
export const CODE_PAGE: Page = {
  path: '/console/sign-in/code',
  isOpen: true,
  show: (visit) => {
    const { t } = visit
    const field = { visit, action: '/console/sign-in/code' }
    const body = (
      <Form visit={visit} action="/console/sign-in/code" label={t.session.codeTitle}>
        {then(visit)}
        <Field
          {...{ ...field, name: 'code', hint: t.session.codeHint, inputmode: 'numeric' }}
          label={t.session.code}
          autocomplete="one-time-code"
        />
        <Field {...field} name="backupCode" label={t.session.backupCode} autocomplete="off" />
        <button type="submit">{t.session.go}</button>
      </Form>
    )
    return { title: t.session.codeTitle, body }
  },
}

/** Whoever was invited chooses a password. */
export const INVITATION_PAGE: Page = {
  path: '/console/invitation',
  isOpen: true,
  show: (visit) => {
    const { t } = visit
    const field = { visit, action: '/console/invitation', isRequired: true }
    const body = (
      <Form visit={visit} action="/console/invitation" label={t.session.invitationTitle}>
        <Field {...field} name="code" label={t.session.invitationCode} autocomplete="off" />
        <Field
          {...{ ...field, name: 'password', type: 'password', hint: t.session.newPasswordHint }}
          label={t.session.newPassword}
          autocomplete="new-password"
        />
        <button type="submit">{t.session.choose}</button>
      </Form>
    )
    return { title: t.session.invitationTitle, body }
  },
}
