import type { en } from './en.ts'

/** The same texts in another language: words are text, and where numbers and names stand in them functions. */
type Translated<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...args: infer A) => string
      ? (...args: A) => string
      : Translated<T[K]>
}

/** The message catalogue. A text that a language lacks doesn't compile. */
export type Texts = Translated<typeof en>
