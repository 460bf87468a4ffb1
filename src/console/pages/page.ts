import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Act } from '../../curation/may-act.ts'
import type { AnyOperation, Input, Operation } from '../api/operation.ts'
import type { FormFields } from './form-fields.ts'
import type { Texts } from '../texts/texts.ts'
import type { Visit } from './visit.ts'

/** What a page shows. */
export interface Shown {
  readonly title: string
  readonly body: JSX.Element | Promise<JSX.Element>
  /** Seconds after which a browser is to ask again; left out: never. */
  readonly refreshAfterS?: number
  /** Whether it has something for browsers that know passkeys. */
  readonly usesPasskeys?: boolean
  /** An address to which a browser is to go on at once; the page has it as a link, too. */
  readonly goOnTo?: URL
}

/** A page, at a path below `/console` or one that is open to everybody. */
export interface Page {
  /** With parameters as hono writes them: `/console/proposals/:proposal`. */
  readonly path: string
  /** Whether nobody need have signed in. */
  readonly isOpen?: boolean
  readonly show: (visit: Visit) => Shown | Promise<Shown>
}

/**
 * What a form does: one operation, asked with what its fields say. Where it is refused, the page it stands on is shown again, with what was
 * typed and what is wrong beside each field; else the browser is sent on (303), so that a reload asks for nothing twice.
 */
export interface FormAction {
  readonly path: string
  readonly isOpen?: boolean
  readonly operation: AnyOperation
  /** What the operation is asked with; `tag` stands in the form as what was seen. */
  readonly input: (fields: FormFields, params: Readonly<Record<string, string>>) => FormInput
  /** Names of fields for members of the body, by JSON pointer, where they differ: `/entries/0/value` is `value`. */
  readonly fields?: Readonly<Record<string, string>>
  /** The page that the form stands on, and its parameters. */
  readonly page: Page
  /** Where the browser goes then, and what is told there. */
  readonly next: (answer: never, params: Readonly<Record<string, string>>) => Next
  /** Of what is shown once, and so can't be gone on to: it is drawn at once. A reload asks again, and is told that it was done. */
  readonly shown?: (visit: Visit, answer: never, fields: FormFields) => Shown
}

export interface FormInput {
  readonly params?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface Next {
  readonly to: string
  /** A text of the catalogue's `done`. */
  readonly done?: keyof Texts['done']
}

/** A form's action, typed by its operation. */
export function formAction<I extends Input, A extends object | null>(
  action: Omit<FormAction, 'operation' | 'next' | 'shown'> & {
    readonly operation: Operation<I, A>
    readonly next: (answer: A, params: Readonly<Record<string, string>>) => Next
    readonly shown?: (visit: Visit, answer: A, fields: FormFields) => Shown
  },
): FormAction {
  return action
}

/** A place in the navigation, shown to whoever may do one of the acts on some list. */
export interface Place {
  readonly path: string
  readonly text: keyof Texts['navigation']
  readonly acts: readonly Act[]
}
