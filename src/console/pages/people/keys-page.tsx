import type { JSX } from 'hono/jsx/jsx-runtime'
import { LIST_API_KEYS, MAKE_API_KEY, REVOKE_API_KEY } from '../../api/people-operations.ts'
import { MAX_KEY_DAYS } from '../../limits.ts'
import type { ApiKeyView } from '../../ports/people.ts'
import { formAction, type Page } from '../page.ts'
import { Choice, Field, Form } from '../parts/form.tsx'
import { Facts, Table, Time } from '../parts/shown.tsx'
import { may, type Visit } from '../visit.ts'
import { grantText } from './grants.tsx'

/** API keys: one's own, and for administrators those of others. */
export const KEYS_PAGE: Page = {
  path: '/console/api-keys',
  show: async (visit) => {
    const { items } = await visit.ask(LIST_API_KEYS)
    const body = (
      <>
        <p class="hint">{visit.t.people.keysAbout}</p>
        <KeyTable visit={visit} items={items} />
        {visit.person.roles.length > 0 && <MakeKey visit={visit} />}
      </>
    )
    return { title: visit.t.people.keys, body }
  },
}

interface KeyTableProps {
  readonly visit: Visit
  readonly items: readonly ApiKeyView[]
}

/** Keys, each with the form that ends it. */
export function KeyTable({ visit, items }: KeyTableProps): JSX.Element {
  const { t } = visit
  const words = t.people
  const rows = items.map((key) => [
    key.name,
    key.user,
    grantText(t, key),
    <Time at={key.expiresAt} />,
    <Time at={key.lastUsedAt} />,
    key.revokedAt === null ? (
      <Revoke visit={visit} apiKey={key} />
    ) : (
      <>
        {words.revoked} <Time at={key.revokedAt} />
      </>
    ),
  ])
  const head = [words.name, t.who, words.role, words.until, words.lastUsed, t.state]
  return <Table caption={words.keys} head={head} rows={rows} empty={t.none} />
}

function Revoke({
  visit,
  apiKey: { name, user, list, expiresAt },
}: {
  readonly visit: Visit
  readonly apiKey: ApiKeyView
}): JSX.Element {
  const words = visit.t.people
  if (new Date(expiresAt) <= visit.at) return <>{words.expired}</>
  const isManaged = user === visit.person.name || may(visit, 'manage-users', list)
  if (!isManaged) return <>{words.active}</>
  const action = `${KEYS_PAGE.path}/${name}/revocation`
  return (
    <Form visit={visit} action={action} label={words.revokeKey(name)}>
      <button type="submit" class="bad">
        {words.revoke}
      </button>
    </Form>
  )
}

function MakeKey({ visit }: { readonly visit: Visit }): JSX.Element {
  const { t, person } = visit
  const words = t.people
  const field = { visit, action: KEYS_PAGE.path }
  const grants = person.roles.map((grant) => ({
    value: `${grant.role} ${grant.list}`,
    text: grantText(t, grant),
  }))
  return (
    <section aria-labelledby="make-key" class="panel">
      <h2 id="make-key">{words.makeKey}</h2>
      <Form visit={visit} action={KEYS_PAGE.path} label={words.makeKey}>
        <Field
          {...{ ...field, name: 'name', isRequired: true }}
          label={words.name}
          hint={words.nameHint}
        />
        <Choice {...{ ...field, name: 'grant', options: grants }} label={words.role} />
        <Field
          {...{ ...field, name: 'days', type: 'number', value: '90', isRequired: true }}
          label={words.days}
          hint={words.daysHint(MAX_KEY_DAYS)}
        />
        <button type="submit">{words.makeKey}</button>
      </Form>
    </section>
  )
}

export const MAKE_KEY = formAction({
  path: KEYS_PAGE.path,
  operation: MAKE_API_KEY,
  page: KEYS_PAGE,
  fields: { '/role': 'grant', '/list': 'grant' },
  input: (fields) => {
    const [role = '', list = ''] = fields.text('grant').split(' ')
    const days = Number(fields.text('days'))
    return { body: { name: fields.text('name'), role, days, ...(list !== '*' && { list }) } }
  },
  next: () => ({ to: KEYS_PAGE.path, done: 'saved' }),
  shown: ({ t }, { apiKey, key }) => ({
    title: t.people.madeKey(apiKey.name),
    body: (
      <>
        <p>{t.people.keyOnce}</p>
        <Facts
          facts={[
            [t.people.key, <code>{key}</code>],
            [t.people.until, <Time at={apiKey.expiresAt} />],
          ]}
        />
        <p>
          <a href={KEYS_PAGE.path}>{t.people.keys}</a>
        </p>
      </>
    ),
  }),
})

export const REVOKE_KEY = formAction({
  path: `${KEYS_PAGE.path}/:key/revocation`,
  operation: REVOKE_API_KEY,
  page: KEYS_PAGE,
  input: () => ({}),
  next: () => ({ to: KEYS_PAGE.path, done: 'removed' }),
})
