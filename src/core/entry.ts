/** What an entry blocks; `docs/spec/entry.md` has the meaning of each kind. */
export const ENTRY_KINDS = ['domain', 'host', 'ip', 'subdomains', 'url'] as const
export type EntryKind = (typeof ENTRY_KINDS)[number]

/** What a resolver does with a listed name; the RPZ meaning of each is in `docs/spec/rpz.md`. */
export const ENTRY_ACTIONS = [
  'drop',
  'nodata',
  'nxdomain',
  'passthru',
  'redirect',
  'tcp-only',
] as const
export type EntryAction = (typeof ENTRY_ACTIONS)[number]

/** The canonical value of an entry. Only the parsers of `core/` make one; nobody parses it again. */
export type EntryValue = string & { readonly __brand: 'EntryValue' }

/** The published part of one entry: exactly what one line of a snapshot carries. */
export interface Entry {
  readonly value: EntryValue
  readonly kind: EntryKind
  readonly action: EntryAction
  /** `[a-z0-9][a-z0-9-]{0,39}`, or empty for none. */
  readonly category: string
  /** `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`, or empty for none. */
  readonly reference: string
}

/** `docs/spec/entry.md` §5 and `docs/spec/snapshot.md` §2: the sign for an empty category or reference. */
export const NONE = '-'

/** The line of a snapshot for `entry`, without its line feed. */
export function printEntryLine(entry: Entry): string {
  return `${entry.value}\t${entry.kind}\t${entry.action}\t${entry.category || NONE}\t${entry.reference || NONE}`
}

/**
 * The entry of a snapshot line that is already trusted (its state was verified), or that was made
 * inside the walls: splits, does not validate. For bytes from outside, use `parseSnapshotLine`.
 */
export function splitEntryLine(line: string): Entry {
  const [value = '', kind = '', action = '', category = NONE, reference = NONE] = line.split('\t')
  return {
    value: value as EntryValue,
    kind: kind as EntryKind,
    action: action as EntryAction,
    category: category === NONE ? '' : category,
    reference: reference === NONE ? '' : reference,
  }
}
