import { createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../core/fault.ts'
import { keyidOf } from '../core/tuf-key.ts'
import { makeFolder, writeDurableFile } from './durable-file.ts'
import {
  deriveMasterKey,
  newKdf,
  sealKey,
  unsealKey,
  type Kdf,
  type SealedKey,
} from './key-seal.ts'

/** A key of which the private part lies in the folder. */
export interface FolderKey {
  readonly keyid: string
  readonly publicHex: string
  /** What it was made for: a role's name, or `export`. */
  readonly use: string
}

export interface FolderSigner extends FolderKey {
  /** An Ed25519 signature over `bytes`, in hex. */
  readonly sign: (bytes: Uint8Array) => Promise<{ readonly keyid: string; readonly sig: string }>
}

/** Signing keys as files: `KEYID.json`, mode 0600, sealed by a passphrase (`docs/spec/keys.md` §3). */
export interface KeyFolder {
  readonly all: () => readonly FolderKey[]
  readonly signer: (keyid: string) => Promise<FolderSigner>
  readonly make: (use: string) => Promise<FolderKey>
  /** Whether the private parts lie in the folder unsealed. */
  readonly isPlain: () => boolean
  /** Begins to derive the master key, so that it is ready when something must be signed. Throws `key/passphrase-missing`. */
  readonly warmUp: () => void
}

interface KeyFile {
  readonly keyid: string
  readonly use: string
  readonly public: string
  readonly private: SealedKey
}

const KDF_FILE = 'kdf.json'
const KEY_FILE = /^[0-9a-f]{64}\.json$/
const MODE = 0o600

/** Makes an empty key folder. `isPlain`: keys will lie in it unsealed, and no passphrase is ever asked for. */
export function createKeyFolder(folder: string, { isPlain }: { readonly isPlain: boolean }): void {
  makeFolder(folder, 0o700)
  const kdf: Kdf = isPlain ? { kdf: 'none' } : newKdf()
  writeDurableFile(join(folder, KDF_FILE), Buffer.from(`${JSON.stringify(kdf)}\n`), { mode: MODE })
}

/**
 * Opens a key folder. `passphrase` is asked at most once, when a sealed key is first needed; the master key stays in memory.
 *
 * Faults of its methods: `key/missing`, `key/damaged`, `key/permissions`, `key/passphrase-missing`, `key/passphrase-wrong`.
 */
export function openKeyFolder(folder: string, passphrase: () => string | null): KeyFolder {
  const seen = new Map<string, KeyFile>()
  const opened = new Map<string, KeyObject>()
  let kdf: Kdf | null = null
  let masterKey: Promise<Buffer> | null = null

  const readKdf = (): Kdf => (kdf ??= readJson(folder, KDF_FILE) as Kdf)
  const sealing = (): Promise<Buffer> | null => {
    const how = readKdf()
    if (how.kdf === 'none') return null
    masterKey ??= deriveMasterKey(passphrase() ?? noPassphrase(), how)
    return masterKey
  }
  const readAll = (): readonly KeyFile[] => {
    const names = readdirSync(folder)
      .filter((name) => KEY_FILE.test(name))
      .sort()
    return names.map((name) => {
      const key = seen.get(name) ?? readKey(folder, name)
      seen.set(name, key)
      return key
    })
  }
  const open = async (key: KeyFile): Promise<KeyObject> => {
    const known = opened.get(key.keyid)
    if (known !== undefined) return known
    const pkcs8 = await unseal(key, sealing)
    const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    opened.set(key.keyid, privateKey)
    return privateKey
  }

  return {
    all: () => readAll().map(folderKey),
    signer: async (keyid) => {
      const key = readAll().find((held) => held.keyid === keyid) ?? missing(folder, keyid)
      const privateKey = await open(key)
      return {
        ...folderKey(key),
        sign: (bytes) =>
          Promise.resolve({ keyid, sig: sign(null, bytes, privateKey).toString('hex') }),
      }
    },
    make: async (use) => {
      const key = generateKey(use, await sealing())
      const file = join(folder, `${key.keyid}.json`)
      writeDurableFile(file, Buffer.from(`${JSON.stringify(key)}\n`), {
        mode: MODE,
        immutable: true,
      })
      return folderKey(key)
    },
    isPlain: () => readKdf().kdf === 'none',
    warmUp: () => void sealing()?.catch(() => undefined),
  }
}

function generateKey(use: string, masterKey: Buffer | null): KeyFile {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const publicHex = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString(
    'hex',
  )
  const keyid = keyidOf(publicHex)
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' })
  return { keyid, use, public: publicHex, private: sealKey(pkcs8, keyid, masterKey) }
}

async function unseal(key: KeyFile, sealing: () => Promise<Buffer> | null): Promise<Buffer> {
  if (key.private.cipher === 'none') return Buffer.from(key.private.data, 'base64')
  const masterKey = await sealing()
  if (masterKey === null) {
    throw new Fault(
      'key/damaged',
      `expected ${KDF_FILE} to say how key ${key.keyid.slice(0, 8)} is sealed, got "none"`,
    )
  }
  return unsealKey(key.private, key.keyid, masterKey)
}

function noPassphrase(): never {
  throw new Fault(
    'key/passphrase-missing',
    'expected the passphrase of the keys, got none: set BAILIWICK_PASSPHRASE, or give systemd the credential bailiwick-passphrase',
  )
}

function readKey(folder: string, name: string): KeyFile {
  const key = readJson(folder, name) as KeyFile
  // A key that was altered, or put under another name, must never sign.
  if (`${key.keyid}.json` === name && keyidOf(key.public) === key.keyid) return key
  throw new Fault(
    'key/damaged',
    `expected ${JSON.stringify(join(folder, name))} to hold the key of that id, got another`,
  )
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

function missing(folder: string, keyid: string): never {
  throw new Fault(
    'key/missing',
    `expected key ${keyid} in ${JSON.stringify(folder)}, got no such file: restore it from a backup`,
  )
}

function folderKey({ keyid, use, public: publicHex }: KeyFile): FolderKey {
  return { keyid, use, publicHex }
}
