import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Visit } from '../visit.ts'

/** What every form carries: that this server made it, and a key by which it is done once. */
export function Hidden({ visit }: { readonly visit: Visit }): JSX.Element {
  return (
    <>
      <input type="hidden" name="token" value={visit.token} />
      <input type="hidden" name="once" value={visit.onceKey()} />
    </>
  )
}

interface FormProps {
  readonly visit: Visit
  readonly action: string
  /** What was seen of what it changes (`ETag`); left out where nobody else can have changed it. */
  readonly tag?: string
  /** For readers of screens, where no heading says it. */
  readonly label?: string
  readonly class?: string
  /** A file comes with it. */
  readonly hasFile?: boolean
  readonly children?: Child
}

/** A form; where it came back, with what is wrong above it. */
export function Form(props: FormProps): JSX.Element {
  const { visit, action, tag, label, children } = props
  const { refused, t } = visit
  const isRefused = refused?.action === action
  return (
    <form
      method="post"
      action={action}
      aria-label={label}
      class={props.class}
      enctype={props.hasFile === true ? 'multipart/form-data' : undefined}
      novalidate
    >
      <Hidden visit={visit} />
      {tag !== undefined && <input type="hidden" name="tag" value={tag} />}
      {isRefused && (
        <div class="problem" role="alert" tabindex={-1} autofocus>
          <p>
            <strong>{t.problem.title}</strong>
          </p>
          <p>
            {refused.errors.size > 0 && !refused.errors.has('')
              ? t.problem.seeFields
              : (refused.problem.detail ?? refused.problem.title)}
          </p>
          <p class="code">{refused.problem.code}</p>
        </div>
      )}
      {children}
    </form>
  )
}

interface FieldProps {
  readonly visit: Visit
  /** The path of the form's action: what came back of another form isn't this one's. */
  readonly action: string
  readonly name: string
  readonly label: string
  readonly hint?: string
  readonly type?: 'text' | 'file' | 'password' | 'search' | 'date' | 'number' | 'email' | 'url'
  /** A text of several lines. */
  readonly rows?: number
  readonly isRequired?: boolean
  /** What stands there at first. */
  readonly value?: string
  readonly autocomplete?: string
  readonly inputmode?: 'numeric' | 'text' | 'url'
}

/** A field for text, with its label, and what is wrong with it. What was typed stays, but for passwords. */
export function Field(props: FieldProps): JSX.Element {
  const { visit, name, label, hint, type = 'text', rows, value = '' } = props
  const { error, typed, id, describedBy } = about(props)
  const shown = type === 'password' || type === 'file' ? '' : (typed ?? value)
  const shared = {
    ...{ id, name, required: props.isRequired === true, 'aria-describedby': describedBy },
    ...{ 'aria-invalid': error === undefined ? undefined : ('true' as const) },
    autocomplete: props.autocomplete,
  }
  return (
    <div class="field">
      <label for={id}>
        {label}{' '}
        {props.isRequired !== true && type !== 'password' && type !== 'search' && (
          <span class="optional">({visit.t.optional})</span>
        )}
      </label>
      <Notes id={id} hint={hint} error={error} />
      {rows === undefined ? (
        <input {...shared} type={type} value={shown} inputmode={props.inputmode} />
      ) : (
        <textarea {...shared} rows={rows}>
          {shown}
        </textarea>
      )}
    </div>
  )
}

interface ChoiceProps {
  readonly visit: Visit
  readonly action: string
  readonly name: string
  readonly label: string
  readonly hint?: string
  readonly options: readonly { readonly value: string; readonly text: string }[]
  readonly value?: string
  readonly isRequired?: boolean
}

/** One of several. */
export function Choice(props: ChoiceProps): JSX.Element {
  const { name, label, hint, options, value = '' } = props
  const { error, typed, id, describedBy } = about(props)
  const chosen = typed ?? value
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <Notes id={id} hint={hint} error={error} />
      <select
        id={id}
        name={name}
        aria-describedby={describedBy}
        aria-invalid={error === undefined ? undefined : 'true'}
        required={props.isRequired === true}
      >
        {options.map((option) => (
          <option value={option.value} selected={option.value === chosen}>
            {option.text}
          </option>
        ))}
      </select>
    </div>
  )
}

interface TickProps {
  readonly visit: Visit
  readonly action: string
  readonly name: string
  readonly value?: string
  readonly label: string
  readonly hint?: string
}

/** Yes or no; several of one name are several values. */
export function Tick(props: TickProps): JSX.Element {
  const { visit, action, name, value = 'yes', label, hint } = props
  const { error, describedBy } = about(props)
  const id = `${idOf(props)}-${value.replaceAll(/[^\w-]/g, '-')}`
  const typed = visit.refused?.action === action ? visit.refused.typed : null
  return (
    <div class="tick">
      <input
        type="checkbox"
        id={id}
        name={name}
        value={value}
        checked={typed?.all(name).includes(value) === true}
        aria-describedby={describedBy}
      />
      <label for={id}>{label}</label>
      <Notes id={idOf(props)} hint={hint} error={error} />
    </div>
  )
}

interface NotesProps {
  readonly id: string
  readonly hint: string | undefined
  readonly error: string | undefined
}

function Notes({ id, hint, error }: NotesProps): JSX.Element {
  return (
    <>
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p class="error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </>
  )
}

interface Named {
  readonly visit: Visit
  readonly action: string
  readonly name: string
  readonly hint?: string
}

function idOf({ action, name }: Named): string {
  return `${action}-${name}`.replaceAll(/[^\w-]+/g, '-').replace(/^-/, '')
}

function about(named: Named): {
  readonly error: string | undefined
  readonly typed: string | undefined
  readonly id: string
  readonly describedBy: string | undefined
} {
  const { visit, action, name, hint } = named
  const refused = visit.refused?.action === action ? visit.refused : null
  const error = refused?.errors.get(name)
  const id = idOf(named)
  const notes = [
    ...(hint === undefined ? [] : [`${id}-hint`]),
    ...(error === undefined ? [] : [`${id}-error`]),
  ]
  return {
    ...{ error, id, typed: refused?.typed.text(name) },
    describedBy: notes.length === 0 ? undefined : notes.join(' '),
  }
}
