import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { ALL_LISTS, ROLES } from '../../../core/person.ts'
import {
  CHANGE_USER_TERMS,
  GIVE_ROLE,
  INVITE_USER,
  LIST_API_KEYS,
  LIST_ORGANISATIONS,
  SHOW_USER,
  SWITCH_USER_TO,
  TAKE_ROLE,
} from '../../api/people-operations.ts'
import { LIST_PASSKEYS, REMOVE_PASSKEY } from '../../api/passkey-operations.ts'
import { tagOfView } from '../../api/tag-of-view.ts'
import type { PasskeyView, UserView } from '../../ports/people.ts'
import { LINK_IDENTITY, UNLINK_IDENTITY } from '../../api/identity-operations.ts'
import type { FormFields } from '../form-fields.ts'
import { formAction, type FormAction, type Next, type Page } from '../page.ts'
import { Choice, Field, Form } from '../parts/form.tsx'
import { Facts, Time } from '../parts/shown.tsx'
import { IdentityTable } from '../session/issuers.tsx'
import { mayAnywhere, type Visit } from '../visit.ts'
import { PasskeyChoice, PasskeyTable } from '../session/passkeys.tsx'
import { grantText, Grants } from './grants.tsx'
import { KeyTable } from './keys-page.tsx'
import { showInvited, standing } from './users-page.tsx'

interface Part {
  readonly visit: Visit
  readonly user: UserView
}

/** A user, and what may be done with it. */
export const USER_PAGE: Page = {
  path: '/console/users/:user',
  show: async (visit) => {
    const { t } = visit
    const params = { user: visit.params['user'] ?? '' }
    const user = await visit.ask(SHOW_USER, { params })
    const passkeys = (await visit.ask(LIST_PASSKEYS, { params })).items
    const keys = (await visit.ask(LIST_API_KEYS)).items.filter((key) => key.user === user.name)
    const body = (
      <>
        <About visit={visit} user={user} />
        {mayAnywhere(visit, ['manage-users']) && (
          <>
            <Roles visit={visit} user={user} />
            <Terms visit={visit} user={user} names={await organisationNames(visit)} />
            <Doors visit={visit} user={user} />
            <LostPasskeys visit={visit} user={user} items={passkeys} />
            {(visit.issuers.length > 0 || user.identities.length > 0) && (
              <Identities visit={visit} user={user} />
            )}
          </>
        )}
        <h2>{t.people.keys}</h2>
        <KeyTable visit={visit} items={keys} />
      </>
    )
    return { title: user.name, body }
  },
}

async function organisationNames(visit: Visit): Promise<readonly string[]> {
  return (await visit.ask(LIST_ORGANISATIONS)).items.map(({ name }) => name)
}

function About({ visit, user }: Part): JSX.Element {
  const { t } = visit
  const words = t.people
  return (
    <Facts
      facts={[
        [t.organisation, user.organisation],
        [t.state, standing(visit, user)],
        [words.roles, <Grants roles={user.roles} t={t} />],
        [words.email, user.email ?? t.none],
        [words.secondFactor, user.hasSecondFactor ? t.yes : t.no],
        [words.since, <Time at={user.createdAt} />],
        ...(user.disabledAt === null
          ? []
          : [[words.disabled, <Time at={user.disabledAt} />] as const]),
      ]}
    />
  )
}

function Roles({ visit, user }: Part): JSX.Element {
  const { t } = visit
  const words = t.people
  const give = `${USERS}/${user.name}/give`
  const take = `${USERS}/${user.name}/take`
  const roles = ROLES.map((value) => ({ value, text: words.roleNames[value] }))
  const held = user.roles.map((grant) => ({
    value: `${grant.role} ${grant.list}`,
    text: grantText(t, grant),
  }))
  return (
    <Panel id="roles" title={words.roles}>
      <Form visit={visit} action={give} tag={tagOfView(user)} class="row" label={words.giveRole}>
        <Choice {...{ visit, action: give, name: 'role', options: roles }} label={words.role} />
        <Field
          {...{ visit, action: give, name: 'list', isRequired: true }}
          label={t.list}
          hint={words.listHint}
        />
        <button type="submit">{words.giveRole}</button>
      </Form>
      {held.length > 0 && (
        <Form visit={visit} action={take} tag={tagOfView(user)} class="row" label={words.takeRole}>
          <Choice {...{ visit, action: take, name: 'grant', options: held }} label={words.role} />
          <button type="submit" class="bad">
            {words.takeRole}
          </button>
        </Form>
      )}
    </Panel>
  )
}

interface TermsProps extends Part {
  readonly names: readonly string[]
}

function Terms({ visit, user, names }: TermsProps): JSX.Element {
  const { t } = visit
  const words = t.people
  const action = `${USERS}/${user.name}/terms`
  const options = names.map((value) => ({ value, text: value }))
  return (
    <Panel id="terms" title={words.terms}>
      <Form visit={visit} action={action} tag={tagOfView(user)} label={words.terms}>
        <Choice
          {...{ visit, action, name: 'organisation', options, value: user.organisation }}
          label={t.organisation}
        />
        <Field
          {...{ visit, action, name: 'email', type: 'email', value: user.email ?? '' }}
          label={words.email}
          hint={words.emailHint}
        />
        <button type="submit">{words.save}</button>
      </Form>
    </Panel>
  )
}

/** Letting in, and keeping out. */
function Doors({ visit, user }: Part): JSX.Element {
  const words = visit.t.people
  const tag = tagOfView(user)
  const invite = `${USERS}/${user.name}/invite`
  const turn = `${USERS}/${user.name}/status`
  const isActive = user.status === 'active'
  return (
    <Panel id="doors" title={words.doors}>
      {isActive && (
        <Form visit={visit} action={invite} tag={tag} label={words.invite}>
          <p class="hint">{words.inviteHint}</p>
          <button type="submit">{words.invite}</button>
        </Form>
      )}
      <Form visit={visit} action={turn} tag={tag} label={isActive ? words.disable : words.enable}>
        <p class="hint">{isActive ? words.disableHint : words.enableHint}</p>
        <input type="hidden" name="status" value={isActive ? 'disabled' : 'active'} />
        <button type="submit" class={isActive ? 'bad' : undefined}>
          {isActive ? words.disable : words.enable}
        </button>
      </Form>
    </Panel>
  )
}

interface PasskeyProps extends Part {
  readonly items: readonly PasskeyView[]
}

function LostPasskeys({ visit, user, items }: PasskeyProps): JSX.Element {
  const words = visit.t.session
  const action = `${USERS}/${user.name}/passkey`
  return (
    <Panel id="passkeys" title={words.passkeys}>
      <PasskeyTable visit={visit} items={items} />
      {items.length > 0 && (
        <Form visit={visit} action={action} class="row" label={words.removePasskey}>
          <PasskeyChoice visit={visit} items={items} action={action} />
          <button type="submit" class="bad">
            {words.removePasskey}
          </button>
        </Form>
      )}
    </Panel>
  )
}

/** By whose word the user may sign in. */
function Identities({ visit, user }: Part): JSX.Element {
  const words = visit.t.session
  const tag = tagOfView(user)
  const [link, unlink] = [`${USERS}/${user.name}/link`, `${USERS}/${user.name}/unlink`]
  const options = visit.issuers.map(({ id, title }) => ({ value: id, text: title }))
  return (
    <Panel id="identities" title={words.identities}>
      <IdentityTable {...{ visit, items: user.identities, action: unlink, tag }} />
      {options.length > 0 && (
        <Form visit={visit} action={link} tag={tag} class="row" label={words.link}>
          <Choice {...{ visit, action: link, name: 'issuer', options }} label={words.issuer} />
          <Field
            {...{ visit, action: link, name: 'subject', isRequired: true }}
            label={words.subject}
            hint={words.linkSubject}
            autocomplete="off"
          />
          <button type="submit">{words.link}</button>
        </Form>
      )}
    </Panel>
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

const USERS = '/console/users'

function next(_: UserView, { user = '' }: Readonly<Record<string, string>>): Next {
  return { to: `${USERS}/${user}`, done: 'saved' }
}

function grantOf(fields: FormFields): { readonly role: string; readonly list: string } {
  const [role = '', list = ''] = fields.text('grant').split(' ')
  return { role, list }
}

function identityOf(fields: FormFields): { readonly issuer: string; readonly subject: string } {
  return { issuer: fields.text('issuer'), subject: fields.text('subject') }
}

/** What the forms on a user's page do. */
export const USER_ACTIONS: readonly FormAction[] = [
  formAction({
    ...{ path: `${USER_PAGE.path}/give`, operation: GIVE_ROLE, page: USER_PAGE, next },
    input: (fields) => ({
      body: { role: fields.text('role'), list: fields.text('list') || ALL_LISTS },
    }),
  }),
  formAction({
    ...{ path: `${USER_PAGE.path}/take`, operation: TAKE_ROLE, page: USER_PAGE, next },
    fields: { '/list': 'grant', '/role': 'grant' },
    input: (fields) => ({ body: grantOf(fields) }),
  }),
  formAction({
    ...{ path: `${USER_PAGE.path}/terms`, operation: CHANGE_USER_TERMS, page: USER_PAGE, next },
    input: (fields) => ({
      body: { email: fields.text('email'), organisation: fields.text('organisation') },
    }),
  }),
  formAction({
    ...{ path: `${USER_PAGE.path}/status`, operation: SWITCH_USER_TO, page: USER_PAGE, next },
    input: (fields) => ({ body: { status: fields.text('status') } }),
  }),
  formAction({
    ...{ path: `${USER_PAGE.path}/passkey`, operation: REMOVE_PASSKEY, page: USER_PAGE },
    input: (fields, { user = '' }) => ({ params: { user, passkey: fields.text('passkey') } }),
    next: (_, { user = '' }) => ({ to: `${USERS}/${user}`, done: 'passkeyRemoved' }),
  }),
  formAction({
    ...{ path: `${USER_PAGE.path}/link`, operation: LINK_IDENTITY, page: USER_PAGE, next },
    input: (fields) => ({ body: identityOf(fields) }),
  }),
  formAction({
    ...{ path: `${USER_PAGE.path}/unlink`, operation: UNLINK_IDENTITY, page: USER_PAGE, next },
    input: (fields) => ({ body: identityOf(fields) }),
  }),
  formAction({
    ...{ path: `${USER_PAGE.path}/invite`, operation: INVITE_USER, page: USER_PAGE },
    input: () => ({}),
    next: (_, { user = '' }) => ({ to: `${USERS}/${user}` }),
    shown: showInvited,
  }),
]
