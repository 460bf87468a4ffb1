import { verify } from 'node:crypto'
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { ed25519Key } from '../../src/core/minisign.ts'
import * as ck from '../../src/platform/key-token/cryptoki.ts'
import { createKeyFolder, openKeyFolder, type KeyFolder } from '../../src/platform/key-folder.ts'
import { loadPkcs11js } from '../../src/platform/key-token/load-pkcs11js.ts'
import { shareModules } from '../../src/platform/key-token/share-modules.ts'
import { tokenKeys } from '../../src/platform/key-token/token-keys.ts'
import { parseTokenUri } from '../../src/platform/key-token/token-uri.ts'
import { makeWitness } from '../../src/witness/make-witness.ts'
import { openWitness } from '../../src/witness/open-witness.ts'
import {
  describeWithSoftHsm,
  makeSoftHsm,
  PIN,
  SOFTHSM_MODULE,
  type SoftHsm,
} from '../support/soft-hsm.ts'
import { ed25519Pair } from '../support/ed25519-pair.ts'

const fault = (code: string) => expect.objectContaining({ code }) as Error
const text = Buffer.from('text')

describeWithSoftHsm('keys in a token of SoftHSM', () => {
  let hsm: SoftHsm
  let folder: string
  const opened: KeyFolder[] = []

  beforeAll(() => {
    hsm = makeSoftHsm(['online', 'root', 'other'])
  })
  afterAll(() => hsm.remove())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'token-keys-'))
    createKeyFolder(join(folder, 'keys'), { isPlain: true })
  })
  afterEach(() => {
    for (const keys of opened.splice(0)) keys.close()
    rmSync(folder, { recursive: true })
  })

  function open(pin: string | null = PIN): KeyFolder {
    const keys = openKeyFolder(join(folder, 'keys'), () => null, { pin: () => pin })
    opened.push(keys)
    return keys
  }

  async function expectSigns(keys: KeyFolder, keyid: string): Promise<void> {
    const signer = await keys.signer(keyid)
    const { sig } = await signer.sign(text)
    const key = ed25519Key(Buffer.from(signer.publicHex, 'hex'))
    expect(verify(null, text, key, Buffer.from(sig, 'hex'))).toBe(true)
  }

  const idOf = (token = ''): string => parseTokenUri(token).id ?? ''

  /** As another process: in one, a login counts for all. */
  function closeAll(): void {
    for (const keys of opened) keys.close()
  }

  it('sign what node:crypto verifies, beside keys in files', async () => {
    const keys = open()
    const inFile = await keys.make('snapshot')
    const made = await keys.make('timestamp', {
      token: { uri: hsm.uri('online'), isExisting: false },
    })
    closeAll()
    const again = open()
    expect(again.all()).toContainEqual(made)
    expect(made.token).toMatch(
      /^pkcs11:token=online;serial=[0-9a-f]+;object=bailiwick%20timestamp;/,
    )
    await expectSigns(again, made.keyid)
    await expectSigns(again, inFile.keyid)
  })

  it('cannot be read out', async () => {
    const { token } = await open().make('root', {
      token: { uri: hsm.uri('root'), isExisting: false },
    })
    closeAll()
    const CKA_VALUE = 0x11
    await hsm.within('root', ({ cryptoki, handle, find }) => {
      const kinds = find(idOf(token)).map((object) => {
        const [kind] = cryptoki.C_GetAttributeValue(handle, object, [{ type: ck.CKA_CLASS }])
        return { object, kind: kind?.value.readUInt32LE() }
      })
      const secret = kinds.find(({ kind }) => kind === ck.CKO_PRIVATE_KEY)?.object
      const read = (): unknown =>
        cryptoki.C_GetAttributeValue(handle, secret ?? Buffer.alloc(8), [{ type: CKA_VALUE }])
      expect(read).toThrow('CKR_ATTRIBUTE_SENSITIVE')
    })
  })

  it('are taken when somebody else has put them there', async () => {
    const { raw, privateKey } = ed25519Pair()
    const pem = join(folder, 'key.pem')
    writeFileSync(pem, privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const named = ['--label', 'brought', '--id', '0aff']
    hsm.util('--import', pem, '--token', 'other', '--pin', PIN, ...named)
    const keys = open()
    const made = await keys.make('export', {
      token: { uri: hsm.uri('other', ';object=brought'), isExisting: true },
    })
    expect(made.publicHex).toBe(raw.toString('hex'))
    expect(idOf(made.token)).toBe('0aff')
    await expectSigns(keys, made.keyid)
    const twice = open().make('root', {
      token: { uri: hsm.uri('other', ';id=%0a%ff'), isExisting: true },
    })
    await expect(twice).rejects.toThrow(fault('key/token-mismatch'))
  })

  it('are told apart by their ids, not by their labels', async () => {
    const keys = open()
    const wanted = { uri: hsm.uri('online', ';object=same'), isExisting: false }
    const a = await keys.make('a', { token: wanted })
    const b = await keys.make('b', { token: wanted })
    expect(a.publicHex).not.toBe(b.publicHex)
    await expectSigns(keys, a.keyid)
    await expectSigns(keys, b.keyid)
  })

  it('are missing once they are deleted, and no other is taken for them', async () => {
    const { keyid, token } = await open().make('root', {
      token: { uri: hsm.uri('online', ';object=gone'), isExisting: false },
    })
    const id = idOf(token)
    closeAll()
    await hsm.within('online', ({ cryptoki, handle, find }) => {
      for (const object of find(id)) cryptoki.C_DestroyObject(handle, object)
    })
    await expect(open().signer(keyid)).rejects.toThrow(fault('key/token-missing'))
    const percent = id.replace(/../g, '%$&')
    await open().make('another', {
      token: { uri: hsm.uri('online', `;object=gone;id=${percent}`), isExisting: false },
    })
    await expect(open().signer(keyid)).rejects.toThrow(fault('key/token-mismatch'))
  })

  it('are missing where their token is', async () => {
    const wanted = { uri: hsm.uri('elsewhere'), isExisting: false }
    await expect(open().make('root', { token: wanted })).rejects.toThrow(fault('key/token-missing'))
  })

  it('need a PIN, and a wrong one is given once', async () => {
    const { keyid } = await open().make('root', {
      token: { uri: hsm.uri('online'), isExisting: false },
    })
    closeAll()
    await expect(open(null).signer(keyid)).rejects.toThrow(fault('key/pin-missing'))
    const wrong = open('0000')
    await expect(wrong.signer(keyid)).rejects.toThrow(fault('key/pin-wrong'))
    await expect(wrong.signer(keyid)).rejects.toThrow(fault('key/pin-wrong'))
    // SoftHSM counts no tries but says that there was one: a server must not go on.
    const server = tokenKeys({
      openModule: shareModules(loadPkcs11js, { mayFinalise: false }),
      pin: () => PIN,
      isUnattended: true,
    })
    const asked = (): Promise<unknown> =>
      server.make('list-a', { uri: hsm.uri('online'), isExisting: false })
    await expect(asked()).rejects.toThrow(fault('key/pin-locked'))
    server.close()
    // A person may, and the count begins anew.
    await expectSigns(open(), keyid)
    closeAll()
    await hsm.within('online', ({ cryptoki }) => {
      const flags = cryptoki.C_GetSlotList(true).map((slot) => cryptoki.C_GetTokenInfo(slot).flags)
      expect(flags.map((flag) => flag & ck.CKF_USER_PIN_COUNT_LOW)).not.toContain(
        ck.CKF_USER_PIN_COUNT_LOW,
      )
    })
  })

  it.each([
    ['nothing', () => '/nowhere/pkcs11.so'],
    ['no library', () => join(folder, 'text.so')],
    ['a library that others can change', () => join(folder, 'open.so')],
  ])('need a module, got %s', async (_, path) => {
    writeFileSync(join(folder, 'text.so'), 'text')
    copyFileSync(SOFTHSM_MODULE, join(folder, 'open.so'))
    chmodSync(join(folder, 'open.so'), 0o666)
    const wanted = { uri: `pkcs11:token=online?module-path=${path()}`, isExisting: false }
    await expect(open().make('root', { token: wanted })).rejects.toThrow(fault('key/token-driver'))
  })

  it('cosign for a witness', async () => {
    const where = { keys: join(folder, 'witness-keys'), state: join(folder, 'state') }
    const pin = (): string => PIN
    const key = await makeWitness({
      ...{ name: 'witness.example', ...where, passphrase: null, pin },
      token: { uri: hsm.uri('other'), isExisting: false },
    })
    const { signer } = await openWitness({
      config: { ...where, logs: new Map() },
      ...{ passphrase: () => null, pin, now: () => new Date(), isClockTrusted: true },
    })
    const signature = await signer.sign(text)
    expect(verify(null, text, ed25519Key(Buffer.from(key.publicKey)), signature)).toBe(true)
  })
})
