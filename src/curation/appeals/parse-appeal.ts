import type { AppealTerms } from '../../core/appeal.ts'
import { Fault } from '../../core/fault.ts'
import { isReference } from '../../core/parse-entry.ts'
import { meantKeys } from '../covering-keys.ts'
import { APPEAL_LIMITS } from './appeal-limits.ts'

/** An appeal as it was written: from the network, not yet verified. */
export interface WrittenAppeal {
  readonly about: string
  readonly grounds: string
  readonly contact?: string | undefined
}

/** What an appeal says. Whether anything is listed plays no part in it. Throws `appeal/invalid`. */
export function parseAppeal({ about, grounds, contact = '' }: WrittenAppeal): AppealTerms {
  const { grounds: longest, contact: longestContact } = APPEAL_LIMITS
  const isReachable = contact.trim() !== ''
  return {
    about: parseAbout(about),
    grounds: parseAppealText('grounds', grounds, longest),
    contact: isReachable ? parseAppealText('contact', contact, longestContact) : '',
  }
}

/** What a database or a JSON library would change. */
const UNFIT = /\p{Surrogate}|[^\P{Cc}\t\r\n]/u

/** A text of some words, without space around it; `member` is where it stood. Throws `appeal/invalid`. */
export function parseAppealText(member: string, text: string, limit: number): string {
  const trimmed = text.trim()
  if (trimmed === '') throw invalid(member, 'expected some words, got none')
  if (trimmed.length > limit) {
    throw invalid(member, `expected at most ${limit} characters, got ${trimmed.length}`)
  }
  if (UNFIT.test(trimmed)) throw invalid(member, 'expected text, got control characters in it')
  return trimmed
}

/**
 * Whether it is a reference and can't be meant as a name. A reference with a dot is a name here, for whoever may give entries a reference
 * could give one that is another list's name, and would see who appeals about that.
 */
export function isReferenceAlone(text: string): boolean {
  return isReference(text) && !text.includes('.')
}

/** Each part of a path is a value more that could cover it. */
function assertShallow(value: string): string {
  const { segments } = APPEAL_LIMITS
  const got = value.split('/').length
  if (got <= segments) return value
  throw invalid(
    'about',
    `expected a URL of at most ${segments} parts between slashes, got ${got}: name its beginning, or its host`,
  )
}

function parseAbout(text: string): string {
  const trimmed = text.trim()
  if (trimmed.length <= APPEAL_LIMITS.about) {
    const [meant] = meantKeys(trimmed)
    // One word alone is kept as it is, as a reference: a name of one label is found by it all the same.
    if (isReferenceAlone(trimmed)) return trimmed
    if (meant !== undefined) return assertShallow(meant.value)
  }
  throw invalid(
    'about',
    'expected the reference of a stop page, or a name, a URL or an address, got another text',
  )
}

function invalid(member: string, detail: string): Fault {
  return new Fault('appeal/invalid', detail, { places: [{ path: `/${member}`, detail }] })
}
