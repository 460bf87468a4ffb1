import type { JSX } from 'hono/jsx/jsx-runtime'
import { IMPORT_MODES } from '../../../curation/plan-import.ts'
import type { Page } from '../page.ts'
import { Choice, Field, Form, Tick } from '../parts/form.tsx'
import { may, type Visit } from '../visit.ts'

export const IMPORT_PATH = '/console/import'

/** The formats that a list may be in, as `docs/spec/import.md` §2 names them. */
const FORMATS = [
  ...['auto', 'adblock', 'csv', 'dnsmasq', 'domains', 'hosts', 'json', 'mixed', 'rpz'],
  ...['snapshot', 'squid', 'unbound', 'urls'],
]

/** Kinds that a plain name may be given. */
const KINDS = ['domain', 'host', 'subdomains']

/** The first step of an import: a file, and what is to be said of its entries. */
export const IMPORT_PAGE: Page = {
  path: IMPORT_PATH,
  show: (visit) => ({ title: visit.t.imports.title, body: <ImportForm visit={visit} /> }),
}

function ImportForm({ visit }: { readonly visit: Visit }): JSX.Element {
  const { t, person, refused } = visit
  const words = t.imports
  const field = { visit, action: IMPORT_PATH }
  const lists = [...new Set(person.roles.map(({ list }) => list))]
  const options = lists
    .filter((list) => list !== '*' && may(visit, 'propose-add', list))
    .map((value) => ({ value, text: value }))
  const upload = refused?.typed.text('upload') ?? ''
  return (
    <Form visit={visit} action={IMPORT_PATH} label={words.title} hasFile>
      <p>{words.steps}</p>
      <Choice {...{ ...field, name: 'list', options, isRequired: true }} label={t.list} />
      <Field {...{ ...field, name: 'reason', rows: 3, isRequired: true }} label={t.reason} />
      <Field {...field} name="basis" label={t.basis} hint={t.proposals.basisHint} />
      <Mode visit={visit} />
      <div class="row">
        <Choice
          {...{ ...field, name: 'format' }}
          options={FORMATS.map((value) => ({
            value,
            text: value === 'auto' ? words.formatAuto : value,
          }))}
          label={words.format}
        />
        <Choice
          {...{ ...field, name: 'kind' }}
          options={[
            { value: '', text: words.kindAny },
            ...KINDS.map((value) => ({ value, text: value })),
          ]}
          label={t.kind}
        />
        <Field {...field} name="category" label={t.category} />
      </div>
      <Field {...field} name="evidence" label={t.evidence} hint={t.evidenceHint} />
      <Field {...field} name="evidenceSha256" label={t.evidenceSha256} />
      <Tick {...field} name="leaveOut" label={words.leaveOut} hint={words.leaveOutHint} />
      {upload !== '' && (
        <>
          <input type="hidden" name="upload" value={upload} />
          <input type="hidden" name="uploadName" value={refused?.typed.text('uploadName')} />
          <p>{words.isHere(refused?.typed.text('uploadName') ?? '')}</p>
        </>
      )}
      <Field
        {...{ ...field, name: 'file', type: 'file' }}
        label={words.file}
        hint={words.fileHint}
      />
      <Field {...{ ...field, name: 'text', rows: 8 }} label={words.text} hint={words.textHint} />
      <button type="submit">{words.look}</button>
    </Form>
  )
}

/** Whether the file is all of the list, and if so what it may lose. */
function Mode({ visit }: { readonly visit: Visit }): JSX.Element {
  const words = visit.t.imports
  const field = { visit, action: IMPORT_PATH }
  return (
    <>
      <Choice
        {...{ ...field, name: 'mode' }}
        options={IMPORT_MODES.map((value) => ({ value, text: words.modes[value] }))}
        label={words.mode}
        hint={words.modeHint}
      />
      <Field
        {...{ ...field, name: 'acceptShrink', rows: 2 }}
        label={words.acceptShrink}
        hint={words.acceptShrinkHint}
      />
    </>
  )
}
