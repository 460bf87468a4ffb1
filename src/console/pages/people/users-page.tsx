import type { JSX } from 'hono/jsx/jsx-runtime'
import { ALL_LISTS, ORGANISATION_KINDS, ROLES } from '../../../core/person.ts'
import {
  ADD_ORGANISATION_TO,
  ADD_USER_TO,
  LIST_ORGANISATIONS,
  LIST_USERS,
} from '../../api/people-operations.ts'
import type { InvitedView, OrganisationView, UserView } from '../../ports/people.ts'
import { formAction, type Page, type Shown } from '../page.ts'
import { Choice, Field, Form } from '../parts/form.tsx'
import { Facts, Pager, Table, Time } from '../parts/shown.tsx'
import { may, mayAnywhere, type Visit } from '../visit.ts'
import { Grants } from './grants.tsx'

const ORGANISATION_PATH = '/console/organisations'

/** Users and organisations, and forms to add some. */
export const USERS_PAGE: Page = {
  path: '/console/users',
  show: async (visit) => {
    const { t, url } = visit
    const cursor = url.searchParams.get('cursor') ?? ''
    const { items, next } = await visit.ask(LIST_USERS, { query: { cursor, limit: 100 } })
    const organisations = (await visit.ask(LIST_ORGANISATIONS)).items
    const body = (
      <>
        <Users visit={visit} items={items} />
        <Pager visit={visit} next={next} />
        {mayAnywhere(visit, ['manage-users']) && (
          <AddUser visit={visit} organisations={organisations} />
        )}
        <Organisations visit={visit} items={organisations} />
        {may(visit, 'manage-users', ALL_LISTS) && <AddOrganisation visit={visit} />}
      </>
    )
    return { title: t.people.users, body }
  },
}

interface UsersProps {
  readonly visit: Visit
  readonly items: readonly UserView[]
}

function Users({ visit, items }: UsersProps): JSX.Element {
  const { t } = visit
  const words = t.people
  const rows = items.map((user) => [
    <a href={`${USERS_PAGE.path}/${user.name}`}>{user.name}</a>,
    user.organisation,
    standing(visit, user),
    <Grants roles={user.roles} t={t} />,
    user.hasSecondFactor ? t.yes : t.no,
  ])
  const head = [words.name, t.organisation, t.state, words.roles, words.secondFactor]
  return <Table caption={words.users} head={head} rows={rows} empty={t.none} />
}

/** How a user stands, in words. */
export function standing({ t }: Visit, { status, hasPassword, invitedUntil }: UserView): string {
  if (status === 'disabled') return t.people.disabled
  if (hasPassword) return t.people.active
  return invitedUntil === null ? t.people.noPassword : t.people.invited
}

interface AddProps {
  readonly visit: Visit
  readonly organisations: readonly OrganisationView[]
}

function AddUser({ visit, organisations }: AddProps): JSX.Element {
  const { t } = visit
  const words = t.people
  const field = { visit, action: USERS_PAGE.path }
  return (
    <section aria-labelledby="add-user" class="panel">
      <h2 id="add-user">{words.addUser}</h2>
      <Form visit={visit} action={USERS_PAGE.path} label={words.addUser}>
        <Field
          {...{ ...field, name: 'name', isRequired: true }}
          label={words.name}
          hint={words.nameHint}
        />
        <Choice
          {...{ ...field, name: 'organisation' }}
          options={organisations.map(({ name }) => ({ value: name, text: name }))}
          label={t.organisation}
        />
        <Choice
          {...{ ...field, name: 'role' }}
          options={ROLES.map((value) => ({ value, text: words.roleNames[value] }))}
          label={words.role}
        />
        <Field
          {...{ ...field, name: 'lists', rows: 2 }}
          label={words.lists}
          hint={words.listsHint}
        />
        <Field
          {...{ ...field, name: 'email', type: 'email' }}
          label={words.email}
          hint={words.emailHint}
        />
        <button type="submit">{words.addUser}</button>
      </Form>
    </section>
  )
}

interface OrganisationsProps {
  readonly visit: Visit
  readonly items: readonly OrganisationView[]
}

function Organisations({ visit: { t }, items }: OrganisationsProps): JSX.Element {
  const words = t.people
  const rows = items.map(({ name, kind, createdAt }) => [
    ...[name, words.kinds[kind], <Time at={createdAt} />],
  ])
  return (
    <section aria-labelledby="organisations">
      <h2 id="organisations">{words.organisations}</h2>
      <Table
        caption={words.organisations}
        head={[words.name, t.kind, words.since]}
        rows={rows}
        empty={t.none}
      />
    </section>
  )
}

function AddOrganisation({ visit }: { readonly visit: Visit }): JSX.Element {
  const { t } = visit
  const words = t.people
  const field = { visit, action: ORGANISATION_PATH }
  return (
    <Form visit={visit} action={ORGANISATION_PATH} class="panel" label={words.addOrganisation}>
      <Field {...{ ...field, name: 'name', isRequired: true }} label={words.organisationName} />
      <Choice
        {...{ ...field, name: 'kind' }}
        options={ORGANISATION_KINDS.map((value) => ({ value, text: words.kinds[value] }))}
        label={t.kind}
      />
      <button type="submit">{words.addOrganisation}</button>
    </Form>
  )
}

/** The code of an invitation, this once. */
export function showInvited(visit: Visit, { user, code, until }: InvitedView): Shown {
  const words = visit.t.people
  const body = (
    <>
      <p>{words.codeOnce}</p>
      <Facts
        facts={[
          [words.name, user.name],
          [words.code, <code>{code}</code>],
          [words.until, <Time at={until} />],
          [words.where, <code>/console/invitation</code>],
        ]}
      />
      <p>
        <a href={`${USERS_PAGE.path}/${user.name}`}>{words.toUser(user.name)}</a>
      </p>
    </>
  )
  return { title: words.invitation, body }
}

export const ADD_USER = formAction({
  path: USERS_PAGE.path,
  operation: ADD_USER_TO,
  page: USERS_PAGE,
  input: (fields) => {
    const lists = fields
      .text('lists')
      .split(/[\s,]+/)
      .filter((id) => id !== '')
    return {
      body: {
        name: fields.text('name'),
        organisation: fields.text('organisation'),
        role: fields.text('role'),
        ...fields.optional('email'),
        ...(lists.length > 0 && { lists }),
      },
    }
  },
  next: ({ user }) => ({ to: `${USERS_PAGE.path}/${user.name}`, done: 'saved' }),
  shown: showInvited,
})

export const ADD_ORGANISATION = formAction({
  path: ORGANISATION_PATH,
  operation: ADD_ORGANISATION_TO,
  page: USERS_PAGE,
  input: (fields) => ({ body: { name: fields.text('name'), kind: fields.text('kind') } }),
  next: () => ({ to: USERS_PAGE.path, done: 'saved' }),
})
