import type { JSX } from 'hono/jsx/jsx-runtime'
import { LIST_PASSKEYS } from '../../api/passkey-operations.ts'
import type { PasskeyView } from '../../ports/people.ts'
import { Choice, Field, Form } from '../parts/form.tsx'
import { Table, Time } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'

export const REMOVE_PASSKEY_PATH = '/console/account/passkeys/removed'
const ADD_PATH = '/console/account/passkeys'

interface Props {
  readonly visit: Visit
}

/** What a browser that knows passkeys shows on the page for signing in; `then` is a path of the console. */
export function SignInByPasskey({ visit, then }: Props & { readonly then: string }): JSX.Element {
  const words = visit.t.session
  return (
    <form
      {...{ hidden: true, 'data-passkey': 'sign-in', 'data-then': then }}
      data-failed={words.passkeyFailed}
      aria-label={words.usePasskey}
    >
      <button type="submit">{words.usePasskey}</button>
      <p role="alert" class="error"></p>
    </form>
  )
}

/** One's own passkeys. */
export async function Passkeys({ visit }: Props): Promise<JSX.Element> {
  const words = visit.t.session
  const params = { user: visit.person.name }
  const { items } = await visit.ask(LIST_PASSKEYS, { params })
  return (
    <>
      <h2>{words.passkeys}</h2>
      <p>{words.passkeysAbout}</p>
      <PasskeyTable visit={visit} items={items} />
      <AddPasskey visit={visit} />
      {items.length > 0 && <RemovePasskey visit={visit} items={items} />}
    </>
  )
}

interface ItemsProps extends Props {
  readonly items: readonly PasskeyView[]
}

/** Passkeys, with what tells which is which. */
export function PasskeyTable({ visit, items }: ItemsProps): JSX.Element {
  const { t } = visit
  const words = t.session
  const rows = items.map(({ name, createdAt, lastUsedAt }) => [
    ...[name, <Time at={createdAt} />, <Time at={lastUsedAt} />],
  ])
  const head = [words.passkeyName, words.added, words.lastUsed]
  return <Table caption={words.passkeys} head={head} rows={rows} empty={t.none} />
}

/** A choice of passkeys, by number. */
export function PasskeyChoice({
  visit,
  items,
  action,
}: ItemsProps & { readonly action: string }): JSX.Element {
  const options = items.map(({ passkey, name }) => ({ value: String(passkey), text: name }))
  return <Choice {...{ visit, action, name: 'passkey', options }} label={visit.t.session.passkey} />
}

/** Sent by the page's script alone. */
function AddPasskey({ visit }: Props): JSX.Element {
  const words = visit.t.session
  return (
    <form
      {...{ hidden: true, 'data-passkey': 'add' }}
      data-then="/console/account?done=passkeyAdded"
      data-failed={words.passkeyFailed}
      aria-label={words.addPasskey}
    >
      <Field
        {...{ visit, action: ADD_PATH, name: 'name', isRequired: true, autocomplete: 'off' }}
        label={words.passkeyName}
        hint={words.passkeyNameHint}
      />
      <Password visit={visit} action={ADD_PATH} />
      <button type="submit">{words.addPasskey}</button>
      <p role="alert" class="error"></p>
    </form>
  )
}

function RemovePasskey({ visit, items }: ItemsProps): JSX.Element {
  const words = visit.t.session
  const action = REMOVE_PASSKEY_PATH
  return (
    <Form visit={visit} action={action} label={words.removePasskey}>
      <p class="hint">{words.removePasskeyHint}</p>
      <PasskeyChoice visit={visit} items={items} action={action} />
      <Password visit={visit} action={action} />
      <button type="submit" class="bad">
        {words.removePasskey}
      </button>
    </Form>
  )
}

function Password({ visit, action }: Props & { readonly action: string }): JSX.Element {
  const words = visit.t.session
  return (
    <Field
      {...{ visit, action, name: 'password', type: 'password', label: words.oldPassword }}
      hint={words.passkeyPasswordHint}
      autocomplete="current-password"
    />
  )
}
