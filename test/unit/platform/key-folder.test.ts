import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { verify } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { ed25519Key } from '../../../src/core/minisign.ts'
import { keyidOf } from '../../../src/core/tuf-key.ts'
import { createKeyFolder, openKeyFolder, type KeyFolder } from '../../../src/platform/key-folder.ts'
import { readPassphrase } from '../../../src/platform/passphrase.ts'

const fault = (code: string) => expect.objectContaining({ code }) as Error
let folder: string

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'keys-')), 'keys')
  onTestFinished(() => rmSync(join(folder, '..'), { recursive: true }))
})

function sealed(passphrase: string | null = 'correct horse'): KeyFolder {
  return openKeyFolder(folder, () => passphrase)
}

async function expectSigns(keys: KeyFolder, keyid: string): Promise<void> {
  const signer = await keys.signer(keyid)
  const { sig } = await signer.sign(Buffer.from('text'))
  const key = ed25519Key(Buffer.from(signer.publicHex, 'hex'))
  expect(verify(null, Buffer.from('text'), key, Buffer.from(sig, 'hex'))).toBe(true)
}

describe('a folder of keys', () => {
  it('gives a made key back to another process with the passphrase', async () => {
    createKeyFolder(folder, { isPlain: false })
    const made = await sealed().make('timestamp')
    const again = sealed()
    expect(again.all()).toEqual([made])
    expect(again.isPlain()).toBe(false)
    await expectSigns(again, made.keyid)
  })

  it('keeps private parts from whoever reads the files', async () => {
    createKeyFolder(folder, { isPlain: false })
    const { keyid } = await sealed().make('timestamp')
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(folder))
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    const { private: part } = JSON.parse(readFileSync(join(folder, `${keyid}.json`), 'utf8')) as {
      private: { cipher: string; data: string }
    }
    expect(part.cipher).toBe('aes-256-gcm')
    // A PKCS #8 Ed25519 key begins with this (RFC 8410 §7).
    expect(Buffer.from(part.data, 'base64').subarray(0, 5).toString('hex')).not.toBe('302e020100')
  })

  it('needs no passphrase when it is plain', async () => {
    createKeyFolder(folder, { isPlain: true })
    const { keyid } = await sealed(null).make('timestamp')
    expect(sealed(null).isPlain()).toBe(true)
    await expectSigns(sealed(null), keyid)
  })

  it('asks for the passphrase only to sign, and says which is missing or wrong', async () => {
    createKeyFolder(folder, { isPlain: false })
    const { keyid } = await sealed().make('timestamp')
    const none = sealed(null)
    expect(none.all()).toHaveLength(1)
    await expect(none.signer(keyid)).rejects.toThrow(fault('key/passphrase-missing'))
    expect(() => none.warmUp()).toThrow(fault('key/passphrase-missing'))
    const wrong = sealed('incorrect horse')
    wrong.warmUp()
    await expect(wrong.signer(keyid)).rejects.toThrow(fault('key/passphrase-wrong'))
  })

  it('takes a passphrase in either form of the same characters', async () => {
    createKeyFolder(folder, { isPlain: false })
    const { keyid } = await sealed('é').make('timestamp')
    await expectSigns(sealed('e\u0301'), keyid)
  })

  it('refuses a file that others may read', async () => {
    createKeyFolder(folder, { isPlain: false })
    const { keyid } = await sealed().make('timestamp')
    chmodSync(join(folder, `${keyid}.json`), 0o640)
    expect(() => sealed().all()).toThrow(fault('key/permissions'))
    expect(() => sealed().all()).toThrow('0640')
  })

  it('misses a key and its own settings with a cure', async () => {
    createKeyFolder(folder, { isPlain: false })
    const { keyid } = await sealed().make('timestamp')
    await expect(sealed().signer('00'.repeat(32))).rejects.toThrow(fault('key/missing'))
    rmSync(join(folder, 'kdf.json'))
    await expect(sealed().signer(keyid)).rejects.toThrow(fault('key/missing'))
  })

  it('refuses a key under another name, an altered key and no key at all', async () => {
    createKeyFolder(folder, { isPlain: false })
    const [a, b] = [await sealed().make('timestamp'), await sealed().make('list-a')]
    const [fileA, fileB] = [a, b].map(({ keyid }) => join(folder, `${keyid}.json`)) as [
      string,
      string,
    ]
    const text = readFileSync(fileA, 'utf8')
    // The sealed part of another key, under this key's public part.
    const swapped = {
      ...(JSON.parse(text) as object),
      private: (JSON.parse(readFileSync(fileB, 'utf8')) as { private: object }).private,
    }
    writeFileSync(fileA, JSON.stringify(swapped))
    await expect(sealed().signer(a.keyid)).rejects.toThrow(fault('key/passphrase-wrong'))
    writeFileSync(fileA, text.replace(a.publicHex, b.publicHex))
    expect(() => sealed().all()).toThrow(fault('key/damaged'))
    writeFileSync(fileA, text.slice(0, -20))
    expect(() => sealed().all()).toThrow(fault('key/damaged'))
    renameSync(fileB, fileA)
    expect(() => sealed().all()).toThrow(fault('key/damaged'))
  })
})

describe('the passphrase', () => {
  it('comes from the environment, else from the systemd credential', () => {
    const home = mkdtempSync(join(tmpdir(), 'credentials-'))
    onTestFinished(() => rmSync(home, { recursive: true }))
    expect(readPassphrase({ CREDENTIALS_DIRECTORY: home })).toBeNull()
    writeFileSync(join(home, 'bailiwick-passphrase'), 'from systemd \n')
    expect(readPassphrase({ CREDENTIALS_DIRECTORY: home })).toBe('from systemd ')
    expect(readPassphrase({ CREDENTIALS_DIRECTORY: home, BAILIWICK_PASSPHRASE: 'given' })).toBe(
      'given',
    )
    expect(readPassphrase({ CREDENTIALS_DIRECTORY: home, BAILIWICK_PASSPHRASE: '' })).toBe(
      'from systemd ',
    )
    expect(readPassphrase({})).toBeNull()
  })

  describe('with a key in a token', () => {
    const publicHex = '11'.repeat(32)
    const keyid = keyidOf(publicHex)
    const uri = 'pkcs11:token=online;id=%01?module-path=/nowhere/pkcs11.so'

    function writeReference(token: string): void {
      createKeyFolder(folder, { isPlain: false })
      const key = { keyid, use: 'root', public: publicHex, private: { token } }
      writeFileSync(join(folder, `${keyid}.json`), JSON.stringify(key), { mode: 0o600 })
    }

    it('lists it without a token, a PIN or a passphrase', () => {
      writeReference(uri)
      expect(sealed(null).all()).toEqual([{ keyid, use: 'root', publicHex, token: uri }])
    })

    it('looks for its module when it must sign, and never for the passphrase', async () => {
      writeReference(uri)
      await expect(sealed(null).signer(keyid)).rejects.toThrow(fault('key/token-driver'))
    })

    it('leaves open whether the sealed ones are needed', async () => {
      writeReference(uri)
      expect(() => sealed(null).warmUp()).not.toThrow()
      await expect(sealed(null).make('root')).rejects.toThrow(fault('key/passphrase-missing'))
    })

    it.each(['pkcs11:token=online', 'token'])('refuses a file with the URI %s', (token) => {
      writeReference(token)
      expect(() => sealed().all()).toThrow(fault('key/damaged'))
    })
  })
})
