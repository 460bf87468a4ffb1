import type { JSX } from 'hono/jsx/jsx-runtime'
import { printGrant } from '../../../core/person.ts'
import { SHOW_USER } from '../../api/people-operations.ts'
import type { UserView } from '../../ports/people.ts'
import type { Page } from '../page.ts'
import { Field, Form } from '../parts/form.tsx'
import { Facts } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'
import { Passkeys } from './passkeys.tsx'
import { OwnIdentities } from './issuers.tsx'

export const PASSWORD_PATH = '/console/account/password'
export const FACTOR_PATH = '/console/account/second-factor'
export const CONFIRM_PATH = '/console/account/second-factor/confirmed'

/** Who one is here, and how one signs in. */
export const ACCOUNT_PAGE: Page = {
  path: '/console/account',
  show: async (visit) => {
    const own = await visit.ask(SHOW_USER, { params: { user: visit.person.name } })
    const passkeys = await Passkeys({ visit })
    return {
      ...{ title: visit.t.session.account, usesPasskeys: true },
      body: <Account visit={visit} own={own} passkeys={passkeys} />,
    }
  },
}

interface Props {
  readonly visit: Visit
}

interface AccountProps extends Props {
  readonly own: UserView
  readonly passkeys: JSX.Element
}

function Account({ visit, own, passkeys }: AccountProps): JSX.Element {
  const { t, person, caller } = visit
  const words = t.session
  const told = (roles: typeof person.roles): string => roles.map(printGrant).join('; ') || t.none
  return (
    <>
      <Facts
        facts={[
          [words.user, person.name],
          [words.organisation, person.organisation.name],
          [words.roles, told(person.roles)],
          ...((person.withheld ?? []).length === 0
            ? []
            : [[words.withheld, told(person.withheld ?? [])] as const]),
        ]}
      />
      <p>
        <a href="/console/api-keys">{t.people.keys}</a>
      </p>
      <h2>{words.secondFactor}</h2>
      {caller?.hasSecondFactor === true ? (
        <p>{words.secondFactorIsOn}</p>
      ) : (
        <MakeSecondFactor visit={visit} />
      )}
      {passkeys}
      <h2>{words.changePassword}</h2>
      <ChangePassword visit={visit} />
      {(visit.issuers.length > 0 || own.identities.length > 0) && (
        <OwnIdentities visit={visit} items={own.identities} hasPassword={own.hasPassword} />
      )}
    </>
  )
}

function MakeSecondFactor({ visit }: Props): JSX.Element {
  const words = visit.t.session
  return (
    <Form visit={visit} action={FACTOR_PATH} label={words.makeSecondFactor}>
      <Field
        {...{ visit, action: FACTOR_PATH, name: 'password', type: 'password', isRequired: true }}
        label={words.oldPassword}
        autocomplete="current-password"
      />
      <button type="submit">{words.makeSecondFactor}</button>
    </Form>
  )
}

function ChangePassword({ visit }: Props): JSX.Element {
  const words = visit.t.session
  const field = { visit, action: PASSWORD_PATH, type: 'password', isRequired: true } as const
  return (
    <Form visit={visit} action={PASSWORD_PATH} label={words.changePassword}>
      <Field
        {...{ ...field, name: 'password', label: words.oldPassword }}
        autocomplete="current-password"
      />
      <Field
        {...{ ...field, name: 'newPassword', label: words.newPassword }}
        hint={words.newPasswordHint}
        autocomplete="new-password"
      />
      <button type="submit">{words.change}</button>
    </Form>
  )
}

/** What an authenticator needs, and the backup codes: shown once, and then confirmed. */
export function SecondFactor({
  visit,
  uri,
  backupCodes,
}: Props & { readonly uri: string; readonly backupCodes: readonly string[] }): JSX.Element {
  const words = visit.t.session
  return (
    <>
      <p>{words.secondFactorUri}</p>
      <p>
        <code>{uri}</code>
      </p>
      <p>{words.backupCodes}</p>
      <ul>
        {backupCodes.map((code) => (
          <li>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <ConfirmForm visit={visit} />
    </>
  )
}

function ConfirmForm({ visit }: Props): JSX.Element {
  const words = visit.t.session
  return (
    <Form visit={visit} action={CONFIRM_PATH} label={words.confirm}>
      <Field
        {...{ visit, action: CONFIRM_PATH, name: 'code', isRequired: true, inputmode: 'numeric' }}
        label={words.confirmSecondFactor}
        autocomplete="one-time-code"
      />
      <button type="submit">{words.confirm}</button>
    </Form>
  )
}

/** Where the first code is given again after a wrong one: what the authenticator needs was shown. */
export const CONFIRM_PAGE: Page = {
  path: FACTOR_PATH,
  show: (visit) => ({
    title: visit.t.session.secondFactor,
    body: <ConfirmForm visit={visit} />,
  }),
}
