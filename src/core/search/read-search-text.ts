/** What is looked for. */
export interface SearchText {
  /** As it may stand in a value; with letters outside ASCII as it may stand in a value's Unicode form. */
  readonly text: string
  readonly isAscii: boolean
}

/** Characters that are looked at; no value is longer than a URL may be, and nobody types so much. */
const MAX_TEXT = 512

/**
 * What somebody means who types or pastes `text`: upper case as lower, full-width dots as dots, without scheme, wildcard and final dot; and
 * what reports write so that nobody clicks on it (`hxxps://bad[.]example`) as what it stands for. Null for what no value can have in it.
 * Limitation: the case of a path counts, as it does in a URL, and only behind a slash.
 */
export function readSearchText(text: string): SearchText | null {
  const plain = refang(text.slice(0, MAX_TEXT).normalize('NFKC').trim())
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/^\*?\.(?=.)/, (start) => (start === '*.' ? '' : '.'))
  const slash = plain.indexOf('/')
  const host = slash < 0 ? plain : plain.slice(0, slash)
  const named = host.toLowerCase() + plain.slice(host.length)
  const whole = slash < 0 && named.length > 1 ? named.replace(/\.$/, '') : named
  // Values have none of these (docs/spec/entry.md §2 to §4); the first would stand between two of them.
  if (whole === '' || /[\p{Cc}\p{Zs}\u2028\u2029]/u.test(whole)) return null
  return { text: whole, isAscii: /^[\x21-\x7e]+$/.test(whole) }
}

function refang(text: string): string {
  return text
    .replace(/^h(?:xx|tt)p(s?)(?=\[?:)/i, 'http$1')
    .replace(/\[:\]|\[:\/\/\]/g, (mark) => mark.slice(1, -1))
    .replace(/\[\.\]|\(\.\)|\{\.\}|[[({]dot[\])}]|\u3002|\uff61/gi, '.')
}
