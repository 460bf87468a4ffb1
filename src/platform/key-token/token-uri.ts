import { Fault } from '../../core/fault.ts'

/** Where a key lies in a PKCS #11 token: what is used of a `pkcs11:` URI (RFC 7512). All that is given must be so. */
export interface TokenUri {
  /** The file of the PKCS #11 module, an absolute path. */
  readonly modulePath: string
  readonly token?: string
  readonly serial?: string
  readonly manufacturer?: string
  readonly model?: string
  /** CKA_LABEL. */
  readonly object?: string
  /** CKA_ID, in hex. */
  readonly id?: string
  /** The file with the PIN, an absolute path. */
  readonly pinSource?: string
}

/** Of a URI: far more than labels of 32 characters and two paths need. */
const MAX_CHARS = 4096

const PATH_NAMES = ['token', 'serial', 'manufacturer', 'model', 'object', 'id', 'type'] as const
const QUERY_NAMES = ['module-path', 'pin-source'] as const

/** Throws `usage/invalid`. The text is not quoted where it may hold a PIN. */
export function parseTokenUri(text: string): TokenUri {
  if (text.length > MAX_CHARS || !text.startsWith('pkcs11:')) {
    return refuse(`a URI that begins with "pkcs11:", of ${MAX_CHARS} characters at most`)
  }
  // RFC 7512 §2.3: attributes of the path, then those of the query.
  const [path = '', query = '', ...more] = text.slice('pkcs11:'.length).split('?')
  if (more.length > 0) return refuse('one «?» in the URI of a token, got more')
  const given = attributes(path, ';', PATH_NAMES)
  const asked = attributes(query, '&', QUERY_NAMES)
  if ((given.get('type') ?? 'private') !== 'private') {
    return refuse(`a private key (type=private), got ${JSON.stringify(given.get('type'))}`)
  }
  const pinSource = asked.get('pin-source')
  return {
    modulePath: absolute('module-path', asked.get('module-path')),
    ...Object.fromEntries([...given].filter(([name]) => name !== 'type')),
    ...(pinSource !== undefined && {
      // RFC 7512 §2.4: «file:» with a path; a command to run («|») is not taken.
      pinSource: absolute('pin-source', pinSource.replace(/^file:(\/\/(?=\/))?/, '')),
    }),
  }
}

/** The canonical text: attributes in one order, all but unreserved characters as %XX, an id wholly so. */
export function printTokenUri({ modulePath, pinSource, ...given }: TokenUri): string {
  const path = PATH_NAMES.flatMap((name) => {
    const value = name === 'type' ? undefined : given[name]
    if (value === undefined) return []
    return [`${name}=${name === 'id' ? value.replace(/../g, '%$&') : encodeURIComponent(value)}`]
  })
  const query = [
    `module-path=${encodePath(modulePath)}`,
    ...(pinSource === undefined ? [] : [`pin-source=file:${encodePath(pinSource)}`]),
  ]
  return `pkcs11:${path.join(';')}?${query.join('&')}`
}

/** The URI without what names a key. */
export function wholeToken(uri: TokenUri): TokenUri {
  const { modulePath, token, serial, manufacturer, model, pinSource } = uri
  return {
    modulePath,
    ...(token !== undefined && { token }),
    ...(serial !== undefined && { serial }),
    ...(manufacturer !== undefined && { manufacturer }),
    ...(model !== undefined && { model }),
    ...(pinSource !== undefined && { pinSource }),
  }
}

/** What people call the token of a URI. */
export function tokenName({ token, serial }: TokenUri): string {
  return token ?? serial ?? 'of any name'
}

function attributes<Name extends string>(
  text: string,
  separator: string,
  names: readonly Name[],
): Map<Name, string> {
  const found = new Map<Name, string>()
  for (const attribute of text === '' ? [] : text.split(separator)) {
    const end = attribute.indexOf('=')
    const said = end === -1 ? attribute : attribute.slice(0, end)
    if (said === 'pin-value') {
      return refuse(
        'no PIN in the URI, where everybody on this host can read it: set BAILIWICK_PIN, give systemd the credential bailiwick-pin, or name a file by pin-source',
      )
    }
    const name = names.find((known) => known === said)
    if (name === undefined || end === -1) {
      return refuse(`attributes ${names.join(', ')}, got ${JSON.stringify(said)}`)
    }
    // RFC 7512 §2.3: «an attribute MUST NOT be repeated».
    if (found.has(name)) return refuse(`${name} once, got it twice`)
    found.set(name, decode(name, attribute.slice(end + 1)))
  }
  return found
}

/** Text, or for an id its bytes in hex (RFC 7512 §2.3: an id is not text). */
function decode(name: string, text: string): string {
  const bytes = percentDecode(text)
  if (bytes === null || bytes.length === 0) return refuse(`${name} percent-encoded, not empty`)
  if (name === 'id') return bytes.toString('hex')
  const value = bytes.toString('utf8')
  if (!Buffer.from(value).equals(bytes) || /\p{Cc}/u.test(value)) {
    return refuse(`${name} in UTF-8 without control characters`)
  }
  return value
}

function percentDecode(text: string): Buffer | null {
  if (/[^\x21-\x7e]/.test(text) || /%(?![0-9a-fA-F]{2})/.test(text)) return null
  const latin1 = text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return Buffer.from(latin1, 'latin1')
}

function absolute(name: string, path: string | undefined): string {
  if (path?.startsWith('/') === true) return path
  return refuse(`${name} with an absolute path, got ${JSON.stringify(path ?? null)}`)
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

function refuse(expected: string): never {
  throw new Fault('usage/invalid', `expected ${expected} (RFC 7512; docs/spec/keys.md §8)`)
}
