import { de } from './de.ts'
import { en } from './en.ts'
import type { Texts } from './texts.ts'

/** Every language that there is. */
export const LANGUAGES = { en, de } as const satisfies Readonly<Record<string, Texts>>
export type Language = keyof typeof LANGUAGES

/** The language that somebody chose, or the first of `Accept-Language` that there is (RFC 9110 §12.5.4, its order taken for its weights), or English. */
export function chooseLanguage(chosen: string | undefined, accepted: string | undefined): Language {
  const wanted = [chosen ?? '', ...(accepted ?? '').slice(0, 500).split(',')]
  for (const one of wanted) {
    const language = one.trim().slice(0, 2).toLowerCase()
    if (Object.hasOwn(LANGUAGES, language)) return language as Language
  }
  return 'en'
}
