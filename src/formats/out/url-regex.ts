/** Squid reads files of patterns by lines of at most 2047 octets and takes the rest of a longer one for the next. */
export const MAX_URL_REGEX = 2000

/** In a POSIX extended expression these mean something of their own. */
const SPECIAL = /[.[\](){}*+?^$|\\]/g

const ESCAPED_RUN = /(?:%[0-9A-F]{2})+/g

/**
 * The POSIX extended expression for a canonical URL value, as Squid's `url_regex` compares it: against the whole URL *after* its
 * percent-escapes are undone. ASCII, no spaces. A value that ends in `/*` stands for all that begins so. `docs/spec/exports.md` §11.
 */
export function printUrlRegex(value: string): string {
  const isPrefix = value.endsWith('/*')
  const text = isPrefix ? value.slice(0, -1) : value
  const parts: string[] = []
  let from = 0
  for (const run of text.matchAll(ESCAPED_RUN)) {
    parts.push(quote(text.slice(from, run.index)), printRun(run[0]))
    from = run.index + run[0].length
  }
  parts.push(quote(text.slice(from)))
  return `^https?://${parts.join('')}${isPrefix ? '' : '$'}`
}

function quote(text: string): string {
  return text.replace(SPECIAL, '\\$&')
}

/** What percent-escapes stand for, in ASCII. */
function printRun(run: string): string {
  const bytes = Buffer.from(run.replaceAll('%', ''), 'hex')
  const parts: string[] = []
  for (let i = 0; i < bytes.length; i++) {
    const from = i
    while ((bytes[i] ?? 0) >= 0x80) i++
    // One character or several, as the reader's locale has it.
    if (i > from) parts.push(`.{1,${i - from}}`)
    const byte = bytes[i]
    if (byte !== undefined) parts.push(printByte(byte))
  }
  return parts.join('')
}

function printByte(byte: number): string {
  // Squid leaves %00 as it is.
  if (byte === 0) return '%00'
  if (byte === 0x20) return '[[:space:]]'
  if (byte < 0x20 || byte === 0x7f) return '[[:cntrl:]]'
  return quote(String.fromCharCode(byte))
}
