import { createPrivateKey, sign, type KeyObject } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { Fault, isFault } from '../core/fault.ts'
import { isTreeUse } from '../core/layout.ts'
import { keyidOf } from '../core/tuf-key.ts'
import { makeFolder, writeDurableFile } from './durable-file.ts'
import { KDF_FILE, readKdf, readKeyFile, type KeyFile } from './key-file.ts'
import {
  deriveMasterKey,
  newKdf,
  sealKey,
  unsealKey,
  type Kdf,
  type SealedKey,
} from './key-seal.ts'
import type { TokenAccess, TokenKeys, WantedTokenKey } from './key-token/token-keys.ts'
import { makeEd25519Key } from './make-ed25519-key.ts'

/** A key of which the private part lies in the folder, or in a token that a file of the folder names. */
export interface FolderKey {
  readonly keyid: string
  readonly publicHex: string
  /** What it was made for: a role's name, or `export`. */
  readonly use: string
  /** The `pkcs11:` URI of a key that lies in a token, and of which the folder has but the public part. */
  readonly token?: string
}

export interface FolderSigner extends FolderKey {
  /** An Ed25519 signature over `bytes`, in hex. */
  readonly sign: (bytes: Uint8Array) => Promise<{ readonly keyid: string; readonly sig: string }>
}

/** Signing keys as files: `KEYID.json`, mode 0600, sealed by a passphrase (`docs/spec/keys.md` §3). */
export interface KeyFolder {
  readonly all: () => readonly FolderKey[]
  readonly signer: (keyid: string) => Promise<FolderSigner>
  /** With `token` the key is made there, or taken from there, and the folder gets a reference to it. */
  readonly make: (use: string, options?: { readonly token?: WantedTokenKey }) => Promise<FolderKey>
  /** The 32 octets of a key that was made for a proof tree; of no other key they are given away. Throws as `signer` does. */
  readonly treeSecret: (keyid: string) => Promise<Uint8Array>
  /** Whether the private parts lie in the folder unsealed. */
  readonly isPlain: () => boolean
  /**
   * Begins to derive the master key, so that it is ready when something must be signed. Throws `key/passphrase-missing`, unless keys lie in
   * tokens too: then perhaps none of the sealed is needed.
   */
  readonly warmUp: () => void
  /** Ends what is open to tokens; it opens again when it is needed. */
  readonly close: () => void
}

/** Where the secrets come from; each is asked for only when it is needed. */
export interface FolderSecrets {
  /** The PIN of a token, from the file that its URI names or from where PINs are; null where there is none. */
  readonly pin?: ((pinSource: string | undefined) => string | null) | undefined
  /** Nobody looks on, as in a server: then no PIN is given to a token that got a wrong one before. Else so in threads alone. */
  readonly isUnattended?: boolean
}

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
 * Faults of its methods: `key/missing`, `key/damaged`, `key/permissions`, `key/passphrase-missing`, `key/passphrase-wrong`; for keys in tokens
 * `key/token-…` and `key/pin-…`.
 */
export function openKeyFolder(
  folder: string,
  passphrase: () => string | null,
  { pin = () => null, isUnattended = !isMainThread }: FolderSecrets = {},
): KeyFolder {
  const readAll = openKeyFiles(folder)
  const opened = new Map<string, KeyObject>()
  const { isPlain, sealing } = openSeal(folder, passphrase)
  let tokens: Promise<TokenKeys> | null = null

  const tokenKeys = (): Promise<TokenKeys> => (tokens ??= loadTokenKeys({ pin, isUnattended }))
  const open = async (keyid: string, sealed: SealedKey): Promise<KeyObject> => {
    const known = opened.get(keyid)
    if (known !== undefined) return known
    const pkcs8 = await unseal(keyid, sealed, sealing)
    const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    opened.set(keyid, privateKey)
    return privateKey
  }
  const openSign = async (key: KeyFile): Promise<(bytes: Uint8Array) => Promise<Buffer>> => {
    if ('token' in key.private) {
      return (await tokenKeys()).signer(key.private.token, key.public)
    }
    const privateKey = await open(key.keyid, key.private)
    return (bytes) => Promise.resolve(sign(null, bytes, privateKey))
  }

  return {
    all: () => readAll().map(folderKey),
    signer: async (keyid) => {
      const key = readAll().find((held) => held.keyid === keyid) ?? missing(folder, keyid)
      const signBytes = await openSign(key)
      return {
        ...folderKey(key),
        sign: async (bytes) => ({ keyid, sig: (await signBytes(bytes)).toString('hex') }),
      }
    },
    make: async (use, { token } = {}) => {
      const key =
        token === undefined
          ? generateKey(use, await sealing())
          : await referToKey(await tokenKeys(), use, token)
      assertNew(key, readAll())
      writeKey(folder, key)
      return folderKey(key)
    },
    treeSecret: async (keyid) => {
      const key = readAll().find((one) => one.keyid === keyid && isTreeUse(one.use))
      // In a folder alone, for it has to be computed with.
      if (key === undefined || 'token' in key.private) return missing(folder, keyid)
      const { d = '' } = (await open(keyid, key.private)).export({ format: 'jwk' })
      return Buffer.from(d, 'base64url')
    },
    isPlain,
    warmUp: () => {
      beginSealing(readAll(), sealing)
    },
    close: () => void tokens?.then((open) => open.close()),
  }
}

function beginSealing(keys: readonly KeyFile[], sealing: Seal['sealing']): void {
  try {
    void sealing()?.catch(() => undefined)
  } catch (error) {
    // Perhaps the sealed ones are out of use: whoever needs one is told.
    const hasTokenKey = keys.some((key) => 'token' in key.private)
    if (!hasTokenKey || !isFault(error, 'key/passphrase-missing')) throw error
  }
}

/** All keys of a folder; what was read once isn't read again, but new files are seen. */
function openKeyFiles(folder: string): () => readonly KeyFile[] {
  const seen = new Map<string, KeyFile>()
  return () => {
    const names = readdirSync(folder)
      .filter((name) => KEY_FILE.test(name))
      .sort()
    return names.map((name) => {
      const key = seen.get(name) ?? readKeyFile(folder, name)
      seen.set(name, key)
      return key
    })
  }
}

interface Seal {
  readonly isPlain: () => boolean
  /** The master key, or null in a folder of plain keys. Throws `key/passphrase-missing`. */
  readonly sealing: () => Promise<Buffer> | null
}

function openSeal(folder: string, passphrase: () => string | null): Seal {
  let kdf: Kdf | null = null
  let masterKey: Promise<Buffer> | null = null
  const how = (): Kdf => (kdf ??= readKdf(folder))
  return {
    isPlain: () => how().kdf === 'none',
    sealing: () => {
      const known = how()
      if (known.kdf === 'none') return null
      masterKey ??= deriveMasterKey(passphrase() ?? noPassphrase(), known)
      return masterKey
    },
  }
}

function writeKey(folder: string, key: KeyFile): void {
  const file = join(folder, `${key.keyid}.json`)
  const bytes = Buffer.from(`${JSON.stringify(key)}\n`)
  writeDurableFile(file, bytes, { mode: MODE, immutable: true })
}

function generateKey(use: string, masterKey: Buffer | null): KeyFile {
  const { raw, pkcs8 } = makeEd25519Key()
  const publicHex = raw.toString('hex')
  const keyid = keyidOf(publicHex)
  return { keyid, use, public: publicHex, private: sealKey(pkcs8, keyid, masterKey) }
}

/** A key from a token may be here already: its file must not become another. */
function assertNew({ keyid, use }: KeyFile, held: readonly KeyFile[]): void {
  const known = held.find((key) => key.keyid === keyid)
  if (known === undefined) return
  throw new Fault(
    'key/token-mismatch',
    `expected a key that is not in the folder yet for ${JSON.stringify(use)}, got ${keyid}, which is there for ${JSON.stringify(known.use)}`,
  )
}

async function referToKey(
  tokens: TokenKeys,
  use: string,
  wanted: WantedTokenKey,
): Promise<KeyFile> {
  const { publicHex, reference } = await tokens.make(use, wanted)
  return { keyid: keyidOf(publicHex), use, public: publicHex, private: { token: reference } }
}

/** Whoever has no key in a token loads nothing for it. */
async function loadTokenKeys(access: TokenAccess): Promise<TokenKeys> {
  const { openTokenKeys } = await import('./key-token/token-keys.ts')
  return openTokenKeys(access)
}

async function unseal(
  keyid: string,
  sealed: SealedKey,
  sealing: () => Promise<Buffer> | null,
): Promise<Buffer> {
  if (sealed.cipher === 'none') return Buffer.from(sealed.data, 'base64')
  const masterKey = await sealing()
  if (masterKey === null) {
    throw new Fault(
      'key/damaged',
      `expected ${KDF_FILE} to say how key ${keyid.slice(0, 8)} is sealed, got "none"`,
    )
  }
  return unsealKey(sealed, keyid, masterKey)
}

function noPassphrase(): never {
  throw new Fault(
    'key/passphrase-missing',
    'expected the passphrase of the keys, got none: set BAILIWICK_PASSPHRASE, or give systemd the credential bailiwick-passphrase',
  )
}

function missing(folder: string, keyid: string): never {
  throw new Fault(
    'key/missing',
    `expected key ${keyid} in ${JSON.stringify(folder)}, got no such file: restore it from a backup`,
  )
}

function folderKey({ keyid, use, public: publicHex, private: part }: KeyFile): FolderKey {
  return { keyid, use, publicHex, ...('token' in part && { token: part.token }) }
}
