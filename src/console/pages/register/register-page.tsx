import type { JSX } from 'hono/jsx/jsx-runtime'
import { ALL_LISTS } from '../../../core/person.ts'
import { REGISTER_PURPOSES, REGISTER_SCOPES, type RegisterRow } from '../../../core/register.ts'
import {
  CHANGE_REGISTER,
  LIST_REGISTER_CHANGES,
  SHOW_REGISTER,
} from '../../api/register-operations.ts'
import type { RegisterChangeView } from '../../ports/register.ts'
import { formAction, type Page } from '../page.ts'
import { Choice, Field, Form } from '../parts/form.tsx'
import { Facts, Pager, Table, Time } from '../parts/shown.tsx'
import { may, type Visit } from '../visit.ts'

const ADD_PATH = '/console/register/additions'
/** Where a file goes. */
export const FILE_PATH = '/console/register/files'
const REMOVE_PATH = '/console/register/removals'

/** What must not be blocked by a slip, and forms to change it with. */
export const REGISTER_PAGE: Page = {
  path: '/console/register',
  show: async (visit) => {
    const { t, url } = visit
    const asked = (name: string): string => url.searchParams.get(name) ?? ''
    const query = { purpose: asked('purpose'), text: asked('text'), cursor: asked('cursor') }
    const shown = await visit.ask(SHOW_REGISTER, { query: { ...query, limit: 100 } })
    const changes = await visit.ask(LIST_REGISTER_CHANGES, { query: { limit: 10 } })
    const isManaged = may(visit, 'manage-register', ALL_LISTS)
    const rows = <Rows visit={visit} items={shown.items} hasTicks={isManaged} />
    const body = (
      <>
        <p class="hint">{t.register.about}</p>
        <Facts
          facts={[
            [t.register.rows, String(shown.rows)],
            [t.register.version, <code>{shown.state.slice(0, 16)}</code>],
            [t.register.origin, shown.isShipped ? t.register.shipped : t.register.own],
          ]}
        />
        <Filter visit={visit} {...query} />
        {isManaged && shown.items.length > 0 ? (
          <Form visit={visit} action={REMOVE_PATH} tag={shown.state} label={t.register.remove}>
            {visit.refused?.action === REMOVE_PATH && visit.refused.errors.has('remove') && (
              <p class="error">{visit.refused.errors.get('remove')}</p>
            )}
            {rows}
            <Field
              {...{ visit, action: REMOVE_PATH, name: 'reason', isRequired: true }}
              label={t.register.removeReason}
            />
            <button type="submit" class="bad">
              {t.register.remove}
            </button>
          </Form>
        ) : (
          rows
        )}
        <Pager visit={visit} next={shown.next} />
        {isManaged && <Add visit={visit} state={shown.state} />}
        {isManaged && <AddFile visit={visit} state={shown.state} />}
        <Changes visit={visit} items={changes.items} />
      </>
    )
    return { title: t.register.title, body }
  },
}

interface FilterProps {
  readonly visit: Visit
  readonly purpose: string
  readonly text: string
}

function Filter({ visit, purpose, text }: FilterProps): JSX.Element {
  const { t } = visit
  const field = { visit, action: 'filter' }
  const options = [{ value: '', text: t.all }, ...purposes(visit)]
  return (
    <form method="get" action={REGISTER_PAGE.path} class="row" aria-label={t.filter}>
      <Field
        {...{ ...field, name: 'text', type: 'search', value: text }}
        label={t.register.search}
      />
      <Choice
        {...{ ...field, name: 'purpose', options, value: purpose }}
        label={t.register.purpose}
      />
      <button type="submit">{t.filter}</button>
    </form>
  )
}

function purposes({ t }: Visit): { readonly value: string; readonly text: string }[] {
  return REGISTER_PURPOSES.map((value) => ({ value, text: t.register.purposes[value] }))
}

interface RowsProps {
  readonly visit: Visit
  readonly items: readonly RegisterRow[]
  readonly hasTicks: boolean
}

function Rows({ visit: { t }, items, hasTicks }: RowsProps): JSX.Element {
  const words = t.register
  const head = [
    ...[words.value, words.purpose, words.scope, t.reason, words.source],
    ...(hasTicks ? [words.tickHead] : []),
  ]
  const rows = items.map(({ value, purpose, scope, reason, source }) => [
    <span class="value">{value}</span>,
    words.purposes[purpose],
    words.scopes[scope],
    reason,
    source,
    ...(hasTicks
      ? [<input type="checkbox" name="remove" value={value} aria-label={words.tick(value)} />]
      : []),
  ])
  return <Table caption={words.title} head={head} rows={rows} empty={words.empty} />
}

function Add({ visit, state }: { readonly visit: Visit; readonly state: string }): JSX.Element {
  const { t } = visit
  const words = t.register
  const field = { visit, action: ADD_PATH }
  return (
    <section aria-labelledby="add" class="panel">
      <h2 id="add">{words.add}</h2>
      <Form visit={visit} action={ADD_PATH} tag={state} label={words.add}>
        <Field
          {...{ ...field, name: 'values', rows: 5, isRequired: true }}
          label={words.values}
          hint={words.valuesHint}
        />
        <Said visit={visit} action={ADD_PATH} />
        <button type="submit">{words.addGo}</button>
      </Form>
    </section>
  )
}

/** What is said of all values that are put in together. */
function Said({ visit, action }: { readonly visit: Visit; readonly action: string }): JSX.Element {
  const words = visit.t.register
  const field = { visit, action }
  const scopes = REGISTER_SCOPES.map((value) => ({ value, text: words.scopes[value] }))
  return (
    <>
      <div class="row">
        <Choice
          {...{ ...field, name: 'purpose', options: purposes(visit) }}
          label={words.purpose}
        />
        <Choice
          {...{ ...field, name: 'scope', options: scopes, value: 'name' }}
          label={words.scope}
        />
      </div>
      <Field
        {...{ ...field, name: 'reason', isRequired: true }}
        label={words.why}
        hint={words.whyHint}
      />
      <Field {...field} name="source" label={words.source} hint={words.sourceHint} />
    </>
  )
}

function AddFile({ visit, state }: { readonly visit: Visit; readonly state: string }): JSX.Element {
  const words = visit.t.register
  return (
    <section aria-labelledby="add-file" class="panel">
      <h2 id="add-file">{words.addFile}</h2>
      <Form visit={visit} action={FILE_PATH} tag={state} label={words.addFile} hasFile>
        <Field
          {...{ visit, action: FILE_PATH, name: 'file', type: 'file', isRequired: true }}
          label={words.file}
          hint={words.fileHint}
        />
        <Said visit={visit} action={FILE_PATH} />
        <button type="submit">{words.addGo}</button>
      </Form>
    </section>
  )
}

interface ChangesProps {
  readonly visit: Visit
  readonly items: readonly RegisterChangeView[]
}

function Changes({ visit: { t }, items }: ChangesProps): JSX.Element {
  const words = t.register
  const head = [words.change, t.when, t.who, words.added, words.removed, t.reason]
  const rows = items.map(({ change, at, actor, added, removed, reason }) => [
    ...[String(change), <Time at={at} />, actor, String(added), String(removed), reason],
  ])
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">{words.changes}</h2>
      <Table caption={words.changes} head={head} rows={rows} empty={words.noChanges} />
    </section>
  )
}

const SAVED = { to: REGISTER_PAGE.path, done: 'saved' } as const

export const ADD_TO_REGISTER = formAction({
  path: ADD_PATH,
  operation: CHANGE_REGISTER,
  page: REGISTER_PAGE,
  fields: { '/add': 'values' },
  input: (fields) => {
    const reason = fields.text('reason')
    const said = { purpose: fields.text('purpose'), scope: fields.text('scope'), reason }
    const source = fields.text('source')
    const add = fields.lines('values').map((value) => ({ value, ...said, source }))
    return { body: { reason, add } }
  },
  next: () => SAVED,
})

export const REMOVE_FROM_REGISTER = formAction({
  path: REMOVE_PATH,
  operation: CHANGE_REGISTER,
  page: REGISTER_PAGE,
  input: (fields) => ({ body: { reason: fields.text('reason'), remove: fields.all('remove') } }),
  next: () => ({ ...SAVED, done: 'removed' }),
})
