import { readDomainName } from '../../core/domain-name.ts'
import type { EntryKind } from '../../core/entry.ts'
import { readSuffix } from '../../core/public-suffix.ts'
import { checkSuffix } from './check-name.ts'
import type { GuardedEntry, GuardFinding } from './guard-finding.ts'

/** Longer texts are no suffix that somebody mistyped. */
const MAX_WRITTEN = 300

/**
 * What is to be said of a text that somebody wrote for a value, when what it says is one label or a bare suffix in whatever form: `.net`, `*.net`, `net.`, `NET`,
 * `https://net/`, `ｎｅｔ`. Null for everything else: a text that is a value is checked as an entry, and one that is none is refused by its parser.
 */
export function checkWritten(text: string, kind: EntryKind): GuardFinding | null {
  if (text.length > MAX_WRITTEN || kind === 'ip') return null
  const bare = bareName(text)
  if (bare === null || bare.includes('.')) return null
  const suffix = readSuffix(bare)
  const as = kind === 'url' ? 'host' : kind
  const entry: GuardedEntry = { value: bare as GuardedEntry['value'], kind }
  const found = checkSuffix({ entry, name: bare, kind: as, suffix })
  if (found !== null) return found
  return {
    guard: 'guard/single-label',
    class: 'stop',
    entry,
    text: `${bare} is a single label: no name on the Internet, or a whole top-level domain`,
    cure: 'write the whole name that is meant',
  }
}

/** The name in `text` without what people put around it, in canonical form, or null. */
function bareName(text: string): string | null {
  const written = text
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/[/?#].*$/s, '')
    .replace(/:\d+$/, '')
    .replace(/^(?:\*?[.。．｡])+/, '')
    .replace(/[.。．｡]+$/, '')
  if (written === '' || written.includes('*')) return null
  // The parser takes no single label: one below a name kept for examples is canonical in the same way.
  const reading = readDomainName(`${written}.example`)
  return 'name' in reading ? reading.name.slice(0, -'.example'.length) : null
}
