import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../core/fault.ts'
import { keyidOf } from '../core/tuf-key.ts'
import type { Kdf, SealedKey } from './key-seal.ts'
import { parseTokenUri } from './key-token/token-uri.ts'

/** The file of a key folder that says how its keys are sealed. */
export const KDF_FILE = 'kdf.json'

/** What `KEYID.json` holds (`docs/spec/keys.md` §3). */
export interface KeyFile {
  readonly keyid: string
  readonly use: string
  readonly public: string
  readonly private: SealedKey | TokenReference
}

/** A private key that is not here. */
interface TokenReference {
  readonly token: string
}

/** The key in a file of the folder. Throws `key/missing`, `key/permissions`, `key/damaged`. */
export function readKeyFile(folder: string, name: string): KeyFile {
  const key = readJson(folder, name) as KeyFile
  if ('token' in key.private) assertReference(key.private, join(folder, name))
  // A key that was altered, or put under another name, must never sign.
  if (`${key.keyid}.json` === name && keyidOf(key.public) === key.keyid) return key
  throw new Fault(
    'key/damaged',
    `expected ${JSON.stringify(join(folder, name))} to hold the key of that id, got another`,
  )
}

function assertReference({ token }: TokenReference, path: string): void {
  try {
    parseTokenUri(token)
  } catch (cause) {
    throw new Fault(
      'key/damaged',
      `expected the URI of a token in ${JSON.stringify(path)}, got ${JSON.stringify(token)}`,
      { cause },
    )
  }
}

/** Throws what `readKeyFile` throws. */
export function readKdf(folder: string): Kdf {
  return readJson(folder, KDF_FILE) as Kdf
}

function readJson(folder: string, name: string): unknown {
  const path = join(folder, name)
  assertPrivate(path)
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new Fault(
      'key/damaged',
      `expected JSON in ${JSON.stringify(path)}: restore it from a backup`,
      { cause },
    )
  }
}

function assertPrivate(path: string): void {
  const mode = modeOf(path)
  // Windows has no such modes.
  if ((mode & 0o077) === 0 || process.platform === 'win32') return
  const octal = (mode & 0o777).toString(8).padStart(4, '0')
  throw new Fault(
    'key/permissions',
    `expected mode 0600 for ${JSON.stringify(path)}, got ${octal}, which lets others read it: run chmod 600, and rotate the key if anybody may have`,
  )
}

function modeOf(path: string): number {
  try {
    return statSync(path).mode
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    throw new Fault(
      'key/missing',
      `expected the key file ${JSON.stringify(path)}, got nothing there: restore it from a backup`,
      { cause },
    )
  }
}
